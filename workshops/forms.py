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
from workshops.closing import SUMMARY_LENGTH
from workshops.findings import (
    agree_on_finding,
    merge_finding,
    note_finding,
    park_finding,
    reopen_finding,
    reword_finding,
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

    def __init__(self, *args: Any, group: Group, parts: list[BoardPart], **kwargs: Any) -> None:
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
        self.places: dict[str, Place] = {
            place_value(column.part, column.question): (column.part, column.question)
            for part in parts
            for column in part.columns
        }
        place: Any = self.fields["place"]
        place.choices = [
            (
                str(part.part),
                [
                    (
                        place_value(part.part, column.question),
                        column.question or (_("Without a question") if part.has_questions else part.part),
                    )
                    for column in part.columns
                ],
            )
            for part in parts
        ]

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
            by=by,
        )


class ChangeForm(PlainTextForm):
    """What becomes of a finding: reworded, agreed, parked, merged, or taken up again."""

    action = forms.ChoiceField(
        choices=[(action, action) for action in ("reword", "agree", "park", "merge", "reopen")],
        error_messages={"invalid_choice": _("This cannot be done with a finding.")},
    )
    text = WordsField(limit=FINDING_LENGTH, what=_("The finding"), required=False)
    reason = WordsField(limit=300, what=_("The reason"), required=False)
    into = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)

    NEEDED = {
        "reword": ("text", _("The finding: please write something.")),
        "park": ("reason", _("Please say why it is parked.")),
        "merge": ("target", _("There is no finding with this number on this board.")),
    }

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.finding = finding

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if number := said.get("into"):
            said["target"] = Finding.objects.filter(group=self.finding.group_id, number=number).first()
        name, complaint = self.NEEDED.get(said.get("action", ""), ("", ""))
        field = "into" if name == "target" else name
        if name and not said.get(name) and field not in self.errors:
            self.add_error(field, complaint)
        return said

    def carry_out(self, *, by: User) -> Finding:
        """Do what the form says, once it is valid."""
        said, finding = self.cleaned_data, self.finding
        match said["action"]:
            case "reword":
                return reword_finding(finding, text=said["text"], by=by)
            case "agree":
                return agree_on_finding(finding, by=by)
            case "park":
                return park_finding(finding, reason=said["reason"], by=by)
            case "merge":
                return merge_finding(finding, said["target"], by=by)
        return reopen_finding(finding, by=by)


class CloseForm(PlainTextForm):
    """The summary with which a group closes its board."""

    summary = WordsField(
        label=_("Summary of the core results"),
        limit=SUMMARY_LENGTH,
        what=_("The summary"),
        rows=10,
        help_text=_("Presented in the day's closing. Up to 4,000 characters; name nobody."),
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
        fields["participant"].queryset = people.order_by("name", "id")
        fields["group"].queryset = groups
