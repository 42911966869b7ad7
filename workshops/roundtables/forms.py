"""Forms of the roundtables: how they rotate, and a draw."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from workshops.models import Rotation, Roundtable
from workshops.plans.forms import MOST, SeenForm
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
