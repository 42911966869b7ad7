"""Amendments: what somebody proposes for one clause, who joined them, what the room said, what became of the words."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Identified, Participant
from outcome.models.clauses import Clause
from outcome.models.document import Document, Section
from outcome.models.revisions import Revision
from workshops.models import Workshop


class ContributionRules(Identified):
    """Whether a document takes amendments and comments, and from when participants may write them."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="contribution_rules")
    takes_amendments = models.BooleanField(_("takes amendments"), default=False)
    amendments_from = models.DateTimeField(_("amendments by participants from"), null=True, blank=True)
    takes_comments = models.BooleanField(_("takes comments"), default=False)
    comments_from = models.DateTimeField(_("comments by participants from"), null=True, blank=True)

    def __str__(self) -> str:
        return f"rules of {self.document_id}"


class Round(Identified):
    """A finalisation round: one section on the base of one revision, in one workshop, until it is closed."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="rounds")
    section = models.ForeignKey(Section, models.PROTECT, related_name="rounds")
    workshop = models.ForeignKey(Workshop, models.PROTECT, null=True, blank=True, related_name="rounds")
    base = models.ForeignKey(Revision, models.PROTECT, related_name="rounds")
    opened_at = models.DateTimeField(_("opened"))
    closes_at = models.DateTimeField(_("takes amendments until"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        ordering = ("document", "section__position", "opened_at")
        constraints = (
            models.UniqueConstraint(
                fields=("section",), condition=Q(closed_at=None), name="one_open_round_per_section"
            ),
        )

    def __str__(self) -> str:
        return f"round on {self.section_id}"

    def get_absolute_url(self) -> str:
        return reverse("outcome:round", args=(self.document.edition.slug, self.pk))


class Amendment(Identified):
    """A proposal to change one clause, to add one, or to take one out; of its wordings the last one counts."""

    class Kind(models.TextChoices):
        CHANGE = "change", _("change")
        ADDITION = "addition", _("new clause")
        DELETION = "deletion", _("deletion")

    class State(models.TextChoices):
        SUBMITTED = "submitted", _("submitted")
        WITHDRAWN = "withdrawn", _("withdrawn")
        RECOMMENDED = "recommended", _("with a recommendation")
        DECIDED = "decided", _("decided")

    document = models.ForeignKey(Document, models.PROTECT, related_name="amendments")
    number = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    section = models.ForeignKey(Section, models.PROTECT, related_name="amendments")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="amendments")
    after = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="+")
    proposer = models.ForeignKey(Participant, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.SUBMITTED)
    proposed_at = models.DateTimeField(_("proposed"))

    class Meta:
        ordering = ("document", "number")
        constraints = (
            models.UniqueConstraint(fields=("document", "number"), name="one_amendment_per_number"),
            models.CheckConstraint(
                condition=Q(kind="addition", clause=None)
                | (~Q(kind="addition") & Q(clause__isnull=False, after=None)),
                name="an_amendment_has_its_place",
            ),
        )

    def __str__(self) -> str:
        return f"amendment {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("outcome:amendment", args=(self.document.edition.slug, self.number))

    @property
    def is_pending(self) -> bool:
        """Whether nothing final became of it yet."""
        return self.state in (self.State.SUBMITTED, self.State.RECOMMENDED)


class Wording(Identified):
    """The full words that an amendment proposes, on the base of one revision. Sealed; rebasing adds another one."""

    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="wordings")
    number = models.PositiveIntegerField(_("number"))
    base = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    base_digest = models.CharField(_("digest of the words it starts from"), max_length=64)
    heading = models.CharField(_("short title"), max_length=120, blank=True)
    text = models.TextField(_("text"), max_length=4000, blank=True)
    remark = models.TextField(_("explanatory remark"), max_length=4000, blank=True)
    reason = models.TextField(_("reason"), max_length=1000)
    written_at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ("amendment", "number")
        constraints = (
            models.UniqueConstraint(fields=("amendment", "number"), name="one_wording_per_number"),
            models.CheckConstraint(condition=~Q(reason=""), name="proposed_with_a_reason"),
        )

    def __str__(self) -> str:
        return f"wording {self.number} of {self.amendment_id}"


class CoSignature(Identified):
    """That somebody joined an amendment, in the wording that they read."""

    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="co_signatures")
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(_("signed"))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("amendment", "participant"), name="one_signature_per_person"),
        )

    def __str__(self) -> str:
        return f"signature under {self.amendment_id}"


class Treatment(Identified):
    """What the room recommended or decided on an amendment, and how. Sealed; the last one of a stage counts."""

    class Stage(models.TextChoices):
        RECOMMENDATION = "recommendation", _("recommendation")
        DECISION = "decision", _("decision")

    class What(models.TextChoices):
        ADOPT = "adopt", _("adopt")
        ADOPT_CHANGED = "adopt-changed", _("adopt as changed")
        REJECT = "reject", _("reject")
        REFER = "refer", _("refer to the drafting group")

    class Manner(models.TextChoices):
        CONSENSUS = "consensus", _("consensus of the room")
        VOTE = "vote", _("vote")

    amendment = models.ForeignKey(Amendment, models.PROTECT, related_name="treatments")
    round = models.ForeignKey(Round, models.PROTECT, related_name="treatments")
    wording = models.ForeignKey(Wording, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    stage = models.CharField(_("stage"), max_length=16, choices=Stage)
    what = models.CharField(_("what"), max_length=16, choices=What)
    heading = models.CharField(_("short title"), max_length=120, blank=True)
    text = models.TextField(_("text"), max_length=4000, blank=True)
    remark = models.TextField(_("explanatory remark"), max_length=4000, blank=True)
    reason = models.TextField(_("reason"), max_length=1000, blank=True)
    manner = models.CharField(_("how"), max_length=12, choices=Manner)
    yes = models.PositiveIntegerField(_("for"), null=True, blank=True)
    no = models.PositiveIntegerField(_("against"), null=True, blank=True)
    abstentions = models.PositiveIntegerField(_("abstentions"), null=True, blank=True)
    at = models.DateTimeField(_("when"))

    class Meta:
        ordering = ("amendment", "number")
        constraints = (
            models.UniqueConstraint(fields=("amendment", "number"), name="one_treatment_per_number"),
            models.CheckConstraint(
                condition=Q(manner="vote", yes__isnull=False, no__isnull=False, abstentions__isnull=False)
                | Q(manner="consensus", yes=None, no=None, abstentions=None),
                name="a_vote_has_its_numbers",
            ),
            models.CheckConstraint(
                condition=Q(what="adopt-changed") & ~Q(text="") | ~Q(what="adopt-changed") & Q(text=""),
                name="adopted_as_changed_has_its_words",
            ),
        )

    def __str__(self) -> str:
        return f"{self.stage} on {self.amendment_id}: {self.what}"


class Merge(Identified):
    """One change of the draft that took adopted amendments in. Sealed."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="merges")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="merges")
    digest = models.CharField(_("digest of the words that it made"), max_length=64)
    merged_at = models.DateTimeField(_("merged"))

    def __str__(self) -> str:
        return f"merge into {self.clause_id}"


class MergedAmendment(Identified):
    """What became of an adopted amendment's words in the draft. Sealed."""

    class Share(models.TextChoices):
        WHOLE = "whole", _("in the text as adopted")
        EDITED = "edited", _("in the text, edited by the drafting group")
        LEFT_OUT = "left-out", _("left out by the drafting group")

    merge = models.ForeignKey(Merge, models.PROTECT, related_name="amendments")
    amendment = models.OneToOneField(Amendment, models.PROTECT, related_name="merged")
    share = models.CharField(_("what became of it"), max_length=8, choices=Share)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(share="left-out") | ~Q(reason=""), name="left_out_with_a_reason"
            ),
        )

    def __str__(self) -> str:
        return f"{self.amendment_id}: {self.share}"
