"""Forms of the workshops: a finding, what becomes of it, the summary, and who sits where."""

from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from academy.errors import Invalid
from academy.forms import PlainTextForm
from academy.languages import WORKING_LANGUAGES
from academy.mail.audience import addressed
from academy.models import Edition, Participant, User
from academy.text import tidy
from workshops.findings import (
    note_finding,
)
from workshops.models import FINDING_LENGTH, Finding, Group, GuidingQuestion, Part
from workshops.reading import BoardPart
from workshops.seating import REASON_LENGTH

Place = tuple[Part, GuidingQuestion | None]


class WordsField(forms.CharField):
    """Words that are tidied before they are measured, so that a line break counts once, on the page and here."""

    def __init__(self, *, limit: int, what: Any, rows: int = 2, cut: bool = True, **kwargs: Any) -> None:
        # Where the page counts by itself, the browser does not cut what is pasted.
        box = forms.Textarea(attrs={"rows": rows, **({"maxlength": limit} if cut else {})})
        super().__init__(strip=False, **{"widget": box, **kwargs})
        self.limit, self.what = limit, what

    def clean(self, value: Any) -> str:
        words: str = super().clean(value)
        if not words:
            return words
        try:
            return tidy(words, limit=self.limit, what=str(self.what))
        except Invalid as error:
            raise forms.ValidationError(str(error)) from error


def place_value(part: Part, question: GuidingQuestion | None) -> str:
    """How a place on the board is named in a form: its part, or its part and question."""
    return f"{part.pk}/{question.pk}" if question else str(part.pk)


def place_of(finding: Finding) -> str:
    """Where a finding stands, as a form names it."""
    return f"{finding.part_id}/{finding.question_id}" if finding.question_id else str(finding.part_id)


def places_of(parts: list[BoardPart]) -> dict[str, Place]:
    """{how a place is named in a form: its part and question}."""
    return {
        place_value(column.part, column.question): (column.part, column.question)
        for part in parts
        for column in part.columns
    }


def place_choices(parts: list[BoardPart], *, but: str = "") -> list[Any]:
    """The places of a board to choose from, under their parts; all of them, or all but one."""
    groups = [
        (
            str(part.part),
            [
                (key, column.question or (_("Without a question") if part.has_questions else part.part))
                for column in part.columns
                if (key := place_value(part.part, column.question)) != but
            ],
        )
        for part in parts
    ]
    return [(name, places) for name, places in groups if places]


class NoteForm(PlainTextForm):
    """One finding; its key is made by the page, so that it can be sent twice and is noted once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    text = WordsField(
        label=_("Your finding"),
        limit=FINDING_LENGTH,
        what=_("The finding"),
        rows=1,
        cut=False,
        help_text=_("up to 500 characters"),
    )
    place = forms.ChoiceField(
        label=_("Answers"),
        error_messages={"invalid_choice": _("This part or question is not of this workshop.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=Finding.Kind.choices)
    language = forms.ChoiceField(label=_("Language"), choices=WORKING_LANGUAGES)
    on_behalf = forms.BooleanField(label=_("for somebody without a connection"), required=False)

    def __init__(
        self, *args: Any, group: Group, parts: list[BoardPart], leads: bool = True, **kwargs: Any
    ) -> None:
        start = group.part or (parts[0].part if parts else None)
        first = next((p.columns[0].question for p in parts if start and p.part.pk == start.pk), None)
        initial = {
            "key": uuid4(),
            "language": group.language,
            "place": place_value(start, first) if start else "",
            "kind": next((p.first_kind for p in parts if p.part == start), Finding.Kind.RECOMMENDATION),
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        self.group = group
        if not leads:
            del self.fields["on_behalf"]
        self.places = places_of(parts)
        place: Any = self.fields["place"]
        place.choices = place_choices(parts)

    def note(self, *, by: User) -> Finding:
        """Note what the form says, once it is valid."""
        said = self.cleaned_data
        part, question = self.places[said["place"]]
        return note_finding(
            self.group,
            key=said["key"],
            part=part,
            question=question,
            kind=said["kind"],
            text=said["text"],
            language=said["language"],
            on_behalf=said.get("on_behalf", False),
            by=by,
        )


class PersonField(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class takes no argument when it runs
    """The choice of a participant by name, of a protected one by pseudonym; only organisers see it."""

    def label_from_instance(self, obj: Any) -> str:
        return addressed(obj)


class GroupField(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class takes no argument when it runs
    """The choice of a group by its name, with its workshop where the name does not say it."""

    def label_from_instance(self, obj: Any) -> str:
        workshop = _("Workshop %(number)s") % {"number": obj.workshop.number}
        return str(obj.name if obj.name == workshop else f"{obj.name}, {workshop}")


class PinForm(PlainTextForm):
    """A seat given by hand, with the reason."""

    participant = PersonField(
        label=_("Who"),
        queryset=Participant.objects.none(),
        empty_label=_("Please choose"),
        error_messages={"invalid_choice": _("This person is not confirmed for this academy.")},
    )
    group = GroupField(
        label=_("Sits in"),
        queryset=Group.objects.none(),
        empty_label=_("Please choose"),
        error_messages={"invalid_choice": _("This group does not meet at this time.")},
    )
    reason = forms.CharField(
        label=_("Why"), max_length=REASON_LENGTH, help_text=_("Read by organisers only.")
    )

    def __init__(self, *args: Any, edition: Edition, groups: QuerySet[Group], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        people = Participant.objects.confirmed().filter(edition=edition)
        fields["participant"].queryset = people.order_by("name_key", "id")
        fields["group"].queryset = groups
