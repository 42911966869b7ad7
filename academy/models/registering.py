"""What surrounds a registration: extra questions, invitations, access needs, consent."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models.editions import Edition
from academy.models.identified import Identified
from academy.models.people import Participant, Role, User


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


class AccessNeed(Identified):
    """What a participant needs to take part, under a consent of its own; few may read it."""

    participant = models.OneToOneField(Participant, models.PROTECT, related_name="access_need")
    text = models.TextField(_("access needs"), max_length=1000)
    written_at = models.DateTimeField(_("written"))

    def __str__(self) -> str:
        return f"access need of {self.participant_id}"


class Question(Identified):
    """One more question of an edition's registration form. Asked once, it is retired and never removed."""

    class Kind(models.TextChoices):
        LINE = "line", _("a line of text")
        TEXT = "text", _("a longer text")
        CHOICE = "choice", _("one of several")
        CHOICES = "choices", _("any of several")
        YES = "yes", _("yes or no")
        NUMBER = "number", _("a number")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="questions")
    label = models.CharField(_("question"), max_length=200)
    help = models.CharField(_("explanation"), max_length=300, blank=True)
    kind = models.CharField(_("kind of answer"), max_length=8, choices=Kind, default=Kind.LINE)
    options = models.JSONField(_("possible answers"), default=list, blank=True)
    required = models.BooleanField(_("must be answered"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    retired_at = models.DateTimeField(_("asked until"), null=True, blank=True)

    class Meta:
        ordering = ("position", "id")

    def __str__(self) -> str:
        return self.label


class Invitation(Identified):
    """That somebody at an address may register, behind a link that expires. The link is not kept, only its digest."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        REVOKED = "revoked", _("taken back")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    name = models.CharField(_("name"), max_length=120, blank=True)
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.Kind, blank=True)
    # Of its letter; somebody who has an account reads it in their own.
    language = models.CharField(
        _("language of the letter"), max_length=8, blank=True, default="", db_default=""
    )
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.OPEN)
    token_digest = models.CharField(_("digest of the link"), max_length=64, unique=True)
    invited_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    invited_at = models.DateTimeField(_("invited"))
    expires_at = models.DateTimeField(_("expires"))
    participant = models.OneToOneField(
        Participant, models.PROTECT, null=True, blank=True, related_name="invitation"
    )

    class Meta:
        ordering = ("-invited_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("edition", "email"), condition=Q(state="open"), name="one_open_invitation_per_address"
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} invitation {self.pk}"
