"""Forms of the adoption: its rules, positions, statements, the room, and copies that are to be checked."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.errors import Invalid
from academy.forms import PlainTextForm
from academy.forms.terms import MomentField
from academy.models import Actor, Edition, Role
from academy.regions import REGIONS
from outcome.adoption.ballots import receipt_of
from outcome.adoption.electorate import ELECTORAL_ROLES, default_electorate
from outcome.adoption.setting_up import MOST_STATEMENT_HOURS, Plan
from outcome.adoption.statements import LENGTH
from outcome.deciding import Rules
from outcome.methods import ABSTENTIONS, METHODS, Method
from outcome.models import Indication, Presence, Procedure, Statement
from outcome.quorums import BASES, QUORUMS
from outcome.revisions import clauses_of


class PlanForm(PlainTextForm):
    """All that is fixed when an adoption is set up."""

    method = forms.ChoiceField(
        label=_("Method"),
        choices=lambda: [(m.key, f"{m.title}. {m.rule}") for m in METHODS.values()],
        widget=forms.RadioSelect,
    )
    abstentions = forms.ChoiceField(
        label=_("Abstentions, in a simple or two-thirds majority"),
        choices=lambda: list(ABSTENTIONS.items()),
        initial="aside",
        widget=forms.RadioSelect,
    )
    quorum = forms.ChoiceField(
        label=_("Quorum"),
        choices=lambda: [(q.key, q.title) for q in QUORUMS.values()],
        required=False,
        widget=forms.RadioSelect,
        help_text=_("How many must take a position. A silence procedure has none."),
    )
    quorum_of = forms.ChoiceField(
        label=_("A half or two thirds"), choices=lambda: list(BASES.items()), initial="electorate"
    )
    quorum_number = forms.IntegerField(
        label=_("Number of electors"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=_("Only for a quorum by number."),
    )
    publicity = forms.ChoiceField(
        label=_("Publicity"),
        choices=Procedure.Publicity.choices,
        initial=Procedure.Publicity.NAMED,
        widget=forms.RadioSelect,
    )
    roles = forms.MultipleChoiceField(
        label=_("Who may take a position"),
        choices=[(kind, Role.Kind(kind).label) for kind in ELECTORAL_ROLES],
        initial=lambda: default_electorate()["roles"],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("With a confirmed registration, as they stand at the opening; everybody once."),
        error_messages={"required": _("Choose at least one role for the electorate.")},
    )
    actors = forms.MultipleChoiceField(
        label=_("Only these kinds of actor"),
        choices=Actor.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all of them."),
    )
    regions = forms.MultipleChoiceField(
        label=_("Only from these regions"),
        choices=REGIONS,
        required=False,
        widget=forms.SelectMultiple(attrs={"size": 5}),
        help_text=_("None chosen: from everywhere."),
    )
    by_clause = forms.BooleanField(
        label=_("Ask for an indication clause by clause, before the whole"),
        required=False,
        help_text=_("It binds nobody. Only with named positions."),
    )
    opens_at = MomentField(
        label=_("Opens"),
        required=False,
        help_text=_("Leave it empty to open by hand. On the academy’s clocks."),
    )
    closes_at = MomentField(
        label=_("Closes"),
        required=False,
        help_text=_("Leave it empty to close by hand. A silence lasts until then, 72 hours at least."),
    )
    short_notice = forms.CharField(
        label=_("Why a silence is shorter than 72 hours"),
        required=False,
        max_length=300,
        help_text=_("It stands in the record."),
    )
    statement_hours = forms.IntegerField(
        label=_("Hours for explanations and reservations after the closing"),
        min_value=0,
        max_value=MOST_STATEMENT_HOURS,
        initial=24,
        help_text=_("The record is sealed when they are over; with 0 at once."),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("opens_at", "closes_at"):
            field: Any = self.fields[name]
            field.zone = ZoneInfo(edition.time_zone)

    def clean_quorum(self) -> str:
        """The quorum is chosen, as the method is; only a silence procedure has none that could be chosen."""
        chosen: str = self.cleaned_data["quorum"]
        method = METHODS.get(self.cleaned_data.get("method", ""))
        if not chosen and method and not method.by_silence:
            raise forms.ValidationError(_("Choose a quorum, or that there is none."))
        return chosen or "none"

    def plan(self) -> Plan:
        """What was filled in, as the rule takes it."""
        said = self.cleaned_data
        rules = ("method", "quorum", "quorum_of", "quorum_number", "abstentions")
        given = ("publicity", "by_clause", "opens_at", "closes_at", "short_notice", "statement_hours")
        electorate = {name: said[name] for name in ("roles", "actors", "regions")}
        return Plan(
            Rules(**{name: said[name] for name in rules}),
            electorate=electorate,
            **{name: said[name] for name in given},
        )


class RecallForm(PlainTextForm):
    """Why an adoption is called back."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody may read it."),
    )


