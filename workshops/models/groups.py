"""Workshops with their parts and guiding questions, and the parallel groups that hold them."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Identified
from programme.models import Session, Strand
from workshops.querysets import GroupQuerySet


class Workshop(Identified):
    """A workshop of a strand, held in parallel groups that cover the same content."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="workshops")
    session = models.OneToOneField(Session, models.PROTECT, related_name="workshop")
    strand = models.ForeignKey(Strand, models.PROTECT, related_name="workshops")
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    aim = models.TextField(_("aim"), blank=True)

    class Meta:
        ordering = ("edition", "number")
        constraints = (models.UniqueConstraint(fields=("edition", "number"), name="one_workshop_per_number"),)

    def __str__(self) -> str:
        return f"Workshop {self.number}: {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("workshops:workshop", args=(self.edition.slug, self.number))


class Part(Identified):
    """A part of a workshop: A "challenges and possible solutions", B "requirements and recommendations"."""

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="parts")
    letter = models.CharField(_("letter"), max_length=1)
    title = models.CharField(_("title"), max_length=200)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=30)

    class Meta:
        ordering = ("workshop", "letter")
        constraints = (models.UniqueConstraint(fields=("workshop", "letter"), name="one_part_per_letter"),)

    def __str__(self) -> str:
        return f"Part {self.letter}: {self.title}"


class GuidingQuestion(Identified):
    """A question that the groups of a workshop answer; the key under which twin groups are compared."""

    part = models.ForeignKey(Part, models.PROTECT, related_name="questions")
    text = models.TextField(_("question"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("part", "position")
        constraints = (
            models.UniqueConstraint(fields=("part", "position"), name="one_question_per_position"),
        )

    def __str__(self) -> str:
        return self.text


class Group(Identified):
    """A parallel group of a workshop, with its own session in the programme and its own board."""

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="groups")
    session = models.OneToOneField(Session, models.PROTECT, related_name="group")
    slug = models.SlugField(_("address"), max_length=40)
    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(_("language"), max_length=12, default="en")
    capacity = models.PositiveSmallIntegerField(_("capacity"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.PLANNED)
    part = models.ForeignKey(Part, models.PROTECT, null=True, blank=True, related_name="+")
    part_ends_at = models.DateTimeField(_("the part ends"), null=True, blank=True)
    part_left = models.PositiveIntegerField(_("seconds left while the clock stands"), null=True, blank=True)
    dots = models.PositiveSmallIntegerField(_("dots of each person in each part"), default=3)
    participants_write = models.BooleanField(_("participants may note findings"), default=False)
    head = models.PositiveIntegerField(_("last number of the ledger"), default=0)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ("workshop", "slug")
        constraints = (
            models.UniqueConstraint(fields=("workshop", "slug"), name="one_group_per_slug"),
            models.CheckConstraint(
                condition=Q(part_ends_at__isnull=True) | Q(part_left__isnull=True),
                name="a_clock_stands_or_runs",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("workshops:board", args=(self.workshop.edition.slug, self.workshop.number, self.slug))


class ClosedPart(Identified):
    """A part that a group has left: its dots are counted, shown to the group, and stay as they are."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="closed_parts")
    part = models.ForeignKey(Part, models.PROTECT, related_name="+")
    tally: Any = models.JSONField(_("dots of each finding"), default=dict)
    closed_at = models.DateTimeField(_("closed"))

    class Meta:
        ordering = ("group", "part")
        constraints = (models.UniqueConstraint(fields=("group", "part"), name="one_closing_per_part"),)

    def __str__(self) -> str:
        return f"closed part {self.part_id} of {self.group_id}"
