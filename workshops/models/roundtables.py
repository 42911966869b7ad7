"""The tables of the networking day: how they rotate, and who sits where in which rotation."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Identified, Participant
from programme.models import Session


class Roundtable(Identified):
    """A table of the networking day, hosted by experts."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="roundtables")
    session = models.OneToOneField(Session, models.PROTECT, related_name="roundtable")
    number = models.PositiveSmallIntegerField(_("number"))
    minutes = models.PositiveSmallIntegerField(_("minutes a rotation"), default=45)
    capacity = models.PositiveSmallIntegerField(_("capacity"), null=True, blank=True)

    class Meta:
        ordering = ("edition", "number")
        constraints = (models.UniqueConstraint(fields=("edition", "number"), name="one_table_per_number"),)

    def __str__(self) -> str:
        return f"Roundtable {self.number}"


class Rotation(models.Model):
    """How the tables of one time rotate: how often, how long, for whom; and what the last draw found."""

    class Who(models.TextChoices):
        NEXT_GENERATION = "next-generation", _("the next generation, and whoever states wishes")
        EVERYBODY = "everybody", _("everybody with a confirmed place, but the hosts")

    slot = models.OneToOneField(Session, models.PROTECT, related_name="rotation")
    count = models.PositiveSmallIntegerField(_("number of rotations"), default=1)
    minutes = models.PositiveSmallIntegerField(_("minutes a rotation"), default=45)
    change_minutes = models.PositiveSmallIntegerField(_("minutes to change tables"), default=5)
    who = models.CharField(_("who rotates"), max_length=16, choices=Who, default=Who.NEXT_GENERATION)
    number = models.PositiveIntegerField(_("number of the last change"), default=0)
    seed = models.PositiveIntegerField(_("number of the draw"), null=True, blank=True)
    cost = models.PositiveIntegerField(_("objective"), null=True, blank=True)
    bound = models.PositiveIntegerField(_("bound"), null=True, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_minutes = models.PositiveSmallIntegerField(_("minutes as published"), null=True, blank=True)
    published_change = models.PositiveSmallIntegerField(
        _("minutes to change tables as published"), null=True, blank=True
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(count__gte=1, minutes__gte=1), name="rotations_have_a_number_and_a_length"
            ),
        )

    def __str__(self) -> str:
        return f"rotations of {self.slot_id}"


class RoundtableSeat(Identified):
    """Somebody's table in one rotation: one table at a time, no table twice. A draft is seen by organisers only."""

    slot = models.ForeignKey(Session, models.PROTECT, related_name="+")
    table = models.ForeignKey(Roundtable, models.PROTECT, related_name="seats")
    rotation = models.PositiveSmallIntegerField(_("rotation"))
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="roundtable_seats")
    is_draft = models.BooleanField(_("draft"), default=True)

    class Meta:
        ordering = ("slot", "rotation", "table")
        constraints = (
            models.UniqueConstraint(
                fields=("participant", "slot", "rotation", "is_draft"), name="one_table_per_rotation"
            ),
            models.UniqueConstraint(fields=("participant", "table", "is_draft"), name="no_table_twice"),
            models.CheckConstraint(condition=Q(rotation__gte=1), name="rotations_begin_at_one"),
        )

    def __str__(self) -> str:
        return f"seat at {self.table_id} in rotation {self.rotation}"
