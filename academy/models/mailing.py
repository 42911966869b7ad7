"""Mail: the outbox, and the letters that organisers write to many."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models.editions import Edition
from academy.models.identified import Identified
from academy.models.people import User


class Mailing(Identified):
    """A letter to many: its words by language, whom it is for, and when it goes out."""

    class Kind(models.TextChoices):
        LETTER = "letter", _("letter")
        REMINDER = "reminder", _("reminder of a session")
        SUMMARY = "summary", _("summary of the day")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PLANNED = "planned", _("planned")
        WRITTEN = "written", _("in the outbox")
        CANCELLED = "cancelled", _("cancelled")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="mailings")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.LETTER)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.DRAFT)
    # {language: {"subject": one line, "body": text with placeholders}}
    texts = models.JSONField(_("words"), default=dict)
    # Of reminders and summaries: whoever reads none of the languages in it reads them even so, not the built-in words.
    own_words_for_all = models.BooleanField(_("own words for everybody"), default=False, db_default=False)
    # What the organisers' list of people was asked for, such as {"state": "confirmed", "role": "moderator"}.
    audience = models.JSONField(_("for whom"), default=dict, blank=True)
    is_essential = models.BooleanField(_("also to those who want no news"), default=False)
    # Why it is essential; whoever wants no news is told nothing else.
    because = models.CharField(_("why it is essential"), max_length=300, blank=True)
    send_at = models.DateTimeField(_("goes out"), null=True, blank=True)
    # Or relative to a session of the programme: its key, and the minutes before (negative) or after its start.
    # A reminder has the minutes only (before every session of one's own), a summary the minute of the evening.
    session = models.UUIDField(_("session"), null=True, blank=True)
    minutes = models.IntegerField(_("minutes from its start"), null=True, blank=True)
    with_calendar = models.BooleanField(_("with a calendar entry"), default=False)
    written_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(_("begun"))
    written_at = models.DateTimeField(_("put into the outbox"), null=True, blank=True)

    class Meta:
        ordering = ("-created_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("edition", "kind"), condition=~Q(kind="letter"), name="one_standing_mailing_per_kind"
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} {self.kind} {self.pk}"


class Message(Identified):
    """A mail in the outbox, written in the same transaction as its cause."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")
        BOUNCED = "bounced", _("came back")
        CANCELLED = "cancelled", _("cancelled")

    edition = models.ForeignKey(Edition, models.PROTECT, null=True, blank=True, related_name="messages")
    key = models.CharField(_("key"), max_length=200, unique=True)
    mailing = models.ForeignKey(Mailing, models.PROTECT, null=True, blank=True, related_name="messages")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="messages")
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    calendar = models.TextField(_("calendar entry"), blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    is_essential = models.BooleanField(_("essential"), default=True)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("written"))
    claimed_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "created_at"), name="message_by_state"),)

    def __str__(self) -> str:
        return f"{self.state} message {self.pk}"
