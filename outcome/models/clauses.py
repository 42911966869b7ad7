"""Clauses, the findings they rest on, and the findings that were set aside."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import Identified
from outcome.models.document import Document, Section
from outcome.querysets import ClauseQuerySet
from workshops.models import Finding

HEADING_LENGTH = 120


class Clause(Identified):
    """A preamble paragraph, an encouragement, or the explanatory remark to one. Removed ones stay as tombstones."""

    class Kind(models.TextChoices):
        PREAMBLE = "preamble", _("preamble paragraph")
        ENCOURAGEMENT = "encouragement", _("encouragement")
        REMARK = "remark", _("explanatory remark")

    document = models.ForeignKey(Document, models.PROTECT, related_name="clauses")
    section = models.ForeignKey(Section, models.PROTECT, related_name="clauses")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="remarks")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    heading = models.CharField(_("short title"), max_length=HEADING_LENGTH, blank=True)
    text = models.TextField(_("text"), max_length=4000)
    # Marks and lists, where there are any: a row a line, each with its runs (outcome/live/bodies.py).
    formats: Any = models.JSONField(_("marks and lists"), null=True, blank=True)
    language = models.CharField(  # noqa: DJ001  # see the columns of Document
        _("language of its spelling"), max_length=16, null=True, blank=True
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    order = models.PositiveIntegerField(_("order"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1)
    removed = models.BooleanField(_("removed"), default=False)

    objects = ClauseQuerySet.as_manager()

    class Meta:
        ordering = ("section__position", "order", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="remark", parent__isnull=False) | (~Q(kind="remark") & Q(parent=None)),
                name="a_remark_belongs_to_an_encouragement",
            ),
            models.UniqueConstraint(
                fields=("parent",), condition=Q(removed=False), name="one_remark_per_encouragement"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.heading or self.text[:60]}"


class Source(Identified):
    """A finding that a clause rests on."""

    class Relation(models.TextChoices):
        SUPPORTS = "supports", _("supports")
        QUALIFIES = "qualifies", _("qualifies")
        CONTRADICTS = "contradicts", _("contradicts")

    clause = models.ForeignKey(Clause, models.PROTECT, related_name="sources")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="sources")
    relation = models.CharField(_("relation"), max_length=12, choices=Relation, default=Relation.SUPPORTS)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("clause", "finding"), name="cited_once_per_clause"),)

    def __str__(self) -> str:
        return f"{self.finding_id} {self.relation} {self.clause_id}"


class Disposition(Identified):
    """That a finding was set aside, or that another one stands for it, with the reason that everyone may read."""

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="disposition")
    into = models.ForeignKey(
        Finding, models.PROTECT, null=True, blank=True, related_name="absorbed", verbose_name=_("merged into")
    )
    reason = models.CharField(_("reason"), max_length=500)
    set_aside_at = models.DateTimeField(_("set aside"))

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="set_aside_with_a_reason"),)

    def __str__(self) -> str:
        return f"{self.finding_id} set aside"
