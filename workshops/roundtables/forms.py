"""Forms of the roundtables: how they rotate, a draw, another table for somebody, publishing."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from workshops.models import Rotation, Roundtable
from workshops.plans.explaining import wish_words
from workshops.plans.forms import MOST, SeenForm
from workshops.roundtables.moving import Option
from workshops.roundtables.rotations import LONGEST, MOST_PLACES, MOST_ROTATIONS, Settings


class RotationsForm(SeenForm):
    """How many rotations, how long, for whom, and how many places each table has."""

    count = forms.IntegerField(label=_("Rotations"), min_value=1, max_value=MOST_ROTATIONS)
    minutes = forms.IntegerField(label=_("Minutes for each"), min_value=1, max_value=LONGEST)
    change_minutes = forms.IntegerField(label=_("Minutes to change tables"), min_value=0, max_value=LONGEST)
    who = forms.ChoiceField(label=_("Who rotates"), choices=Rotation.Who.choices)

    def __init__(self, *args: Any, tables: Sequence[Roundtable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tables = list(tables)
        for table in self.tables:
            self.fields[f"places_{table.pk}"] = forms.IntegerField(
                label=_("Places at %(table)s") % {"table": table.session.title},
                min_value=1,
                max_value=MOST_PLACES,
                required=False,
                initial=table.capacity,
                help_text=_("beside the hosts; empty for no limit"),
            )

    def settings(self) -> Settings:
        said = self.cleaned_data
        return Settings(said["count"], said["minutes"], said["change_minutes"], said["who"])

    def capacities(self) -> dict[UUID, int | None]:
        return {table.pk: self.cleaned_data[f"places_{table.pk}"] for table in self.tables}


class DrawTablesForm(SeenForm):
    """A draw of the tables."""

    seed = forms.IntegerField(
        label=_("Number of the draw"),
        min_value=0,
        max_value=MOST,
        help_text=_("The same number gives the same tables again. Choose another one for another draw."),
    )


class PublishTablesForm(SeenForm):
    """Publishing the tables, with or without mails."""

    tells = forms.BooleanField(label=_("Write to those whose tables are new"), required=False, initial=True)


class MoveToTableForm(SeenForm):
    """Another table for somebody in one rotation; a table that would be too full is not offered."""

    table = forms.TypedChoiceField(
        label=_("Where to"),
        widget=forms.RadioSelect,
        coerce=UUID,
        error_messages={"required": _("Please choose a table.")},
    )

    def __init__(self, *args: Any, options: Sequence[Option], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        table: Any = self.fields["table"]
        table.choices = [(str(one.table.pk), option_words(one)) for one in options if not one.full]


def option_words(option: Option) -> str:
    """What sitting at a table would change: "Roundtable 2: 9 people; repeated company 14 instead of 12"."""
    words = ngettext("%(table)s: %(size)s person", "%(table)s: %(size)s people", option.size)
    parts = [words % {"table": option.table.session.title, "size": option.size}]
    if option.again != option.before:
        again = _("repeated company %(again)s instead of %(before)s")
        parts.append(str(again) % {"again": option.again, "before": option.before})
    if option.rank:
        parts.append(wish_words(option.rank))
    if option.turned:
        turned = _("sits there in rotation %(number)s now, and would change both")
        parts.append(str(turned) % {"number": option.turned})
    return "; ".join(parts)
