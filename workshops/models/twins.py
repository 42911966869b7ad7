"""What was decided about the findings of parallel groups: which say the same, and which the day's summary shows."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from academy.models import Identified
from workshops.models.findings import Finding

REASON_LENGTH = 300


class TwinDecision(Identified):
    """What somebody decided about two findings of different groups. The newest counts; all of them stay.

    The two stand in the order of their keys. The number counts the decisions about this pair, so that of two people
    who decide on the same page one is told what the other decided.
    """

    class Verdict(models.TextChoices):
        SAME = "same", _("both said it")
        OPPOSED = "opposed", _("opposed")
        APART = "apart", _("not the same")

    one = models.ForeignKey(Finding, models.PROTECT, related_name="+")
    other = models.ForeignKey(Finding, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    verdict = models.CharField(_("decision"), max_length=8, choices=Verdict)
    decided_at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("decision about twin findings")
        ordering = ("decided_at", "id")
        constraints = (
            models.UniqueConstraint(fields=("one", "other", "number"), name="one_decision_at_a_time"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="pair_in_one_order"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.verdict}"


class Highlight(Identified):
    """Whether a finding is shown in the day's summary, and in which place; with the reason if it was left out."""

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="highlight")
    shown = models.BooleanField(_("shown"), default=True)
    position = models.PositiveSmallIntegerField(_("place"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=REASON_LENGTH, blank=True)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("choice for the day's summary")
        constraints = (
            models.CheckConstraint(
                condition=Q(shown=False) | Q(reason=""), name="reason_of_what_is_left_out"
            ),
        )

    def __str__(self) -> str:
        return f"{self.finding_id} {'shown' if self.shown else 'left out'}"
