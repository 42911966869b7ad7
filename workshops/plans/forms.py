"""Forms of the desk for groups: which times, how to draw, whom to move or pin, pairs, deadlines, choices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from academy.mail.audience import addressed
from academy.models import Edition, Participant
from academy.ordering import sort_key
from academy.regions import REGIONS
from programme.models import Session
from workshops.models import Group, Lock, Pair, PlanRun
from workshops.plans.reading import Draft
from workshops.plans.running import FEW, SOME
from workshops.wishes import CHOICES

MOST = 2**31 - 1
Kind = PlanRun.Kind


class SeenForm(PlainTextForm):
    """What an organiser decides, with the number of the last step that they saw."""

    seen = forms.IntegerField(min_value=0, max_value=MOST, widget=forms.HiddenInput)


class SlotsForm(PlainTextForm):
    """The times that a new draft is about."""

    slots = forms.MultipleChoiceField(
        label=_("Times"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose at least one time.")},
    )

    def __init__(self, *args: Any, slots: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["slots"]
        field.choices = slots


class DrawForm(SeenForm):
    """A search: all drawn anew, few moved, or a proof by the solver."""

    kind = forms.ChoiceField(choices=Kind.choices, widget=forms.HiddenInput)
    seed = forms.IntegerField(
        label=_("Number of the draw"),
        min_value=0,
        max_value=MOST,
        help_text=_("The same number gives the same groups again. Choose another one for another draw."),
    )


class RerunForm(DrawForm):
    """A search that moves few people."""

    moving = forms.TypedChoiceField(
        label=_("How many may be moved"),
        coerce=int,
        choices=(
            (FEW, _("as few as possible: place those without a seat")),
            (SOME, _("a few, where the groups become clearly better")),
        ),
    )


class MoveForm(PlainTextForm):
    """Where somebody goes, who comes instead, and whether that is kept."""

    to = forms.ChoiceField(
        label=_("To"), error_messages={"invalid_choice": _("This group does not meet at this time.")}
    )
    instead = forms.ChoiceField(
        label=_("Changes places with"),
        required=False,
        help_text=_(
            "Somebody of that group, so that the groups stay as large as they are. You may leave it empty."
        ),
        error_messages={"invalid_choice": _("This person does not sit in another group at this time.")},
    )
    keeps = forms.BooleanField(label=_("Lock there, whatever is drawn later"), required=False)

    def __init__(self, *args: Any, draft: Draft, slot: str, person: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seat = draft.seats[slot].get(person)
        here = str(seat.group_id) if seat else ""
        others = [group for group in draft.groups[slot] if str(group.pk) != here]
        names = {str(group.pk): group_words(group) for group in others}
        fields: dict[str, Any] = self.fields
        fields["to"].choices = [("", _("Please choose")), *names.items()]
        fields["to"].initial = next(iter(names)) if len(names) == 1 else ""
        sitting = sorted(
            (names[str(row.group_id)], addressed(draft.anybody(key)), key)
            for key, row in draft.seats[slot].items()
            if here and str(row.group_id) in names and key not in draft.leads[slot]
        )
        choices = [(key, f"{name} ({group})") for group, name, key in sitting]
        fields["instead"].choices = [("", _("Nobody")), *choices]


class PinForm(SeenForm):
    """Whom to keep in a group whatever is drawn: one person, or all who work in its language or come from a region."""

    ONE, LANGUAGE, REGION = "one", "language", "region"

    group = forms.ChoiceField(label=_("Group"))
    whom = forms.ChoiceField(
        label=_("Whom"),
        choices=(
            (ONE, _("one person")),
            (LANGUAGE, _("everybody who works in its language, and in that of no other group")),
            (REGION, _("everybody from a region, for the sake of the time zone")),
        ),
    )
    person = forms.ChoiceField(label=_("Person"), required=False)
    because = forms.ChoiceField(
        label=_("Reason"),
        required=False,
        choices=[(lock.value, lock.label) for lock in Lock if lock != Lock.LEADS],
        help_text=_("The person reads this on My academy."),
    )
    region = forms.ChoiceField(label=_("Region"), required=False)

    def __init__(self, *args: Any, draft: Draft, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["group"].choices = [
            ("", _("Please choose")),
            *(
                (f"{slot}:{group.pk}", group_words(group))
                for slot in draft.keys
                for group in draft.groups[slot]
            ),
        ]
        people = Participant.objects.confirmed().filter(edition=draft.plan.edition_id)
        fields["person"].choices = [("", _("Please choose")), *named(people.order_by("name", "pk"))]
        fields["region"].choices = [("", _("Please choose")), *REGIONS]

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        needed = {self.ONE: "person", self.REGION: "region"}.get(said.get("whom", ""))
        if needed and not said.get(needed) and needed not in self.errors:
            self.add_error(needed, _("Please choose."))
        return said


class CapacitiesForm(SeenForm):
    """How many people each group of a draft holds; nothing for no limit."""

    def __init__(self, *args: Any, groups: Sequence[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.groups = list(groups)
        for group in self.groups:
            self.fields[str(group.pk)] = forms.IntegerField(
                label=group_words(group),
                min_value=1,
                max_value=9_999,
                required=False,
                initial=group.capacity,
            )

    def capacities(self) -> dict[Group, int | None]:
        return {group: self.cleaned_data[str(group.pk)] for group in self.groups}


class PublishForm(SeenForm):
    """Publishing a draft, with or without mails."""

    tells = forms.BooleanField(
        label=_("Write to those for whom a group is new"), required=False, initial=True
    )


class PairForm(PlainTextForm):
    """Two people who sit together, or apart."""

    kind = forms.ChoiceField(label=_("Rule"), choices=Pair.Kind.choices)
    one = forms.ChoiceField(label=_("One person"))
    other = forms.ChoiceField(label=_("The other person"))

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = list(Participant.objects.confirmed().filter(edition=edition).order_by("name", "pk"))
        self.people = {str(row.pk): row for row in rows}
        fields: dict[str, Any] = self.fields
        for name in ("one", "other"):
            fields[name].choices = [("", _("Please choose")), *named(rows)]
            fields[name].error_messages["invalid_choice"] = _(
                "This person is not confirmed for this academy."
            )


class DeadlineForm(PlainTextForm):
    """Until when participants state their choices, in the academy's time."""

    closes_at = forms.DateTimeField(
        label=_("Open until"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = edition.zone

    def clean_closes_at(self) -> datetime:
        """What was typed is the academy's time, whatever zone the server is in."""
        typed: datetime = self.cleaned_data["closes_at"]
        return typed.replace(tzinfo=self.zone)


class WishesForm(PlainTextForm):
    """A participant's first, second and third choice."""

    WORDS = (_("First choice"), _("Second choice"), _("Third choice"))

    def __init__(
        self, *args: Any, sessions: Sequence[Session], chosen: Sequence[Session], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sessions = {str(row.pk): row for row in sessions}
        choices = [("", _("No choice")), *((key, session_words(row)) for key, row in self.sessions.items())]
        for rank in range(1, min(CHOICES, len(sessions)) + 1):
            self.fields[f"choice_{rank}"] = forms.ChoiceField(
                label=self.WORDS[rank - 1],
                choices=choices,
                required=False,
                initial=str(chosen[rank - 1].pk) if rank <= len(chosen) else "",
                error_messages={"invalid_choice": _("This is not one of the choices.")},
            )

    def chosen(self) -> list[Session]:
        """The choices in their order; one that was left out moves the later ones up."""
        return [self.sessions[value] for value in self.cleaned_data.values() if value]


def session_words(session: Session) -> str:
    """A session as people choose it: its title, and what it is about."""
    return f"{session.title}: {session.subtitle}" if session.subtitle else session.title


def group_words(group: Group) -> str:
    """A group by its name, with its workshop where the name does not say it."""
    workshop = gettext("Workshop %(number)s") % {"number": group.workshop.number}
    return group.name if group.name == workshop else f"{workshop}, {group.name}"


def named(people: Any) -> list[tuple[str, str]]:
    """People to choose from, as the desk calls them; in the order of these names, not of those behind pseudonyms."""
    return sorted(((str(row.pk), addressed(row)) for row in people), key=lambda one: sort_key(one[1]))
