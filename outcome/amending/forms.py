"""Forms of amendments: proposing, what is taken from when, rounds, what a room says, merging."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from academy.forms.terms import MomentField
from academy.models import Edition
from outcome.amending.clauses import NOTHING, Words
from outcome.amending.combining import PARTS, rebased
from outcome.amending.deciding import LARGEST_VOTE, Saying
from outcome.drafting import CLAUSE_LENGTH
from outcome.models import Document, Section, Treatment
from outcome.models.clauses import HEADING_LENGTH

SERIF = {"rows": 5, "class": "serif"}


class WordsForm(PlainTextForm):
    """The words of a clause."""

    heading = forms.CharField(
        label=_("Short title"),
        max_length=HEADING_LENGTH,
        required=False,
        help_text=_("For the outline; not part of the sentence."),
    )
    text = forms.CharField(label=_("Text"), max_length=CLAUSE_LENGTH, widget=forms.Textarea(attrs=SERIF))
    remark = forms.CharField(
        label=_("Explanatory remark"),
        max_length=CLAUSE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs=SERIF),
    )

    def __init__(self, *args: Any, has_remark: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_remark:
            del self.fields["remark"]

    def words(self) -> Words:
        said = self.cleaned_data
        return Words(said.get("heading", ""), said.get("text", ""), said.get("remark", ""))


class ReasonForm(PlainTextForm):
    """Why something is proposed, and the revision that it was written on."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who takes part reads it. Name nobody."),
    )
    base = forms.IntegerField(min_value=1, widget=forms.HiddenInput(attrs={"data-keep": True}))


class AmendForm(WordsForm, ReasonForm):
    """The full words that somebody proposes, and why."""

    field_order = ("heading", "text", "remark", "reason", "base")


class ContributionsForm(PlainTextForm):
    """What a document takes, and from when participants may write it."""

    takes_amendments = forms.BooleanField(label=_("The document takes amendments"), required=False)
    amendments_from = MomentField(
        label=_("Participants propose amendments from"),
        required=False,
        help_text=_("Delegates and organisers may before. Without a date, only they may."),
    )
    takes_comments = forms.BooleanField(label=_("The document takes comments"), required=False)
    comments_from = MomentField(
        label=_("Participants comment from"),
        required=False,
        help_text=_("Delegates and organisers may before. Without a date, only they may."),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("amendments_from", "comments_from"):
            field: Any = self.fields[name]
            field.zone = ZoneInfo(edition.time_zone)


class ClosingForm(PlainTextForm):
    """Until when a round takes amendments."""

    closes_at = MomentField(label=_("Takes amendments until"))

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["closes_at"]
        field.zone = ZoneInfo(edition.time_zone)


class OpenRoundsForm(ClosingForm):
    """Which sections are finalised, and until when."""

    section = forms.ModelMultipleChoiceField(
        label=_("Sections"),
        queryset=Section.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one section."),
            "invalid_choice": _("There is no such section."),
            "invalid_pk_value": _("There is no such section."),
        },
    )
    field_order = ("section", "closes_at")

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, edition=document.edition, **kwargs)
        section: Any = self.fields["section"]
        section.queryset = Section.objects.filter(document=document).order_by("position")


def _votes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=LARGEST_VOTE)


class MannerForm(PlainTextForm):
    """How the room came to it: by consensus, or by a vote with its numbers."""

    manner = forms.ChoiceField(
        label=_("How"),
        choices=Treatment.Manner.choices,
        initial=Treatment.Manner.CONSENSUS,
        widget=forms.RadioSelect,
    )
    yes = _votes(_("For"))
    no = _votes(_("Against"))
    abstentions = _votes(_("Abstentions"))

    def saying(self, what: str, *, words: Words = NOTHING, reason: str = "") -> Saying:
        said = self.cleaned_data
        return Saying(what, said["manner"], said["yes"], said["no"], said["abstentions"], words, reason)


class TogetherForm(MannerForm):
    """Uncontested amendments that are adopted in one decision."""

    number = forms.TypedMultipleChoiceField(
        coerce=int,
        error_messages={
            "required": _("Choose at least one amendment."),
            "invalid_choice": _("One of these amendments is not uncontested any more. Nothing was decided."),
        },
    )

    def __init__(self, *args: Any, numbers: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        number: Any = self.fields["number"]
        number.choices = [(one, one) for one in numbers]


class TreatForm(MannerForm):
    """What the room recommends or decides on one amendment."""

    stage = forms.ChoiceField(
        label=_("Stage"),
        choices=Treatment.Stage.choices,
        initial=Treatment.Stage.DECISION,
        widget=forms.RadioSelect,
    )
    what = forms.ChoiceField(
        label=_("What the room says"),
        choices=Treatment.What.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what the room says.")},
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The proposer and everybody who takes part read it. Name nobody."),
    )
    heading = forms.CharField(label=_("Short title"), max_length=HEADING_LENGTH, required=False)
    text = forms.CharField(
        label=_("Text"), max_length=CLAUSE_LENGTH, required=False, widget=forms.Textarea(attrs=SERIF)
    )
    remark = forms.CharField(
        label=_("Explanatory remark"),
        max_length=CLAUSE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs=SERIF),
    )
    field_order = (
        "stage",
        "what",
        "manner",
        "yes",
        "no",
        "abstentions",
        "reason",
        "heading",
        "text",
        "remark",
    )

    def __init__(self, *args: Any, has_words: bool, has_remark: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not has_words:
            what: Any = self.fields["what"]
            what.choices = [one for one in what.choices if one[0] != Treatment.What.ADOPT_CHANGED]
            for name in ("heading", "text"):
                del self.fields[name]
        if not (has_words and has_remark):
            del self.fields["remark"]

    def says(self) -> Saying:
        said = self.cleaned_data
        words = Words(said.get("heading", ""), said.get("text", ""), said.get("remark", ""))
        return self.saying(said["what"], words=words, reason=said["reason"])


class TakingForm(forms.Form):
    """Which adopted amendments are taken into a clause."""

    take = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, *args: Any, numbers: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        take: Any = self.fields["take"]
        take.choices = [(one, one) for one in numbers]


class MergeForm(WordsForm):
    """The words that the drafting group makes of the amendments it takes in, and what the draft said as it began."""

    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def beside(self, now: Words) -> Words:
        """What was typed, with what others wrote into the draft meanwhile where both go together."""
        typed, seen = self.words(), self._seen()
        both = rebased(seen, now, typed) if seen else None
        return typed if both is None or both.clashes else both.words

    def _seen(self) -> Words | None:
        try:
            said = json.loads(self.cleaned_data["seen"])
            parts = [said[part] for part in PARTS]
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return Words(*parts) if all(isinstance(part, str) for part in parts) else None


class LeaveOutForm(PlainTextForm):
    """Why the words of an adopted amendment stay out."""

    reason = forms.CharField(label=_("Why"), max_length=500)
