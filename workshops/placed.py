"""Who has a group, for the organisers: a person's groups, and who has no seat in what meets."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.models import Edition, Participant
from academy.people.columns import Column
from academy.people.knowing import Fact, Section
from programme.models import Session
from workshops.models import Group, Seat, Workshop
from workshops.seating import slot_of, without_seat


def who_has_a_group(edition: Edition) -> QuerySet[Any, Any]:
    """The registrations of those who have a seat in any group."""
    return Seat.objects.filter(workshop__edition=edition).values("participant")


def groups_of_person(participant: Participant) -> Section:
    """In which groups a person has a seat, and why."""
    seats = Seat.objects.filter(participant=participant).select_related("group__session", "workshop__edition")
    facts = [
        Fact(
            _("Workshop %(number)s, %(group)s") % {"number": seat.workshop.number, "group": seat.group.name},
            seat.reason,
            seat.workshop.get_absolute_url(),
            seat.group.session.starts_at,
        )
        for seat in seats.order_by("workshop__number")
    ]
    return Section("groups", _("Groups"), facts, _("No seat in a group."))


def seats_recorded(participant: Participant) -> tuple[str, list[str]]:
    """The seats whose history is about this person."""
    keys = Seat.objects.filter(participant=participant).values_list("pk", flat=True)
    return "workshops.seat", [str(key) for key in keys]


def _groups(_edition: Edition, rows: Sequence[Participant]) -> dict[UUID, str]:
    seats = Seat.objects.filter(participant__in=[row.pk for row in rows]).order_by("workshop__number")
    found: dict[UUID, list[str]] = {}
    for person, number, name in seats.values_list("participant", "workshop__number", "group__name"):
        found.setdefault(person, []).append(f"{number}: {name}")
    return {key: ", ".join(words) for key, words in found.items()}


GROUPS = Column("groups", gettext_lazy("Groups"), _groups)


@dataclass(frozen=True)
class Gap:
    """What meets at one time: its workshops, how many have a seat, and who has none."""

    slot: Session
    workshops: list[Workshop]
    seated: int
    people: list[Participant]


def gaps_of(edition: Edition) -> list[Gap]:
    """Who has no seat, for each time at which groups meet; in the order of the programme."""
    groups = Group.objects.planned().filter(workshop__edition=edition)
    workshops = (
        Workshop.objects.filter(pk__in=groups.values("workshop"))
        .select_related("session__parent__edition", "session__edition", "edition", "strand")
        .order_by("number")
    )
    by_slot: dict[Session, list[Workshop]] = {}
    for workshop in workshops:
        by_slot.setdefault(slot_of(workshop), []).append(workshop)
    return [_gap(slot, meeting) for slot, meeting in sorted(by_slot.items(), key=lambda pair: _when(pair[0]))]


def _when(slot: Session) -> tuple[bool, str]:
    """For ordering: by time, those without one last."""
    return (slot.starts_at is None, slot.starts_at.isoformat() if slot.starts_at else slot.slug)


def _gap(slot: Session, workshops: list[Workshop]) -> Gap:
    people = without_seat(slot).only("name", "organisation", "visibility", "pseudonym", "edition")
    seated = Seat.objects.filter(slot=slot, participant__state=Participant.State.CONFIRMED).count()
    return Gap(slot, workshops, seated, list(people.order_by("name_key", "pk")))
