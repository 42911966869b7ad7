"""A draft as a whole, read in a fixed number of queries: its times, groups, people, seats and rules."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from academy.models import Participant
from academy.regions import region_of
from programme.models import Session, SessionRole
from programme.permissions import LEADS
from workshops.allocation import Candidate, Task, even_rooms, roomy
from workshops.allocation.task import Plan as Seating
from workshops.models import Group, Pair, Plan, PlannedSeat, Seat, Wish
from workshops.seating import WEIGHTS, drawn_people, groups_at

# What it costs to get the first, second, third choice, or one that was not named, in pairs.
WISHED = {1: 0, 2: 8, 3: 20}
NOT_WISHED = 40


@dataclass(frozen=True)
class Draft:
    """Everything that a page or a search needs of a draft. Keys are texts: of sessions, groups and people.

    Args:
        groups: {slot: its groups}.
        people: whoever is to be spread: {person: participant}.
        guests: who has a seat by hand without being spread, such as an observer; their seats stay as they are.
        seats: {slot: {person: planned seat}} of the confirmed.
        published: {slot: {person: seat}} of the confirmed, as participants see it.
        leads: {slot: {person: the groups that they run}}.
        met: {person: groups of other times in which they have a published seat}.
        wishes: {(person, session): choice}.
    """

    plan: Plan
    slots: list[Session]
    groups: dict[str, list[Group]]
    people: dict[str, Participant]
    guests: dict[str, Participant]
    seats: dict[str, dict[str, PlannedSeat]]
    published: dict[str, dict[str, Seat]]
    leads: dict[str, dict[str, list[str]]]
    pairs: list[Pair]
    met: dict[str, set[str]] = field(default_factory=dict)
    wishes: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        return [str(slot.pk) for slot in self.slots]

    def group(self, key: str) -> Group:
        return next(group for groups in self.groups.values() for group in groups if str(group.pk) == key)

    def anybody(self, key: str) -> Participant:
        return self.people.get(key) or self.guests[key]

    def placed(self) -> Seating:
        """Where the people who are spread sit now: {person: group} for each time."""
        return tuple(
            {person: str(seat.group_id) for person, seat in self.seats[slot].items() if person in self.people}
            for slot in self.keys
        )

    def published_plan(self) -> Seating:
        return tuple(
            {
                person: str(seat.group_id)
                for person, seat in self.published[slot].items()
                if person in self.people
            }
            for slot in self.keys
        )

    def fixed(self) -> Seating:
        """The seats that are kept whatever is drawn: those that are locked, and those of the leads."""
        return tuple(
            {
                person: str(seat.group_id)
                for person, seat in self.seats[slot].items()
                if seat.lock and person in self.people
            }
            | {person: led[0] for person, led in self.leads[slot].items() if person in self.people}
            for slot in self.keys
        )

    def capacities(self, slot: str) -> dict[str, int | None]:
        """How many of those who are spread each group holds: its capacity without the guests in it."""
        taken = [str(seat.group_id) for person, seat in self.seats[slot].items() if person in self.guests]
        return {
            key: None if group.capacity is None else max(0, group.capacity - taken.count(key))
            for group in self.groups[slot]
            for key in (str(group.pk),)
        }

    def without_seat(self, slot: str) -> list[str]:
        """Who has no seat in the draft at this time."""
        return [person for person in self.people if person not in self.seats[slot]]

    def rules(self, kind: str) -> tuple[tuple[str, str], ...]:
        """The pairs of a kind of which both are to be spread."""
        return tuple(
            pair
            for row in self.pairs
            if row.kind == kind
            for pair in ((str(row.first_id), str(row.second_id)),)
            if self.people.keys() >= set(pair)
        )


def read_draft(plan: Plan) -> Draft:
    """The draft as it is now."""
    slots = slots_of(plan)
    groups: dict[str, list[Group]] = {str(slot.pk): [] for slot in slots}
    for group in groups_at(slots):
        groups[str(group.workshop.session.parent_id or group.workshop.session_id)].append(group)
    spread = {str(row.pk): row for row in drawn_people(plan.edition).order_by("pk")}
    seats: dict[str, dict[str, PlannedSeat]] = {str(slot.pk): {} for slot in slots}
    guests: dict[str, Participant] = {}
    for seat in PlannedSeat.objects.filter(plan=plan).select_related("participant"):
        person = str(seat.participant_id)
        if seat.participant.state == Participant.State.CONFIRMED:
            seats[str(seat.slot_id)][person] = seat
            if person not in spread:
                guests[person] = seat.participant
    return Draft(
        plan=plan,
        slots=slots,
        groups=groups,
        people=spread,
        guests=guests,
        seats=seats,
        published=_published(slots),
        leads=_leads(groups),
        pairs=list(Pair.objects.filter(edition=plan.edition_id).order_by("pk")),
        met=_met(plan, slots),
        wishes=_wishes(slots),
    )


def slots_of(plan: Plan) -> list[Session]:
    """The times that a plan is about, in the order of the programme."""
    rows = Session.objects.filter(pk__in=plan.slots.values("slot")).select_related("day", "edition")
    return sorted(rows, key=lambda slot: (slot.starts_at is None, str(slot.starts_at), slot.slug))


def _published(slots: list[Session]) -> dict[str, dict[str, Seat]]:
    found: dict[str, dict[str, Seat]] = {str(slot.pk): {} for slot in slots}
    confirmed = Participant.State.CONFIRMED
    for seat in Seat.objects.filter(slot__in=slots, participant__state=confirmed):
        found[str(seat.slot_id)][str(seat.participant_id)] = seat
    return found


def _leads(groups: dict[str, list[Group]]) -> dict[str, dict[str, list[str]]]:
    home = {group.session_id: (slot, str(group.pk)) for slot, rows in groups.items() for group in rows}
    found: dict[str, dict[str, list[str]]] = {slot: {} for slot in groups}
    confirmed = Participant.State.CONFIRMED
    roles = SessionRole.objects.filter(session__in=home, kind__in=LEADS, participant__state=confirmed)
    for session, person in roles.order_by("session", "pk").values_list("session", "participant"):
        slot, group = home[session]
        led = found[slot].setdefault(str(person), [])
        if group not in led:
            led.append(group)
    return found


def _met(plan: Plan, slots: list[Session]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    elsewhere = Seat.objects.filter(slot__edition=plan.edition_id).exclude(slot__in=slots)
    for person, group in elsewhere.values_list("participant", "group"):
        found[str(person)].add(str(group))
    return dict(found)


def _wishes(slots: list[Session]) -> dict[tuple[str, str], int]:
    rows = Wish.objects.filter(slot__in=slots).values_list("participant", "session", "rank")
    return {(str(person), str(session)): rank for person, session, rank in rows}


# --- What is searched -------------------------------------------------------------------------------------------------


def task_of(draft: Draft, *, moving: int = 0) -> Task:
    """What is to be searched: everybody who is spread, the groups of each time, and the rules.

    Args:
        moving: what it costs to move somebody from the group where the draft has them, for a rerun; 0 for a draw.

    Raises:
        Impossible: the rules contradict each other; `contradictions_of` says how.
    """
    fixed, placed = draft.fixed(), draft.placed()
    days = []
    for number, slot in enumerate(draft.keys):
        capacities = draft.capacities(slot)
        day = even_rooms(len(draft.people), capacities, fixed[number].values())
        if moving:
            rooms = list((placed[number] | fixed[number]).values())
            day = roomy(day, {room: rooms.count(room) for room in capacities}, capacities)
        days.append(day)
    return Task(
        candidates(draft.people.values(), draft.met),
        tuple(days),
        weights=WEIGHTS,
        fixed=fixed,
        together=draft.rules(Pair.Kind.TOGETHER),
        apart=draft.rules(Pair.Kind.APART),
        wishes=costs_of(draft, placed, moving),
    )


def candidates(people: Iterable[Participant], met: dict[str, set[str]]) -> list[Candidate]:
    """People with what the groups should mirror, and the groups of other times that they sit in."""
    return [
        Candidate(
            str(person.pk),
            (
                f"actor:{person.actor}",
                f"region:{region_of(person.country)}",
                *(f"language:{one}" for one in sorted(set(person.languages))),
                *(f"met:{group}" for group in sorted(met.get(str(person.pk), ()))),
            ),
        )
        for person in people
    ]


def costs_of(draft: Draft, placed: Seating, moving: int) -> dict[tuple[str, str], int]:
    """What it costs somebody to sit in a group: a wish that is not met, a move."""
    found: dict[tuple[str, str], int] = {}
    wishing = {person for person, _session in draft.wishes} & draft.people.keys()
    for number, slot in enumerate(draft.keys):
        rows = draft.groups[slot]
        if len({group.workshop_id for group in rows}) > 1:
            for person in wishing:
                for group in rows:
                    rank = draft.wishes.get((person, str(group.workshop.session_id)))
                    cost = WISHED.get(rank, NOT_WISHED) if rank else NOT_WISHED
                    if cost:
                        found[person, str(group.pk)] = cost
        if moving:
            for person, here in placed[number].items():
                for group in rows:
                    if str(group.pk) != here:
                        key = (person, str(group.pk))
                        found[key] = found.get(key, 0) + moving
    return found
