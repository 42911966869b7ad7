"""Forms of a board: what becomes of a finding, its dots, how the hour is run, reading back, closing, the guides."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from academy.models import User
from workshops.closing import SUMMARY_LENGTH
from workshops.dots import MOST_DOTS
from workshops.findings import (
    agree_on_finding,
    merge_finding,
    park_finding,
    reopen_finding,
    reword_finding,
)
from workshops.forms import WordsField, place_choices, place_of, places_of
from workshops.guides import GUIDE_LENGTH
from workshops.models import CORRECTION_LENGTH, FINDING_LENGTH, SENTENCE_LENGTH, Finding
from workshops.reading import BoardPart
from workshops.reading_back import DRAFT_LENGTH
from workshops.rearranging import MOST_PIECES, move_finding, split_finding, undo_step

ACTIONS = ("reword", "agree", "park", "merge", "reopen", "move", "split", "undo")


class ChangeForm(PlainTextForm):
    """What becomes of a finding: reworded, agreed, parked, merged, moved, split, taken up again, or put back."""

    action = forms.ChoiceField(
        choices=[(action, action) for action in ACTIONS],
        error_messages={"invalid_choice": _("This cannot be done with a finding.")},
    )
    text = WordsField(limit=FINDING_LENGTH, what=_("The finding"), required=False)
    reason = WordsField(limit=300, what=_("The reason"), required=False)
    into = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)
    place = forms.ChoiceField(
        label=_("Answers"),
        required=False,
        error_messages={"invalid_choice": _("This part or question is not of this workshop.")},
    )
    pieces = WordsField(
        label=_("The pieces, each on a line of its own"),
        limit=(FINDING_LENGTH + 1) * MOST_PIECES,
        what=_("The pieces"),
        rows=4,
        required=False,
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    step = forms.IntegerField(min_value=1, max_value=2**31 - 1, required=False)

    NEEDED = {
        "reword": ("text", _("The finding: please write something.")),
        "park": ("reason", _("Please say why it is parked.")),
        "merge": ("target", _("There is no finding with this number on this board.")),
        "move": ("place", _("Please choose where it belongs.")),
        "split": ("pieces", _("Please write the pieces.")),
        "undo": ("step", _("Please say which step is taken back.")),
    }

    def __init__(self, *args: Any, finding: Finding, parts: list[BoardPart], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.finding, self.places = finding, places_of(parts)
        place: Any = self.fields["place"]
        place.choices = [("", ""), *place_choices(parts)]
        here = place_of(finding)
        place.widget.choices = [("", _("Please choose")), *place_choices(parts, but=here)]
        others = [key for key in self.places if key != here]
        place.initial = others[0] if len(others) == 1 else ""

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
        return {
            "reword": lambda: reword_finding(finding, text=said["text"], by=by),
            "agree": lambda: agree_on_finding(finding, by=by),
            "park": lambda: park_finding(finding, reason=said["reason"], by=by),
            "merge": lambda: merge_finding(finding, said["target"], by=by),
            "reopen": lambda: reopen_finding(finding, by=by),
            "move": lambda: self._move(by=by),
            "split": lambda: self._split(by=by),
            "undo": lambda: undo_step(finding, said["step"], by=by),
        }[said["action"]]()

    def _move(self, *, by: User) -> Finding:
        part, question = self.places[self.cleaned_data["place"]]
        return move_finding(self.finding, part=part, question=question, by=by)

    def _split(self, *, by: User) -> Finding:
        pieces, key = self.cleaned_data["pieces"].split("\n"), self.cleaned_data["key"] or uuid4()
        return split_finding(self.finding, pieces, key=key, by=by)[0]


class DotsForm(forms.Form):
    """How many dots somebody gives a finding."""

    dots = forms.IntegerField(min_value=0, max_value=MOST_DOTS)


class SettingsForm(forms.Form):
    """How the hour is run: the clock, who writes, how many dots each person has."""

    action = forms.ChoiceField(
        choices=[(action, action) for action in ("stop", "start", "extend", "writing", "dots")],
        error_messages={"invalid_choice": _("This cannot be done with a board.")},
    )
    allowed = forms.BooleanField(required=False)
    dots = forms.IntegerField(
        label=_("Dots of each person in each part"), required=False, min_value=1, max_value=MOST_DOTS
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if said.get("action") == "dots" and not said.get("dots") and "dots" not in self.errors:
            self.add_error("dots", _("Please say how many dots."))
        return said


class DraftForm(PlainTextForm):
    """The draft of the summary that is read back."""

    draft = WordsField(
        label=_("Draft of the summary"),
        limit=DRAFT_LENGTH,
        what=_("The draft"),
        rows=10,
        help_text=_(
            "The room sees it sentence by sentence, with the findings that are agreed. Up to 4,000 characters; "
            "name nobody."
        ),
    )


class AnswerForm(PlainTextForm):
    """What somebody answers to a sentence that is read back, or how it is corrected."""

    action = forms.ChoiceField(
        choices=[(action, action) for action in ("confirm", "ask", "correct", "confirm-rest", "end")],
        error_messages={"invalid_choice": _("This cannot be done with a sentence.")},
    )
    sentence = forms.UUIDField(required=False)
    version = forms.IntegerField(required=False, min_value=1, max_value=32_000)
    correction = WordsField(limit=CORRECTION_LENGTH, what=_("The correction"), required=False)
    text = WordsField(limit=SENTENCE_LENGTH, what=_("The sentence"), required=False)

    NEEDED = {
        "confirm": ("sentence", "version"),
        "ask": ("sentence", "version", "correction"),
        "correct": ("sentence", "text"),
    }
    COMPLAINTS = {
        "correction": _("Please say shortly what to correct."),
        "text": _("Please write the corrected sentence."),
    }

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        for name in self.NEEDED.get(said.get("action", ""), ()):
            if not said.get(name) and name not in self.errors:
                self.add_error(name, self.COMPLAINTS.get(name, _("Please say which sentence is meant.")))
        return said


class CloseForm(PlainTextForm):
    """The summary with which a group closes its board."""

    summary = WordsField(
        label=_("Summary of the core results"),
        limit=SUMMARY_LENGTH,
        what=_("The summary"),
        rows=10,
        help_text=_("Presented in the day's closing. Up to 4,000 characters; name nobody."),
    )


class GuideForm(PlainTextForm):
    """The words of a guide in this edition."""

    text = WordsField(label=_("Text"), limit=GUIDE_LENGTH, what=_("The guide"), rows=14, required=False)
