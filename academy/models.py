"""The ground floor's data: editions, people and their registrations, roles, consent, mail and history."""

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.querysets import EditionQuerySet, ParticipantQuerySet, RoleQuerySet, UserManager
from academy.zones import UnknownZone, zone_named


class Identified(models.Model):
    """A row that people may see an address of: its key is a random UUID, never a serial number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class User(Identified, AbstractBaseUser, PermissionsMixin):
    """A person who can log in; the e-mail address is the login."""

    email = models.EmailField(_("e-mail address"), unique=True)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    is_active = models.BooleanField(_("may log in"), default=True)
    date_joined = models.DateTimeField(_("since"), auto_now_add=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.email


# First parts of addresses that no edition can have.
RESERVED = frozenset({"accounts", "admin", "api", "health", "static", "style-guide", "ws", "zone"})


def insist_on_free_address(slug: str) -> None:
    """Refuse the address of an edition that means something else already.

    Raises:
        ValidationError
    """
    if slug in RESERVED:
        raise ValidationError(_("This address has another meaning."))


def insist_on_zone(name: str) -> None:
    """Refuse a name that is no time zone.

    Raises:
        ValidationError
    """
    try:
        zone_named(name)
    except UnknownZone as error:
        raise ValidationError(str(error)) from error


class Colour(models.TextChoices):
    """The colours of the theme that a strand or a day may carry."""

    TEAL = "teal", _("teal")
    OCHRE = "ochre", _("ochre")
    VIOLET = "violet", _("violet")
    PLUM = "plum", _("plum")
    SLATE = "slate", _("slate")


class Edition(Identified):
    """One academy, from its programme to its adopted outcome document."""

    class Mode(models.TextChoices):
        OPEN = "open", _("open")
        APPROVAL = "approval", _("by approval")
        INVITATION = "invitation", _("by invitation")

    slug = models.SlugField(_("address"), max_length=32, unique=True, validators=[insist_on_free_address])
    title = models.CharField(_("title"), max_length=200)
    subtitle = models.CharField(_("subtitle"), max_length=200, blank=True)
    motto = models.CharField(_("motto"), max_length=200, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)
    aims = models.TextField(_("aims"), blank=True)
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Vienna", validators=[insist_on_zone]
    )
    registration_opens = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes = models.DateTimeField(_("registration closes"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode, default=Mode.OPEN)
    is_current = models.BooleanField(_("current edition"), default=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ("-starts",)
        constraints = (
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="edition_ends_after_it_starts"),
            models.UniqueConstraint(
                fields=("is_current",), condition=Q(is_current=True), name="one_current_edition"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.slug})"

    def get_absolute_url(self) -> str:
        return reverse("home", args=(self.slug,))

    def takes_registrations(self, moment: datetime) -> bool:
        """Whether anybody may register at this moment: not by invitation, and within the window."""
        opens, closes = self.registration_opens, self.registration_closes
        if self.mode == self.Mode.INVITATION:
            return False
        return (opens is None or opens <= moment) and (closes is None or moment < closes)


class Actor(models.TextChoices):
    """The kind of actor that a participant is."""

    LOCAL_AUTHORITY = "local_authority", _("Local authority")
    INTERNATIONAL_ORGANISATION = "international_organisation", _("International organisation")
    RESEARCH = "research", _("Research")
    CIVIL_SOCIETY = "civil_society", _("Civil society")
    PRACTITIONER = "practitioner", _("Practitioner")
    NEXT_GENERATION = "next_generation", _("Next generation")
    OTHER = "other", _("Other")


class Visibility(models.TextChoices):
    """How a participant appears to others."""

    LISTED = "listed", _("Listed: my name and organisation may be shown")
    UNLISTED = "unlisted", _("Unlisted: only the organisers see my name")
    PROTECTED = "protected", _("Protected: a pseudonym stands everywhere, my affiliation nowhere")


class Participant(Identified):
    """One person's registration for one edition."""

    class State(models.TextChoices):
        APPLIED = "applied", _("applied")
        CONFIRMED = "confirmed", _("confirmed")
        WAITING = "waiting", _("waiting")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="participants")
    user = models.ForeignKey(User, models.PROTECT, related_name="participations")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.APPLIED)
    name = models.CharField(_("name"), max_length=120)
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)
    actor = models.CharField(_("kind of actor"), max_length=32, choices=Actor)
    country = models.CharField(_("country"), max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$")])
    languages = models.JSONField(_("working languages"), default=list, blank=True)
    motivation = models.TextField(_("motivation"), max_length=1000, blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=12, choices=Visibility, default=Visibility.UNLISTED
    )
    pseudonym = models.CharField(_("pseudonym"), max_length=60, blank=True)
    registered_at = models.DateTimeField(_("registered"))

    objects = ParticipantQuerySet.as_manager()

    if TYPE_CHECKING:
        # On rows read with `as_shown()` only: what others may see of the person.
        shown_name: str
        shown_organisation: str

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("edition", "user"), name="one_registration_per_person"),
            models.UniqueConstraint(
                fields=("edition", "pseudonym"),
                condition=~Q(pseudonym="") & ~Q(state="applied"),
                name="one_person_per_pseudonym",
            ),
            models.CheckConstraint(
                condition=~Q(visibility="protected") | ~Q(pseudonym=""), name="protected_has_a_pseudonym"
            ),
        )
        indexes = (models.Index(fields=("edition", "state"), name="participant_by_state"),)

    def __str__(self) -> str:
        """A label for organisers' lists and logs: never a name."""
        return f"participant {self.pk}"