class PositionForm(PlainTextForm):
    """One elector's position, and why a silence is broken."""

    choice = forms.ChoiceField(
        label=_("Your position"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the positions.")},
    )
    reason = forms.CharField(
        label=_("Why you break the silence"),
        max_length=LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("It stands in the record, and the next revision is to answer it."),
    )
    attribution = forms.ChoiceField(
        label=_("How you are named"),
        choices=Statement.Attribution.choices,
        initial=Statement.Attribution.SHOWN,
        required=False,
        widget=forms.RadioSelect,
    )
    secret = forms.CharField(
        label=_("The secret of your receipt"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "data-secret": True}),
        help_text=_("Only it can change your ballot. You were shown it before you confirmed."),
    )

    def __init__(self, *args: Any, method: Method, has_cast: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["choice"]
        choice.choices = list(method.choices.items())
        if not method.by_silence:
            del self.fields["reason"], self.fields["attribution"]
        if not has_cast:
            del self.fields["secret"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if "reason" in self.fields and not said.get("reason", "").strip():
            self.add_error("reason", _("Write why you break the silence."))
        if "secret" in self.fields and not self.has_error("secret"):
            self._check_secret(said.get("secret", ""))
        return said

    def _check_secret(self, secret: str) -> None:
        """A ballot in the box is changed with its own secret only; without it there is nothing to confirm."""
        try:
            receipt_of(secret)
        except Invalid as error:
            self.add_error("secret", str(error))


class SureForm(forms.Form):
    """What the page of confirmation sends along: the mark of this one try, and what the elector saw as theirs."""

    key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    before = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    secret = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)


class StatementForm(PlainTextForm):
    """An explanation of position, or a reservation to a clause."""

    kind = forms.ChoiceField(
        label=_("What it is"),
        choices=[
            (Statement.Kind.EXPLANATION, Statement.Kind.EXPLANATION.label),
            (Statement.Kind.RESERVATION, Statement.Kind.RESERVATION.label),
        ],
        widget=forms.RadioSelect,
    )
    clause = forms.TypedChoiceField(label=_("To which clause"), required=False, coerce=str, empty_value=None)
    text = forms.CharField(
        label=_("Words"), max_length=LENGTH, widget=forms.Textarea(attrs={"rows": 5, "class": "serif"})
    )
    attribution = forms.ChoiceField(
        label=_("How you are named"),
        choices=Statement.Attribution.choices,
        initial=Statement.Attribution.SHOWN,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, content: dict[str, Any], pseudonymous: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clause: Any = self.fields["clause"]
        clause.choices = [("", _("to the whole")), *clause_choices(content)]
        if pseudonymous:
            del self.fields["attribution"]


class IndicationForm(forms.Form):
    """What an elector thinks of one clause."""

    clause = forms.UUIDField()
    choice = forms.ChoiceField(choices=Indication.Choice.choices)


class PresenceForm(forms.Form):
    """Where an elector is; oneself, if nobody is named."""

    elector = forms.UUIDField(required=False)
    where = forms.ChoiceField(choices=Presence.Where.choices)


class DiscussForm(forms.Form):
    """The clause under discussion; the whole text, if none is named."""

    clause = forms.TypedChoiceField(
        label=_("What the screen shows"), required=False, coerce=str, empty_value=None
    )

    def __init__(self, *args: Any, content: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        clause: Any = self.fields["clause"]
        clause.choices = [("", _("the whole text")), *clause_choices(content)]


class RoomCountForm(PlainTextForm):
    """Hands that were counted in a room, by position."""

    label = forms.CharField(
        label=_("Where, and how it was counted"),
        max_length=120,
        help_text=_("Such as “Hall A, hands counted twice”. It stands in the record."),
    )

    def __init__(self, *args: Any, method: Method, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = list(method.choices)
        words: Any
        for choice, words in method.choices.items():
            self.fields[f"count-{choice}"] = forms.IntegerField(
                label=words, min_value=0, max_value=100_000, initial=0
            )

    def counts(self) -> dict[str, int]:
        return {choice: self.cleaned_data[f"count-{choice}"] for choice in self.choices}


class CheckForm(forms.Form):
    """A copy that is to be compared with what was adopted: a file, or words, or a digest."""

    # Not a PlainTextForm: whatever a copy holds is looked at, also what no form of ours would take.
    copy = forms.FileField(
        label=_("A copy of the text or of the record"),
        required=False,
        help_text=_(
            "The record as data (JSON), or the text in any form in which it is given here: PDF, Word, page, Markdown, "
            "Akoma Ntoso, TXT, JSON. It is compared and not kept."
        ),
    )
    pasted = forms.CharField(
        label=_("Or paste its text, or a digest"),
        required=False,
        max_length=1_000_000,
        widget=forms.Textarea(attrs={"rows": 6}),
        strip=False,
    )


def clause_choices(content: dict[str, Any]) -> list[tuple[str, str]]:
    """The clauses of a content, to choose from: their number or kind, and how they begin."""
    return [(clause["id"], clause_name(clause)) for _section, clause in clauses_of(content)]


def clause_name(clause: dict[str, Any]) -> str:
    """How a clause is called in a list: “7 · Count who is left behind”."""
    words = clause.get("heading") or clause["text"]
    short = words if len(words) <= 70 else f"{words[:69]}…"
    return f"{clause['number']} · {short}" if clause.get("number") else str(short)
