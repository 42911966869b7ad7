"""The desk for groups at a glance: each time at which groups meet, who sits there, which draft it lies in."""

from collections import Counter
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from academy.history import record
from academy.models import Edition, Participant, User
from programme.models import Session
from workshops.models import Group, Plan, PlanSlot, Seat
from workshops.plans.contradicting import slot_words
from workshops.plans.reading import slots_of
from workshops.plans.steps import hold
from workshops.seating import drawn_people, groups_at


@dataclass(frozen=True)
class Meeting:
    """A time at which groups meet: the groups with how many sit in each, who has no seat, whether it can be drafted."""

    slot: Session
    words: str
    groups: list[tuple[Group, int]]
    seated: int
    without: int
    has_met: bool
    plan: Plan | None

    @property
    def can_be_drafted(self) -> bool:
        return not self.has_met and self.plan is None


def meetings_of(edition: Edition) -> list[Meeting]:
    """Each time at which groups meet, in the order of the programme, in a fixed number of queries."""
    rows = Group.objects.planned().filter(workshop__edition=edition)
    rows = rows.select_related("workshop__session__parent", "workshop__edition", "session")
    groups: dict[UUID, list[Group]] = {}
    slots: dict[UUID, Session] = {}
    for group in rows.order_by("workshop__number", "slug"):
        slot = group.workshop.session.parent or group.workshop.session
        slots[slot.pk] = slot
        groups.setdefault(slot.pk, []).append(group)
    confirmed = Participant.State.CONFIRMED
    seats = Seat.objects.filter(slot__in=slots, participant__state=confirmed).order_by()
    sizes = dict(seats.values_list("group").annotate(count=Count("pk")))
    drawn = set(drawn_people(edition).values_list("pk", flat=True))
    placed = Counter(slot for slot, person in seats.values_list("slot", "participant") if person in drawn)
    opened = PlanSlot.objects.filter(slot__in=slots, is_open=True).select_related("plan__edition")
    plans = {row.slot_id: row.plan for row in opened}
    ordered = sorted(
        slots.values(), key=lambda slot: (slot.starts_at is None, str(slot.starts_at), slot.slug)
    )
    return [
        Meeting(
            slot=slot,
            words=slot_words(groups[slot.pk]),
            groups=[(group, sizes.get(group.pk, 0)) for group in groups[slot.pk]],
            seated=sum(sizes.get(group.pk, 0) for group in groups[slot.pk]),
            without=len(drawn) - placed[slot.pk],
            has_met=any(group.state != Group.State.PLANNED for group in groups[slot.pk]),
            plan=plans.get(slot.pk),
        )
        for slot in ordered
    ]


@transaction.atomic
def set_capacities(plan: Plan, capacities: dict[Group, int | None], *, seen: int, by: User | None) -> None:
    """Say how many people the groups of a draft hold; it counts from the next search on.

    Raises:
        NotAllowed, NotADraft, DraftMoved
    """
    plan = hold(plan, seen=seen, by=by)
    known = {group.pk: group for group in groups_at(slots_of(plan))}
    changed = []
    for group, capacity in capacities.items():
        row = known.get(group.pk)
        if row and row.capacity != capacity:
            row.capacity = capacity
            changed.append(row)
    Group.objects.bulk_update(changed, ["capacity"])
    if changed:
        plan.number += 1
        plan.save(update_fields=["number"])
        facts = {str(row.pk): row.capacity for row in changed}
        record(plan.edition, "capacities of groups set", plan, by=by, data=facts)
