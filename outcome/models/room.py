"""In the room: who is present, what is discussed, hands that were counted, and what clauses are thought of."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from academy.models import Identified, User
from outcome.models.adoption import Elector, Procedure
from outcome.models.clauses import Clause


class Presence(Identified):
    """Whether an elector is here, and how they take their position: with their own device, or by hand in the room."""

    class Where(models.TextChoices):
        ONLINE = "online", _("present")
        ROOM = "room", _("in the room, counted by hand")
        AWAY = "away", _("away")

    elector = models.OneToOneField(Elector, models.PROTECT, related_name="presence")
    where = models.CharField(_("where"), max_length=8, choices=Where)

    def __str__(self) -> str:
        return f"{self.elector_id} {self.where}"


class Floor(Identified):
    """Which clause is under discussion, for the screen in the room."""

    procedure = models.OneToOneField(Procedure, models.PROTECT, related_name="floor")
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"floor of {self.procedure_id}"


class RoomCount(Identified):
    """Hands counted in a room: entered by one organiser, counted in once another one confirmed the numbers."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="room_counts")
    number = models.PositiveIntegerField(_("number"))
    label = models.CharField(_("where, and how it was counted"), max_length=120)
    # How many people by choice.
    counts: Any = models.JSONField(_("counts"))
    is_confirmed = models.BooleanField(_("confirmed"), default=False)
    entered_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("procedure", "number")
        constraints = (
            models.UniqueConstraint(fields=("procedure", "number"), name="one_room_count_per_number"),
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("entered_by"))
                | Q(confirmed_by__isnull=True)
                | Q(entered_by__isnull=True),
                name="counted_by_two_people",
            ),
        )

    def __str__(self) -> str:
        return self.label


class Indication(Identified):
    """What an elector thinks of one clause before the whole is decided; it binds nobody."""

    class Choice(models.TextChoices):
        AGREE = "agree", _("agree")
        RESERVE = "reserve", _("agree with a reservation")
        OPPOSE = "oppose", _("do not agree")

    elector = models.ForeignKey(Elector, models.PROTECT, related_name="indications")
    clause = models.ForeignKey(Clause, models.PROTECT, related_name="+")
    choice = models.CharField(_("indication"), max_length=8, choices=Choice)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("elector", "clause"), name="one_indication_per_clause"),
        )

    def __str__(self) -> str:
        return self.choice
