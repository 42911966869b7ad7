"""People: who can log in, who takes part in which edition, and with which roles."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models.editions import Edition
from academy.models.identified import Identified
from academy.ordering import SortKey, with_keys
from academy.querysets import ParticipantQuerySet, RoleQuerySet, UserManager


class User(Identified, AbstractBaseUser, PermissionsMixin):
    """A person who can log in; the e-mail address is the login."""

    email = models.EmailField(_("e-mail address"), unique=True)
    is_staff = models.BooleanField(_("may open the admin"), default=False)
    is_active = models.BooleanField(_("may log in"), default=True)
    date_joined = models.DateTimeField(_("since"), auto_now_add=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    # Of what we write to them; without one, the first of their working languages that there are words in.
    language = models.CharField(_("language of mails"), max_length=8, blank=True, default="", db_default="")

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    def __str__(self) -> str:
        return self.email


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
        OFFERED = "offered", _("offered a place")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="participants")
    user = models.ForeignKey(User, models.PROTECT, related_name="participations")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.APPLIED)
    name = models.CharField(_("name"), max_length=120)
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)
    # What the two are sorted by.
    name_key = SortKey(_("name as it is sorted"), of="name", max_length=240)
    organisation_key = SortKey(_("organisation as it is sorted"), of="organisation", max_length=320)
    actor = models.CharField(_("kind of actor"), max_length=32, choices=Actor)
    country = models.CharField(_("country"), max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$")])
    languages = models.JSONField(_("working languages"), default=list, blank=True)
    motivation = models.TextField(_("motivation"), max_length=1000, blank=True)
    visibility = models.CharField(
        _("visibility"), max_length=12, choices=Visibility, default=Visibility.UNLISTED
    )
    pseudonym = models.CharField(_("pseudonym"), max_length=60, blank=True)
    interests = models.JSONField(_("strands of interest"), default=list, blank=True)
    answers = models.JSONField(_("answers to extra questions"), default=dict, blank=True)
    wants_news = models.BooleanField(_("gets mail that is not essential"), default=True)
    registered_at = models.DateTimeField(_("registered"))
    waiting_number = models.PositiveIntegerField(_("number on the waiting list"), null=True, blank=True)
    offered_until = models.DateTimeField(_("offered until"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    reason = models.TextField(_("reason of the decision"), max_length=1000, blank=True)
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)

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
            models.UniqueConstraint(
                fields=("edition", "waiting_number"), name="one_person_per_waiting_number"
            ),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(waiting_number__isnull=False), name="waiting_has_a_number"
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered_until__isnull=False), name="offer_has_an_end"
            ),
            models.CheckConstraint(
                condition=~Q(visibility="protected") | ~Q(pseudonym=""), name="protected_has_a_pseudonym"
            ),
        )
        indexes = (
            models.Index(fields=("edition", "state"), name="participant_by_state"),
            models.Index(fields=("edition", "name_key", "id"), name="participant_by_name"),
        )

    def save(self, *args: Any, update_fields: Any = None, **kwargs: Any) -> None:
        """Whoever saves the name saves its key."""
        super().save(*args, update_fields=with_keys(self, update_fields), **kwargs)

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
