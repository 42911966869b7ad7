"""Drafts of who sits where, seen by organisers only until they are published; pairs of people, and what people wish."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Identified, Participant
from programme.models import Session
from workshops.models.groups import Group


class Lock(models.TextChoices):
    """Why somebody stays in a group whatever is drawn; nothing for a seat that may change."""

    LOCKED = "locked", _("placed by the organisers")
    LEADS = "leads", _("runs this group")
    SPEAKS = "speaks", _("has a part in this group")
    LANGUAGE = "language", _("works in the language of this group")
    ZONE = "zone", _("for the sake of the time zone")
    ASKED = "asked", _("asked for this group")


class Plan(Identified):
    """A draft of who sits where at one or several times; participants see it when it is published."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        DISCARDED = "discarded", _("discarded")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="plans")
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFT)
    number = models.PositiveIntegerField(_("number of the last step"), default=0)
    begun_at = models.DateTimeField(_("begun"))
    decided_at = models.DateTimeField(_("published or discarded"), null=True, blank=True)
    proven = models.PositiveIntegerField(_("bound that was proven"), null=True, blank=True)
    proven_for = models.CharField(_("digest of what it was proven for"), max_length=64, blank=True)

    class Meta:
        ordering = ("edition", "begun_at")

    def __str__(self) -> str:
        return f"plan {self.pk}"


class PlanSlot(models.Model):
    """One of the times that a plan is about; a time lies in one open draft at most."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="slots")
    slot = models.ForeignKey(Session, models.PROTECT, related_name="+")
    is_open = models.BooleanField(_("in an open draft"), default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("plan", "slot"), name="one_time_once_in_a_plan"),
            models.UniqueConstraint(
                fields=("slot",), condition=Q(is_open=True), name="one_open_draft_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.slot_id} in {self.plan_id}"


class PlannedSeat(Identified):
    """Where a draft has somebody sit at one time, and whether that is kept whatever is drawn."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="seats")
    slot = models.ForeignKey(Session, models.PROTECT, related_name="+")
    group = models.ForeignKey(Group, models.CASCADE, related_name="+")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="planned_seats")
    lock = models.CharField(_("kept because"), max_length=8, choices=Lock, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("plan", "slot", "participant"), name="one_planned_seat_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"planned seat in {self.group_id}"


class PlanStep(models.Model):
    """One numbered step of a draft: drawn, moved, locked, taken back."""

    class Verb(models.TextChoices):
        BEGUN = "begun", _("begun")
        DRAWN = "drawn", _("drawn")
        RERUN = "rerun", _("drawn again with few moved")
        PROVEN = "proven", _("improved by the solver")
        MOVED = "moved", _("moved by hand")
        LOCKED = "locked", _("locked")
        UNLOCKED = "unlocked", _("unlocked")
        PINNED = "pinned", _("pinned")
        UNDONE = "undone", _("taken back")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField(_("number"))
    verb = models.CharField(_("what happened"), max_length=12, choices=Verb)
    at = models.DateTimeField(_("at"))
    is_undone = models.BooleanField(_("was taken back"), default=False)

    class Meta:
        ordering = ("plan", "number")
        constraints = (models.UniqueConstraint(fields=("plan", "number"), name="one_step_per_number"),)

    def __str__(self) -> str:
        return f"{self.number} {self.verb}"


class PlanChange(models.Model):
    """What a step changed for one person at one time, so that it can be taken back."""

    step = models.ForeignKey(PlanStep, models.CASCADE, related_name="changes")
    slot = models.ForeignKey(Session, models.PROTECT, related_name="+")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    group_before = models.ForeignKey(Group, models.CASCADE, null=True, related_name="+")
    group_after = models.ForeignKey(Group, models.CASCADE, null=True, related_name="+")
    lock_before = models.CharField(_("kept before because"), max_length=8, choices=Lock, blank=True)
    lock_after = models.CharField(_("kept after because"), max_length=8, choices=Lock, blank=True)

    def __str__(self) -> str:
        return f"change in step {self.step_id}"


class PlanRun(Identified):
    """A search over a draft: with which number it was drawn, how far it is, what it found."""

    class Kind(models.TextChoices):
        DRAW = "draw", _("all drawn anew")
        RERUN = "rerun", _("few people moved")
        PROVE = "prove", _("proof by the solver")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for its turn")
        RUNNING = "running", _("is running")
        DONE = "done", _("done")
        OVERTAKEN = "overtaken", _("not used, because the draft was changed meanwhile")
        FAILED = "failed", _("found no plan")
        SILENT = "silent", _("was given up, because nothing was heard of it")

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="runs")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    seed = models.PositiveIntegerField(_("number of the draw"))
    moving = models.PositiveIntegerField(_("what moving a person costs"), default=0)
    seen = models.PositiveIntegerField(_("step that it started from"))
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.WAITING)
    share = models.PositiveSmallIntegerField(_("done, in hundredths"), default=0)
    asked_at = models.DateTimeField(_("asked for"))
    heard_at = models.DateTimeField(_("last heard of"))
    cost = models.PositiveIntegerField(_("objective"), null=True, blank=True)
    lot = models.PositiveIntegerField(_("objective of draws by lot, on average"), null=True, blank=True)
    bound = models.PositiveIntegerField(_("bound"), null=True, blank=True)
    moved = models.PositiveIntegerField(_("people moved"), null=True, blank=True)

    class Meta:
        ordering = ("plan", "asked_at")
        constraints = (
            models.UniqueConstraint(
                fields=("plan",), condition=Q(state__in=("waiting", "running")), name="one_run_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.seed}"


class Pair(Identified):
    """Two people who sit together, or apart, in whatever is drawn. Nobody writes down why."""

    class Kind(models.TextChoices):
        TOGETHER = "together", _("keep together")
        APART = "apart", _("keep apart")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="pairs")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    first = models.ForeignKey(Participant, models.PROTECT, related_name="+")
    second = models.ForeignKey(Participant, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("first", "second"), name="one_rule_per_pair"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="a_pair_in_one_order"),
        )

    def __str__(self) -> str:
        return f"pair {self.pk}"


class WishRound(models.Model):
    """Until when participants say which of several parallel sessions they would like to sit in."""

    slot = models.OneToOneField(Session, models.PROTECT, related_name="wish_round")
    closes_at = models.DateTimeField(_("open until"))

    def __str__(self) -> str:
        return f"wishes for {self.slot_id}"


class Wish(Identified):
    """One of a participant's choices among parallel sessions: 1 is the first."""

    slot = models.ForeignKey(Session, models.PROTECT, related_name="+")
    session = models.ForeignKey(Session, models.PROTECT, related_name="wishes")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="wishes")
    rank = models.PositiveSmallIntegerField(_("choice"))

    class Meta:
        ordering = ("participant", "rank")
        constraints = (
            models.UniqueConstraint(fields=("participant", "session"), name="one_wish_per_session"),
            models.UniqueConstraint(fields=("participant", "slot", "rank"), name="one_wish_per_rank"),
            models.CheckConstraint(condition=Q(rank__gte=1), name="wishes_begin_at_one"),
        )

    def __str__(self) -> str:
        return f"wish {self.rank}"