class Role(Identified):
    """What a person may do in an edition, with the time it was given and the time it ended."""

    class Kind(models.TextChoices):
        ORGANISER = "organiser", _("organiser")
        MODERATOR = "moderator", _("moderator")
        CO_FACILITATOR = "co-facilitator", _("co-facilitator")
        SPEAKER = "speaker", _("speaker")
        DELEGATE = "delegate", _("delegate")
        OBSERVER = "observer", _("observer")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="roles")
    user = models.ForeignKey(User, models.PROTECT, related_name="roles")
    kind = models.CharField(_("role"), max_length=16, choices=Kind)
    granted_at = models.DateTimeField(_("granted"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("edition", "user", "kind"), condition=Q(ended_at=None), name="role_granted_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} of {self.edition_id}"


class Consent(Identified):
    """What a participant agreed to: the wording's version and digest, given and withdrawn when."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="consents")
    purpose = models.CharField(_("purpose"), max_length=40)
    version = models.CharField(_("version"), max_length=20)
    wording_digest = models.CharField(_("digest of the wording"), max_length=64)
    given_at = models.DateTimeField(_("given"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("participant", "purpose"), condition=Q(withdrawn_at=None), name="consent_given_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.version}"


class Message(Identified):
    """A mail in the outbox, written in the same transaction as its cause."""

    class State(models.TextChoices):
        QUEUED = "queued", _("queued")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    edition = models.ForeignKey(Edition, models.PROTECT, null=True, blank=True, related_name="messages")
    key = models.CharField(_("key"), max_length=200, unique=True)
    to = models.EmailField(_("to"))
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.CharField(_("error"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("written"))
    claimed_at = models.DateTimeField(_("last tried"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)

    class Meta:
        indexes = (models.Index(fields=("state", "created_at"), name="message_by_state"),)

    def __str__(self) -> str:
        return f"{self.state} message {self.pk}"


class HistoryHead(models.Model):
    """The end of an edition's chain: locked while an entry is written, so that the chain never forks."""

    edition = models.OneToOneField(Edition, models.PROTECT, primary_key=True, related_name="history_head")
    number = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, default="", blank=True)

    def __str__(self) -> str:
        return f"head {self.number}"


class HistoryEntry(models.Model):
    """One thing that was done. Append-only and chained: each digest covers the digest before it."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="history")
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    verb = models.CharField(_("verb"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=64)
    data: Any = models.JSONField(_("data"), default=dict)
    actor_commitment = models.CharField(_("commitment to the actor"), max_length=64, blank=True)
    previous = models.CharField(_("previous digest"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        ordering = ("edition", "number")
        verbose_name_plural = _("history entries")
        constraints = (models.UniqueConstraint(fields=("edition", "number"), name="one_entry_per_number"),)
        indexes = (models.Index(fields=("object_type", "object_id"), name="history_by_object"),)

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.object_type}"


class HistoryActor(models.Model):
    """Who did it: outside the chain, so that a person can be erased while the chain still verifies.

    The entry holds sha256(salt + user id); without this row the commitment says nothing about anybody.
    """

    entry = models.OneToOneField(HistoryEntry, models.PROTECT, primary_key=True, related_name="actor")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    salt = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"actor of {self.entry_id}"
