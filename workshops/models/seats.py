"""Who sits in which group."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from academy.models import Identified, Participant
from programme.models import Session
from workshops.models.groups import Group, Workshop


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
