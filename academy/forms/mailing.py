"""What organisers fill in for letters, reminders and summaries, and what is sent again."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from academy.forms.plain import PlainTextForm
from academy.languages import WORKING_LANGUAGES
from academy.mail.letters import BECAUSE, BODY, SUBJECT, Words, version_of
from academy.mail.sessions import SessionFacts, sessions_of
from academy.mail.standing import LIMITS
from academy.models import Edition, Mailing


class LetterForm(PlainTextForm):
    """A letter in one language, and how it goes out."""

    language = forms.ChoiceField(choices=WORKING_LANGUAGES, widget=forms.HiddenInput)
    # The version of the words that these are written on; it is kept with words that come back into the form.
    version = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-keep": True})
    )
    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT)
    body = forms.CharField(
        label=_("Text"),
        max_length=BODY,
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text=_(
            "An empty line begins a new paragraph, “- ” at the beginning of a line makes a list. "
            "Write addresses out, with https://."
        ),
    )
    session = forms.TypedChoiceField(
        label=_("It is about this session"), required=False, coerce=UUID, empty_value=None
    )
    with_calendar = forms.BooleanField(label=_("Attach the session as a calendar entry"), required=False)
    is_essential = forms.BooleanField(
        label=_("Essential: it goes also to people who want no news"),
        required=False,
        help_text=_(
            "Everybody gets mail until they end it; whoever has ended it gets an essential letter all the same, and "
            "cannot end those. It is for what somebody who takes part must know: a link, a change, a cancellation."
        ),
    )
    because = forms.CharField(
        label=_("If it is essential: why"),
        required=False,
        max_length=BECAUSE,
        help_text=_("One sentence without names. It stays with the letter, and the history holds it fast."),
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = ZoneInfo(edition.time_zone)
        sessions: Any = self.fields["session"]
        sessions.choices = [
            ("", _("no session in particular")),
            *((one.id, _titled(one, zone)) for one in sessions_of(edition).values() if one.starts),
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("is_essential") and not cleaned.get("because") and "because" not in self.errors:
            self.add_error("because", _("Say why this letter is essential, or let it be none."))
        return cleaned

    def words(self) -> Words:
        """What was written, once the form is valid."""
        return Words(**{name: self.cleaned_data[name] for name in Words.__dataclass_fields__})

    def seen(self) -> str:
        """The version that the words were written on; empty for a letter that nobody has seen yet."""
        return str(self.data.get("version", ""))[:64]

    def read_again(self, version: str) -> None:
        """Have what was typed stand on this version from now on."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["version"] = version
        self.data = data

    @staticmethod
    def initial_of(letter: Mailing, language: str) -> dict[str, Any]:
        """What the form shows of a letter."""
        words = letter.texts.get(language, {})
        return {
            "language": language,
            "version": version_of(letter, language),
            "subject": words.get("subject", ""),
            "body": words.get("body", ""),
            "session": str(letter.session or ""),
            "with_calendar": letter.with_calendar,
            "is_essential": letter.is_essential,
            "because": letter.because,
        }


def _titled(session: SessionFacts, zone: ZoneInfo) -> str:
    """A session with its day and time by the academy's clock, as several have the same title."""
    if session.starts is None:
        return session.title
    local = session.starts.astimezone(zone)
    return f"{date_format(local, 'D j M')}, {local:%H:%M} · {session.title}"


class WhenForm(PlainTextForm):
    """When a letter goes out: now, at a time, or before or after its session."""

    NOW, AT, SESSION = "now", "at", "session"

    when = forms.ChoiceField(
        label=_("When"),
        choices=((NOW, _("Now, with a minute to take it back")), (AT, _("At a time")), (SESSION, "")),
        widget=forms.RadioSelect,
        initial=NOW,
    )
    at = forms.DateTimeField(
        label=_("At this time"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    minutes = forms.IntegerField(
        label=_("Minutes"), required=False, min_value=0, max_value=14 * 24 * 60, initial=60
    )
    side = forms.ChoiceField(
        label=_("Before or after"),
        choices=(("before", _("before it starts")), ("after", _("after it has started"))),
        required=False,
    )

    def __init__(self, *args: Any, zone: ZoneInfo, session_words: str, **kwargs: Any) -> None:
        """Ask for minutes only if there is a session; times are in this zone."""
        super().__init__(*args, **kwargs)
        self.zone = zone
        when: Any = self.fields["when"]
        if session_words:
            when.choices = [*when.choices[:2], (self.SESSION, session_words)]
        else:
            when.choices = when.choices[:2]
            del self.fields["minutes"], self.fields["side"]

    def clean_at(self) -> datetime | None:
        """The time in the academy's zone."""
        value: datetime | None = self.cleaned_data["at"]
        return value.replace(tzinfo=self.zone) if value else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("when") == self.AT and not cleaned.get("at") and "at" not in self.errors:
            self.add_error("at", _("Say when."))
        if (
            cleaned.get("when") == self.SESSION
            and cleaned.get("minutes") is None
            and "minutes" not in self.errors
        ):
            self.add_error("minutes", _("Say how many minutes."))
        return cleaned

    def plan(self) -> dict[str, Any]:
        """What was chosen, as `academy.mail.letters.plan` takes it."""
        cleaned = self.cleaned_data
        if cleaned["when"] == self.SESSION:
            return {"minutes": cleaned["minutes"] * (1 if cleaned["side"] == "after" else -1)}
        return {"send_at": cleaned["at"] if cleaned["when"] == self.AT else None}


class ReminderForm(PlainTextForm):
    """How long before each session of one's own a reminder goes out."""

    minutes = forms.IntegerField(
        label=_("Minutes before each session"),
        min_value=LIMITS[Mailing.Kind.REMINDER][0],
        max_value=LIMITS[Mailing.Kind.REMINDER][1],
    )
    with_calendar = forms.BooleanField(label=_("Attach the session as a calendar entry"), required=False)


class SummaryForm(PlainTextForm):
    """At what time of the evening the summary goes out."""

    at = forms.TimeField(
        label=_("Time, by the academy’s clock"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )

    def minutes(self) -> int:
        """The minute of the day."""
        at = self.cleaned_data["at"]
        return int(at.hour * 60 + at.minute)


class StandingWordsForm(PlainTextForm):
    """What reminders or summaries say in one language."""

    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT)
    body = forms.CharField(
        label=_("Text"),
        max_length=BODY,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text=_("An empty line begins a new paragraph, “- ” at the beginning of a line makes a list."),
    )


class SendAgainForm(forms.Form):
    """One mail that did not arrive, or all of them."""

    message = forms.UUIDField(required=False)
