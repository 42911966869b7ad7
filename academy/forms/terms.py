"""What organisers set: the terms of registration, and the extra questions."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from academy.forms.plain import PlainTextForm
from academy.models import Edition, Question
from academy.questions import MOST_OPTIONS, OPTION_LENGTH, Asked
from academy.registration import Terms
from academy.registration.terms import LONGEST_OFFER

# No academy lies outside of these years; and what is too far away cannot be reckoned with in every zone.
FIRST_YEAR, LAST_YEAR = 2000, 2100


class MomentField(forms.DateTimeField):
    """A date and time as the academy's clocks show it."""

    widget = forms.DateTimeInput(format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "data-keep": True})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone: Any = UTC

    def prepare_value(self, value: Any) -> Any:
        with timezone.override(self.zone):
            return super().prepare_value(value)

    def to_python(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            moment = super().to_python(value)
        if moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            raise forms.ValidationError(_("Choose a year from 2000 to 2100."))
        return moment


class TermsForm(PlainTextForm):
    """The terms of registration."""

    mode = forms.ChoiceField(
        label=_("How people get a place"),
        choices=(
            (Edition.Mode.OPEN, _("Open: whoever registers has a place, as long as there are places")),
            (Edition.Mode.APPROVAL, _("By approval: the organisers decide about each registration")),
            (Edition.Mode.INVITATION, _("By invitation: only who holds an invitation can register")),
        ),
        widget=forms.RadioSelect,
    )
    capacity = forms.IntegerField(
        label=_("Places"),
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text=_(
            "Empty for no limit. Whoever comes when all are taken goes to the waiting list. Of more places, those who "
            "wait are told in their order: a place is offered to them, or given at once if offers are kept for 0 hours."
        ),
    )
    offer_hours = forms.IntegerField(
        label=_("Hours that an offered place is kept"),
        min_value=0,
        max_value=LONGEST_OFFER,
        help_text=_(
            "A place that becomes free is offered to the next one on the waiting list for so long. 0 gives it at once."
        ),
    )
    registration_opens = MomentField(label=_("Registration opens"), required=False)
    registration_closes = MomentField(label=_("Registration closes"), required=False)
    changes_until = MomentField(
        label=_("Registrations can be corrected until"),
        required=False,
        help_text=_("After this, people can still change who sees them, and withdraw."),
    )
    contact = forms.EmailField(
        label=_("E-mail address of the organisers"),
        max_length=254,
        required=False,
        help_text=_("Stands in the mails about registrations."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MomentField):
                field.zone = ZoneInfo(edition.time_zone)

    def terms(self) -> Terms:
        """What the form says, once it is valid."""
        return Terms(**{name: self.cleaned_data[name] for name in Terms.__dataclass_fields__})


class QuestionForm(PlainTextForm):
    """One more question of the registration form."""

    label = forms.CharField(label=_("Question"), max_length=200)
    help = forms.CharField(label=_("Explanation"), max_length=300, required=False)
    kind = forms.ChoiceField(label=_("Kind of answer"), choices=Question.Kind.choices)
    options = forms.CharField(
        label=_("Possible answers"),
        required=False,
        max_length=MOST_OPTIONS * (OPTION_LENGTH + 2),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, for “one of several” and “any of several”."),
    )
    required = forms.BooleanField(label=_("Must be answered"), required=False)

    def asked(self) -> Asked:
        """What the form says, once it is valid."""
        said = self.cleaned_data
        return Asked(
            label=said["label"],
            kind=said["kind"],
            help=said["help"],
            options=said["options"].splitlines(),
            required=said["required"],
        )

    @staticmethod
    def said_in_form(question: Question) -> dict[str, Any]:
        """A question as the form takes it."""
        fields = ("label", "help", "kind", "required")
        return {
            **{name: getattr(question, name) for name in fields},
            "options": "\n".join(question.options),
        }
