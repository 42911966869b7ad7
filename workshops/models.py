"""The workshops' data: parts and guiding questions, groups and seats, findings with their ledger, summaries."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Identified, Participant
from programme.models import Day, Session, Strand
from workshops.querysets import FindingQuerySet, GroupQuerySet

FINDING_LENGTH = 500


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
    head = models.PositiveIntegerField(_("last number of the ledger"), default=0)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ("workshop", "slug")
        constraints = (models.UniqueConstraint(fields=("workshop", "slug"), name="one_group_per_slug"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("workshops:board", args=(self.workshop.edition.slug, self.workshop.number, self.slug))


class Seat(Identified):
    """A participant's place in a group: one a workshop, and one at a time."""

    workshop = models.ForeignKey(Workshop, models.PROTECT, related_name="seats")
    slot = models.ForeignKey(Session, models.PROTECT, related_name="seats")
    group = models.ForeignKey(Group, models.PROTECT, related_name="seats")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="seats")
    pinned = models.BooleanField(_("pinned"), default=False)
    reason = models.CharField(_("reason"), max_length=200, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("participant", "workshop"), name="one_seat_per_workshop"),
            models.UniqueConstraint(fields=("participant", "slot"), name="one_seat_at_a_time"),
        )
        indexes = (models.Index(fields=("group",), name="seat_by_group"),)

    def __str__(self) -> str:
        return f"seat in {self.group_id}"


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


class Summary(Identified):
    """The co-facilitator's concise summary of a group's core results, shown in the day's closing."""

    group = models.OneToOneField(Group, models.PROTECT, related_name="summary")
    text = models.TextField(_("summary"), max_length=4000)
    written_at = models.DateTimeField(_("written"))

    def __str__(self) -> str:
        return f"summary of {self.group_id}"


class Thought(Identified):
    """Thoughts on the day: a short comment by a distinguished guest at a day's end."""

    day = models.ForeignKey(Day, models.PROTECT, related_name="thoughts")
    speaker = models.CharField(_("speaker"), max_length=120)
    affiliation = models.CharField(_("affiliation"), max_length=160, blank=True)
    text = models.TextField(_("thoughts"), max_length=4000)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("day", "speaker"), name="one_thought_per_speaker"),)

    def __str__(self) -> str:
        return f"thoughts on {self.day_id}"


class Roundtable(Identified):
    """A table of the networking day, hosted by experts."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="roundtables")
    session = models.OneToOneField(Session, models.PROTECT, related_name="roundtable")
    number = models.PositiveSmallIntegerField(_("number"))
    minutes = models.PositiveSmallIntegerField(_("minutes a rotation"), default=45)

    class Meta:
        ordering = ("edition", "number")
        constraints = (models.UniqueConstraint(fields=("edition", "number"), name="one_table_per_number"),)

    def __str__(self) -> str:
        return f"Roundtable {self.number}"
