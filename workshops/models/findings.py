"""What the groups found, with the numbered ledger of each group and the dots that were given."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from academy.models import Identified, Participant
from workshops.models.groups import Group, GuidingQuestion, Part
from workshops.querysets import FindingQuerySet

FINDING_LENGTH = 500


class Finding(Identified):
    """What a group found, in one short entry. Its key is made by the client: a repeated write is the same write."""

    class Kind(models.TextChoices):
        CHALLENGE = "challenge", _("challenge")
        SOLUTION = "solution", _("solution")
        REQUIREMENT = "requirement", _("requirement")
        RECOMMENDATION = "recommendation", _("recommendation")
        OTHER = "other", _("other")

    class State(models.TextChoices):
        NOTED = "noted", _("noted")
        AGREED = "agreed", _("agreed")
        MERGED = "merged", _("merged")
        PARKED = "parked", _("parked")

    group = models.ForeignKey(Group, models.PROTECT, related_name="findings")
    part = models.ForeignKey(Part, models.PROTECT, related_name="findings")
    question = models.ForeignKey(
        GuidingQuestion, models.PROTECT, null=True, blank=True, related_name="findings"
    )
    number = models.PositiveIntegerField(_("number in the group"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    text = models.CharField(_("text"), max_length=FINDING_LENGTH)
    language = models.CharField(_("language"), max_length=12, default="en")
    author = models.ForeignKey(Participant, models.PROTECT, null=True, related_name="findings")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.NOTED)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="pieces")
    on_behalf = models.BooleanField(_("entered for somebody without a connection"), default=False)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    noted_at = models.DateTimeField(_("noted"))

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ("group", "number")
        constraints = (
            models.UniqueConstraint(fields=("group", "number"), name="one_finding_per_number"),
            models.CheckConstraint(condition=~Q(text=""), name="a_finding_says_something"),
            models.CheckConstraint(
                condition=Q(state="merged", merged_into__isnull=False)
                | (~Q(state="merged") & Q(merged_into__isnull=True)),
                name="merged_into_another",
            ),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("id")), name="not_merged_into_itself"
            ),
            models.CheckConstraint(
                condition=Q(split_from__isnull=True) | ~Q(split_from=F("id")), name="not_split_from_itself"
            ),
        )

    def __str__(self) -> str:
        return self.text


class FindingEvent(models.Model):
    """One numbered line of a group's ledger: what happened to a finding. Append-only."""

    class Verb(models.TextChoices):
        NOTED = "noted", _("noted")
        REWORDED = "reworded", _("reworded")
        AGREED = "agreed", _("agreed")
        PARKED = "parked", _("parked")
        MERGED = "merged", _("merged")
        REOPENED = "reopened", _("reopened")
        MOVED = "moved", _("moved")
        SPLIT = "split", _("split")
        SPLIT_OFF = "split off", _("split off from another")
        UNDONE = "undone", _("last step undone")

    group = models.ForeignKey(Group, models.PROTECT, related_name="events")
    number = models.PositiveIntegerField(_("number"))
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="events")
    verb = models.CharField(_("what happened"), max_length=12, choices=Verb)
    data: Any = models.JSONField(_("data"), default=dict)
    at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ("group", "number")
        constraints = (models.UniqueConstraint(fields=("group", "number"), name="one_event_per_number"),)

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"


class Support(Identified):
    """The dots that one participant gave a finding; zero if they were taken back, as rows are never deleted."""

    finding = models.ForeignKey(Finding, models.PROTECT, related_name="supports")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="supports")
    dots = models.PositiveSmallIntegerField(_("dots"), default=1)
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("finding", "participant"), name="one_support_per_person"),
        )

    def __str__(self) -> str:
        return f"{self.dots} dots for {self.finding_id}"


class Attribution(Identified):
    """A person's own consent that their name stands at a finding that they noted, until they take it back."""

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="attribution")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="attributions")
    given_at = models.DateTimeField(_("given"))
    taken_back_at = models.DateTimeField(_("taken back"), null=True, blank=True)

    def __str__(self) -> str:
        return f"attribution of {self.finding_id}"
