"""What the page of a draft shows: the objective beside others, people by groups, charts, and what to heed."""

import random
from dataclasses import dataclass
from typing import Any

from academy.mail.audience import addressed
from academy.models import Participant, Visibility
from academy.ordering import sort_key
from workshops.allocation import Impossible, broken_rules, least_possible
from workshops.allocation.swapping import drawn, plan_of
from workshops.allocation.task import Plan as Seating
from workshops.models import Group, Lock, PlanRun
from workshops.plans.charts import Chart, charts_of
from workshops.plans.contradicting import contradictions_of, slot_words
from workshops.plans.explaining import GroupWords, groups_in_words
from workshops.plans.moving import measuring_task, objective_of
from workshops.plans.reading import Draft, task_of
from workshops.plans.running import question_of

# With which number a page draws by lot what it compares with, before anything was drawn.
FIRST_LOT = 1


@dataclass(frozen=True)
class Sitter:
    """Somebody in a group of the draft, as the desk calls them."""

    key: str
    person: Participant
    name: str
    lock: str
    lock_words: str
    is_lead: bool
    is_protected: bool
    is_new: bool


@dataclass(frozen=True)
class Room:
    """A group of the draft with its people, and how well it mirrors the whole."""

    group: Group
    sitters: list[Sitter]
    words: str

    @property
    def is_overfull(self) -> bool:
        return self.group.capacity is not None and len(self.sitters) > self.group.capacity


@dataclass(frozen=True)
class Time:
    """One time of a draft: its groups, who has no seat, the charts, how many got which choice."""

    key: str
    words: str
    rooms: list[Room]
    without: list[tuple[str, str]]
    charts: list[Chart]
    wishes: list[tuple[int, int]]
    unmet: int

    @property
    def groups(self) -> list[Group]:
        return [room.group for room in self.rooms]


@dataclass(frozen=True)
class Objective:
    """What the draft costs, beside what is published, what lots give, and the bound."""

    draft: int
    published: int | None
    lot: int | None
    bound: int | None
    is_whole: bool
    # How many seats of the draft were not there when it was published: of so many fewer it counts the pairs.
    fresh: int

    @property
    def is_best(self) -> bool:
        return self.is_whole and self.bound is not None and self.draft <= self.bound

    @property
    def excess(self) -> int:
        return max(0, self.draft - self.bound) if self.bound is not None else 0


def shown(draft: Draft, run: PlanRun | None) -> dict[str, Any]:
    """Everything on the page of a draft."""
    placed = draft.placed()
    before, is_lot = _before(draft, run)
    late = sum(len(draft.without_seat(slot)) for slot in draft.keys)
    seats = [seat for seats in draft.seats.values() for seat in seats.values()]
    locked = sum(bool(seat.lock) for seat in seats)
    return {
        "draft": draft,
        "times": [_time(draft, number, placed, before) for number in range(len(draft.slots))],
        "objective": objective(draft, placed, run),
        "before_is_lot": is_lot,
        "contradictions": contradictions_of(draft),
        "broken": broken_in_words(draft, placed),
        "late": late,
        "locked": locked,
        # Whoever is only kept in a group was not spread: until a draw there is nothing to measure.
        "is_empty": locked == len(seats) and late > 0,
    }


def objective(draft: Draft, placed: Seating, run: PlanRun | None) -> Objective:
    """The numbers that say how good the draft is."""
    is_whole = all(seats.keys() == draft.people.keys() for seats in placed) and bool(draft.people)
    published = draft.published_plan()
    try:
        task = task_of(draft)
        bound: int | None = least_possible(task)
        if draft.plan.proven is not None and draft.plan.proven_for == question_of(task):
            bound = max(bound or 0, draft.plan.proven)
    except Impossible:
        bound = None
    return Objective(
        draft=objective_of(draft, placed),
        published=objective_of(draft, published) if any(published) else None,
        lot=run.lot if run else None,
        bound=bound,
        is_whole=is_whole,
        fresh=sum(len(now.keys() - then.keys()) for now, then in zip(placed, published, strict=True)),
    )


def _before(draft: Draft, run: PlanRun | None) -> tuple[Seating, bool]:
    """What the charts compare with: what is published, or a draw by lot; and whether it is the lot."""
    published = draft.published_plan()
    if any(published):
        return published, False
    try:
        task = task_of(draft)
    except Impossible:
        return tuple({} for _slot in draft.slots), True
    draw = random.Random(run.seed if run else FIRST_LOT)  # noqa: S311  # a reproducible draw, not a secret
    return plan_of(task, drawn(task, draw)), True


def _time(draft: Draft, number: int, placed: Seating, before: Seating) -> Time:
    slot = draft.keys[number]
    groups = draft.groups[slot]
    words = groups_in_words(draft, number, placed)
    met, unmet = _wishes(draft, number, placed)
    return Time(
        key=slot,
        words=slot_words(groups),
        rooms=[_room(draft, slot, one) for one in words],
        without=sorted(
            ((addressed(draft.people[key]), key) for key in draft.without_seat(slot)),
            key=lambda one: (sort_key(one[0]), one[1]),
        ),
        charts=charts_of(draft.people, [str(group.pk) for group in groups], before[number], placed[number]),
        wishes=met,
        unmet=unmet,
    )


def _room(draft: Draft, slot: str, words: GroupWords) -> Room:
    sitters = [
        _sitter(draft, slot, person)
        for person, seat in draft.seats[slot].items()
        if seat.group_id == words.group.pk
    ]
    return Room(words.group, sorted(sitters, key=lambda one: (sort_key(one.name), one.key)), words.words)


def _sitter(draft: Draft, slot: str, key: str) -> Sitter:
    seat, person = draft.seats[slot][key], draft.anybody(key)
    earlier = draft.published[slot].get(key)
    return Sitter(
        key=key,
        person=person,
        name=addressed(person),
        lock=seat.lock,
        lock_words=str(Lock(seat.lock).label) if seat.lock else "",
        is_lead=key in draft.leads[slot],
        is_protected=person.visibility == Visibility.PROTECTED,
        is_new=earlier is None or earlier.group_id != seat.group_id,
    )


def _wishes(draft: Draft, number: int, placed: Seating) -> tuple[list[tuple[int, int]], int]:
    """(choice, how many got it) for the time, and how many of those who chose got none of their choices."""
    groups = {str(group.pk): str(group.workshop.session_id) for group in draft.groups[draft.keys[number]]}
    wishing = {person for person, session in draft.wishes if session in groups.values()}
    got = [
        draft.wishes.get((person, groups[room]), 0)
        for person, room in placed[number].items()
        if person in wishing
    ]
    ranks = sorted({rank for (_person, session), rank in draft.wishes.items() if session in groups.values()})
    return [(rank, got.count(rank)) for rank in ranks], got.count(0)


def broken_in_words(draft: Draft, placed: Seating) -> list[tuple[str, str, str, bool]]:
    """(time, one, other, whether they should be apart) for each pair whose rule the draft breaks."""
    apart = set(draft.rules("apart"))
    return [
        (
            slot_words(draft.groups[draft.keys[day]]),
            addressed(draft.people[one]),
            addressed(draft.people[other]),
            (one, other) in apart,
        )
        for day, one, other in broken_rules(measuring_task(draft), placed)
    ]
