"""Forms of what follows an adoption: endorsing, committing, reporting, deciding, and the filter of the list."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from academy.forms import PlainTextForm
from outcome.following.committing import EVIDENCE_LENGTH, NOTE_LENGTH, WHAT_LENGTH, WHO_LENGTH, Promise
from outcome.following.confirming import REASON_LENGTH
from outcome.following.endorsing import NAME_LENGTH, SIGNER_LENGTH, STATEMENT_LENGTH, Signing
from outcome.following.handing_over import Successor
from outcome.following.reading import Named
from outcome.models import Commitment, Endorsement, Progress

PLEASE_CHOOSE = ("", _("Please choose"))
ALL = ("", _("all"))


def day_field(**kwargs: Any) -> forms.DateField:
    """A field for a date, with the calendar of the browser."""
    return forms.DateField(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)


class SignerForm(PlainTextForm):
    """Who acts for an organisation, said by that person.

    Whoever is protected is never named, and confirms that people may conclude who it is; the others choose.
    """

    signer = forms.CharField(
        label=_("Your name"),
        max_length=SIGNER_LENGTH,
        help_text=_("The organisers read it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    function = forms.CharField(
        label=_("Your function"),
        max_length=SIGNER_LENGTH,
        help_text=_("Such as “mayor” or “head of the human rights office”."),
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    shows_signer = forms.BooleanField(
        label=_("Show my name and my function to everybody"),
        required=False,
        help_text=_("You can change that later."),
    )

    def __init__(self, *args: Any, protected: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["shows_signer" if protected else "understood"]


class EndorseForm(SignerForm):
    """For which organisation somebody endorses, and as what."""

    field_order = ("organisation", "kind", "country", "website", "statement")

    organisation = forms.CharField(
        label=_("Local government or organisation"),
        max_length=NAME_LENGTH,
        help_text=_("Its name as it shall stand in the list."),
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    kind = forms.ChoiceField(label=_("It is a"), choices=Endorsement.Kind.choices, widget=forms.RadioSelect)
    country = forms.ChoiceField(
        label=_("Country"),
        choices=lambda: [PLEASE_CHOOSE, *countries],
        widget=forms.Select(attrs={"autocomplete": "country"}),
    )
    website = forms.CharField(
        label=_("Website"),
        max_length=300,
        required=False,
        help_text=_(
            "Such as www.example.org. If your e-mail address has the same domain, you are confirmed at once; "
            "otherwise an organiser of the academy looks at it."
        ),
        widget=forms.TextInput(attrs={"autocomplete": "url", "inputmode": "url"}),
    )
    statement = forms.CharField(
        label=_("Statement"),
        max_length=STATEMENT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What the organisation wants to say with it; everybody reads it."),
    )
    authorised = forms.BooleanField(
        label=_("I am authorised to endorse the document for this organisation"),
        error_messages={"required": _("Only who is authorised can endorse for an organisation.")},
    )
    understood = forms.BooleanField(
        label=_(
            "I know that the organisation will be named in public, and that people may conclude who signed"
        ),
        error_messages={"required": _("Please confirm that you know what becomes public.")},
    )

    def signing(self) -> Signing:
        """What was said, once the form is valid."""
        said = self.cleaned_data
        return Signing(
            organisation=said["organisation"],
            kind=said["kind"],
            country=said["country"],
            signer=said["signer"],
            function=said["function"],
            website=said["website"],
            statement=said["statement"],
            shows_signer=said.get("shows_signer", False),
        )


class CommitmentForm(PlainTextForm):
    """For which clauses, what, who, by when, and what will show it."""

    clauses = forms.MultipleChoiceField(
        label=_("Which encouragements it answers"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Please choose the encouragements that it answers.")},
    )
    what = forms.CharField(
        label=_("What you commit to"), max_length=WHAT_LENGTH, widget=forms.Textarea(attrs={"rows": 4})
    )
    responsible = forms.CharField(
        label=_("Who is responsible"),
        max_length=WHO_LENGTH,
        help_text=_("An office or a function, no person’s name: everybody reads it."),
    )
    due = day_field(label=_("By when"))
    evidence = forms.CharField(
        label=_("What will show that it is done"),
        max_length=EVIDENCE_LENGTH,
        required=False,
        help_text=_("In words, or the address of a page."),
    )
    review_on = day_field(
        label=_("Next review"),
        required=False,
        help_text=_(
            "We remind you two weeks before and on the day. Leave it empty to be reminded of the date above."
        ),
    )

    def __init__(self, *args: Any, named: dict[UUID, Named], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = {one.name: key for key, one in named.items()}
        clauses: Any = self.fields["clauses"]
        clauses.choices = [(one.name, f"{one.number} · {one.heading}") for one in named.values()]

    def promise(self) -> Promise:
        """What was said, once the form is valid."""
        said = self.cleaned_data
        return Promise(
            clauses=tuple(self.keys[name] for name in said["clauses"]),
            what=said["what"],
            responsible=said["responsible"],
            due=said["due"],
            evidence=said["evidence"],
            review_on=said["review_on"],
        )

    @staticmethod
    def initial_of(commitment: Commitment, clauses: Iterable[Named]) -> dict[str, Any]:
        """What stands in the form of a commitment that there is."""
        names = ("what", "responsible", "due", "evidence", "review_on")
        return {
            **{name: getattr(commitment, name) for name in names},
            "clauses": [one.name for one in clauses],
        }


class ProgressForm(PlainTextForm):
    """How far a commitment is, and what shows it."""

    state = forms.ChoiceField(label=_("How far it is"), choices=Progress.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("What was done, or why not"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Everybody reads it; it cannot be changed afterwards."),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=EVIDENCE_LENGTH,
        required=False,
        help_text=_("In words, or the address of a page."),
    )
    review_on = day_field(label=_("Next review"), required=False)


class DecisionForm(PlainTextForm):
    """Whether an endorsement is confirmed, or why not."""

    CONFIRM, DECLINE = "confirm", "decline"

    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(CONFIRM, _("Confirm: this person may speak for it")), (DECLINE, _("Decline"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to decline; who asked reads it."),
    )

    def __init__(self, *args: Any, is_asked: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_asked:
            decision: Any = self.fields["decision"]
            decision.choices = [(self.DECLINE, _("Take it off the list: it was confirmed wrongly"))]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("decision") == self.DECLINE and not cleaned.get("reason", "").strip():
            self.add_error("reason", _("Please write why: who asked reads it."))
        return cleaned


class OfferForm(PlainTextForm):
    """To whom an endorsement is offered."""

    address = forms.EmailField(
        label=_("E-mail address of who acts for it from now on"),
        max_length=254,
        help_text=_(
            "They get a mail, and accept with an account of this address. Until then nothing changes; the offer holds "
            "for 30 days."
        ),
    )


class TakeOverForm(SignerForm):
    """Who acts for an organisation from now on, said by that person."""

    authorised = forms.BooleanField(
        label=_("I am authorised to act for this organisation"),
        error_messages={"required": _("Only who is authorised can act for an organisation.")},
    )
    understood = forms.BooleanField(
        label=_(
            "I know that the organisation is named in public, and that people may conclude who acts for it"
        ),
        error_messages={"required": _("Please confirm that you know what is public.")},
    )

    def successor(self) -> Successor:
        """What was said, once the form is valid."""
        said = self.cleaned_data
        return Successor(said["signer"], said["function"], said.get("shows_signer", False))


class FollowingFilter(forms.Form):
    """Which endorsements the list shows; every part may be left out."""

    clause = forms.ChoiceField(label=_("Encouragement"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[ALL, *Endorsement.Kind.choices], required=False)
    state = forms.ChoiceField(label=_("Commitments"), choices=[ALL, *Progress.choices], required=False)

    def __init__(
        self, *args: Any, named: Iterable[Named], places: Iterable[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["clause"].choices = [ALL, *((one.name, f"{one.number} · {one.heading}") for one in named)]
        fields["country"].choices = [ALL, *places]
