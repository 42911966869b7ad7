"""What follows an adoption: who endorses the text, to what they commit themselves, and how far that is."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Identified, User
from outcome.models.clauses import Clause
from outcome.models.revisions import Revision
from outcome.querysets import EndorsementQuerySet


class Endorsement(Identified):
    """That a local government or an organisation stands behind the adopted text. Never deleted; it gets a state."""

    class Kind(models.TextChoices):
        LOCAL_GOVERNMENT = "local-government", _("local government")
        ORGANISATION = "organisation", _("organisation")

    class State(models.TextChoices):
        ASKED = "asked", _("waits for an organiser")
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Way(models.TextChoices):
        DOMAIN = "domain", _("by the domain of an e-mail address")
        ORGANISER = "organiser", _("by an organiser of the academy")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="endorsements")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="endorsements")
    account = models.ForeignKey(
        User, models.SET_NULL, null=True, blank=True, related_name="endorsements", verbose_name=_("account")
    )
    organisation = models.CharField(_("organisation"), max_length=160)
    # The name as two spellings of it are compared.
    organisation_key = models.CharField(_("organisation as it is compared"), max_length=320)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    country = models.CharField(_("country"), max_length=2, validators=[RegexValidator(r"^[A-Z]{2}$")])
    domain = models.CharField(_("domain of the website"), max_length=253, blank=True)
    statement = models.TextField(_("statement"), max_length=1000, blank=True)
    signer = models.CharField(_("who signs"), max_length=120, blank=True)
    function = models.CharField(_("function of who signs"), max_length=120, blank=True)
    shows_signer = models.BooleanField(_("name and function are public"), default=False)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.ASKED)
    way = models.CharField(_("how it was confirmed"), max_length=9, choices=Way, blank=True)
    # The domain of the address by which it was confirmed: what readers can judge for themselves.
    address_domain = models.CharField(_("domain of the e-mail address"), max_length=253, blank=True)
    asked_at = models.DateTimeField(_("asked for"))
    decided_at = models.DateTimeField(_("confirmed or declined"), null=True, blank=True)
    decided_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(_("why it was declined"), max_length=500, blank=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)
    # To whom it is offered, who acts for it from then on; empty once that was accepted or taken back.
    successor_address = models.EmailField(
        _("address to which it is offered"), blank=True, default="", db_default=""
    )
    offered_at = models.DateTimeField(_("offered"), null=True, blank=True)

    objects = EndorsementQuerySet.as_manager()

    if TYPE_CHECKING:
        # On rows read with `as_shown()` only: what others may see of the person.
        shown_signer: str
        shown_function: str

    class Meta:
        ordering = ("edition", "asked_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("edition", "country", "organisation_key"),
                condition=Q(state="confirmed"),
                name="one_endorsement_per_organisation",
            ),
            models.UniqueConstraint(
                fields=("edition", "domain"),
                condition=Q(state="confirmed") & ~Q(domain=""),
                name="one_endorsement_per_domain",
            ),
            models.UniqueConstraint(
                fields=("edition", "account", "country", "organisation_key"),
                condition=Q(state="asked"),
                name="an_endorsement_is_asked_for_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | ~Q(way="") & Q(decided_at__isnull=False),
                name="confirmed_in_some_way",
            ),
            models.CheckConstraint(
                condition=~Q(state="declined") | ~Q(reason=""),
                name="an_endorsement_is_declined_with_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | Q(withdrawn_at__isnull=False),
                name="withdrawn_at_some_moment",
            ),
        )

    def __str__(self) -> str:
        return self.organisation

    def get_absolute_url(self) -> str:
        return reverse("outcome:endorsement", args=(self.edition.slug, self.pk))

    @property
    def is_standing(self) -> bool:
        """Whether something may still come to it: it was neither declined nor withdrawn."""
        return self.state in (self.State.ASKED, self.State.CONFIRMED)


class Progress(models.TextChoices):
    """How far a commitment is."""

    PLANNED = "planned", _("planned")
    UNDER_WAY = "under-way", _("under way")
    DONE = "done", _("done")
    GIVEN_UP = "given-up", _("given up")


class Commitment(Identified):
    """To what an organisation commits itself, and for which clauses: what, who, by when, and what will show it.

    The columns say what holds now; `CommitmentWording` keeps every version, `ProgressNote` all that was reported.
    """

    endorsement = models.ForeignKey(Endorsement, models.PROTECT, related_name="commitments")
    number = models.PositiveIntegerField(_("number"))
    clauses = models.ManyToManyField(Clause, related_name="commitments", verbose_name=_("clauses"))
    what = models.TextField(_("what"), max_length=1000)
    responsible = models.CharField(_("who is responsible"), max_length=160)
    due = models.DateField(_("by when"))
    evidence = models.CharField(_("what will show it"), max_length=500, blank=True)
    review_on = models.DateField(_("next review"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=Progress, default=Progress.PLANNED)
    made_at = models.DateTimeField(_("made"))

    class Meta:
        ordering = ("endorsement", "number")
        constraints = (
            models.UniqueConstraint(fields=("endorsement", "number"), name="one_commitment_per_number"),
            models.CheckConstraint(condition=~Q(what=""), name="a_commitment_says_what"),
        )

    def __str__(self) -> str:
        return f"commitment {self.number} of {self.endorsement_id}"

    @property
    def is_going_on(self) -> bool:
        """Whether something is still to be done."""
        return self.state in (Progress.PLANNED, Progress.UNDER_WAY)

    @property
    def next_review(self) -> date:
        """When it is looked at again: on the date that was chosen, or when it is due."""
        return self.review_on or self.due


class CommitmentWording(models.Model):
    """A commitment as it was worded, the first time and after each change. Append-only, sealed in the database."""

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="wordings")
    number = models.PositiveIntegerField(_("number"))
    words: Any = models.JSONField(_("words"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ("commitment", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("commitment", "number"), name="one_commitment_wording_per_number"
            ),
        )

    def __str__(self) -> str:
        return f"wording {self.number} of {self.commitment_id}"


class ProgressNote(models.Model):
    """What was reported on a commitment. Append-only, sealed in the database; the last one says how far it is."""

    commitment = models.ForeignKey(Commitment, models.PROTECT, related_name="notes")
    number = models.PositiveIntegerField(_("number"))
    state = models.CharField(_("state"), max_length=9, choices=Progress)
    words = models.TextField(_("what was done"), max_length=1000)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    noted_at = models.DateTimeField(_("reported"))

    class Meta:
        ordering = ("commitment", "number")
        constraints = (
            models.UniqueConstraint(fields=("commitment", "number"), name="one_progress_note_per_number"),
            models.CheckConstraint(condition=~Q(words=""), name="a_progress_note_says_something"),
        )

    def __str__(self) -> str:
        return f"note {self.number} on {self.commitment_id}"
