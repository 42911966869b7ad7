"""What electors state for the record: why they broke a silence, explanations of position, reservations."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import Identified
from outcome.models.adoption import Elector, Procedure
from outcome.models.clauses import Clause


class Statement(Identified):
    """An explanation of position, a reservation to a clause, or the reason for breaking a silence."""

    class Kind(models.TextChoices):
        REASON = "reason", _("reason for breaking the silence")
        EXPLANATION = "explanation", _("explanation of position")
        RESERVATION = "reservation", _("reservation")

    class Attribution(models.TextChoices):
        SHOWN = "shown", _("under my name, as it is shown in the list of participants")
        DELEGATE = "delegate", _("as “a delegate”, without my name")

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="statements")
    elector = models.ForeignKey(Elector, models.PROTECT, related_name="statements")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("words"), max_length=4000)
    attribution = models.CharField(
        _("attribution"), max_length=8, choices=Attribution, default=Attribution.SHOWN
    )
    made_at = models.DateTimeField(_("made"))
    is_withdrawn = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        ordering = ("procedure", "made_at", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(text=""), name="a_statement_says_something"),
            models.UniqueConstraint(
                fields=("procedure",), condition=Q(kind="reason"), name="a_silence_is_broken_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} to {self.procedure_id}"
