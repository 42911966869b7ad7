"""What is to be allocated: people with what the groups should mirror, the groups of one or several days, and rules."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

# What two people who must not sit together, or must, cost while they do, or do not: more than any other gain.
BROKEN = 10_000
# How often a pair that met on a day before counts, beside a pair of the same kind.
MET = 1


@dataclass(frozen=True)
class Candidate:
    """Somebody to be placed, with the kinds that the groups should mirror ("actor:research", "region:africa")."""

    id: str
    traits: tuple[str, ...] = ()


@dataclass(frozen=True)
class Room:
    """A group on one day: how many people it holds at least and at most."""

    id: str
    least: int
    most: int


Day = tuple[Room, ...]
# {day: {candidate id: room id}}, the days in the order of the task.
Plan = tuple[dict[str, str], ...]


class Impossible(ValueError):
    """The rooms cannot hold these people, or a rule names somebody or a room that is not there."""


@dataclass(frozen=True)
class Task:
    """People to be spread over the rooms of each day.

    Two people in one room cost the weights of the traits that they share, and `MET` for each other day on which they
    share a room too; so a plan that costs little has rooms that mirror the whole, and lets people meet others.

    Args:
        weights: what a shared trait counts, by the part of its name before the colon; 1 where nothing is said.
        fixed: for each day {candidate id: room id}, kept whatever it costs.
        together, apart: pairs of candidate ids that sit in one room, or in two, on every day.
        wishes: {(candidate id, room id): what it costs to sit there}, for wishes and for those who sit somewhere
            already.

    Raises:
        Impossible
    """

    people: Sequence[Candidate]
    days: tuple[Day, ...]
    weights: Mapping[str, int] = field(default_factory=dict)
    fixed: tuple[Mapping[str, str], ...] = ()
    together: tuple[tuple[str, str], ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    wishes: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {candidate.id for candidate in self.people}
        if len(known) != len(self.people):
            raise Impossible("A person is named twice.")
        for day in self.days:
            if not sum(room.least for room in day) <= len(known) <= sum(room.most for room in day):
                raise Impossible("The groups of a day cannot hold just these people.")
        for number, seats in enumerate(self.fixed):
            rooms = {room.id for room in self.days[number]}
            if not (seats.keys() <= known and set(seats.values()) <= rooms):
                raise Impossible("A fixed seat names somebody or a group that is not there.")
        if not {person for pair in (*self.together, *self.apart) for person in pair} <= known:
            raise Impossible("A rule names somebody who is not there.")

    def weight(self, trait: str) -> int:
        return self.weights.get(trait.partition(":")[0], 1)

    def seats_fixed(self, day: int) -> Mapping[str, str]:
        return self.fixed[day] if day < len(self.fixed) else {}


@dataclass(frozen=True)
class Result:
    """A plan with what it costs, and a cost below which no plan can be."""

    task: Task
    plan: Plan
    cost: int
    bound: int

    @property
    def is_best(self) -> bool:
        """Whether it is proven that no plan costs less."""
        return self.cost <= self.bound

    @property
    def excess(self) -> int:
        """How many pairs more than the bound share a room and a trait, or met before."""
        return self.cost - self.bound


def pairs(count: int) -> int:
    """How many pairs there are among so many people."""
    return count * (count - 1) // 2


def even_rooms(people: int, capacities: Mapping[str, int | None], fixed: Iterable[str] = ()) -> Day:
    """Rooms as even as their capacities allow: the smallest and the largest differ by one where they can.

    Args:
        capacities: {room id: capacity, or None for no limit}.
        fixed: the rooms of the fixed seats, one entry a seat; a room holds all of its own.

    Raises:
        Impossible: there are fewer places than people.
    """
    held = dict.fromkeys(capacities, 0)
    for room in fixed:
        held[room] += 1
    sizes = dict(held)
    left, level = people - sum(sizes.values()), 0
    while left > 0:
        free = [room for room, most in capacities.items() if most is None or sizes[room] < most]
        if not free:
            raise Impossible("There are fewer places than people.")
        level = min(sizes[room] for room in free)
        lowest = [room for room in free if sizes[room] == level]
        if left < len(lowest):
            return tuple(
                Room(room, size, size + (room in lowest)) if room in lowest else Room(room, size, size)
                for room, size in sizes.items()
            )
        for room in lowest:
            sizes[room] += 1
        left -= len(lowest)
    return tuple(Room(room, size, size) for room, size in sizes.items())


def roomy(day: Day, sizes: Mapping[str, int], capacities: Mapping[str, int | None]) -> Day:
    """The same rooms, which may also stay as small or as large as they are: so that few people have to move."""
    return tuple(
        Room(
            room.id,
            min(room.least, sizes.get(room.id, 0)),
            _within(capacities.get(room.id), max(room.most, sizes.get(room.id, 0)), room.most),
        )
        for room in day
    )


def _within(capacity: int | None, most: int, least: int) -> int:
    """So many, but not more than the capacity unless it has to be."""
    return most if capacity is None else max(least, min(most, capacity))


def cost_of(task: Task, plan: Plan) -> int:
    """What a plan costs, counted anew from its definition: the sum over all pairs that share a room."""
    traits = {candidate.id: frozenset(candidate.traits) for candidate in task.people}
    total = sum(task.wishes.get((person, room), 0) for seats in plan for person, room in seats.items())
    for seats in plan:
        together, apart = task.together, task.apart
        total += BROKEN * sum(seats[one] != seats[other] for one, other in together)
        total += BROKEN * sum(seats[one] == seats[other] for one, other in apart)
    for one, other in combinations(traits, 2):
        shared_days = sum(seats[one] == seats[other] for seats in plan)
        if shared_days:
            total += shared_days * sum(task.weight(trait) for trait in traits[one] & traits[other])
            total += MET * pairs(shared_days)
    return total


def measured(task: Task, plan: Plan) -> int:
    """What a plan costs in which some have no seat yet; for a whole plan the same as `cost_of`, and faster."""
    traits = {candidate.id: frozenset(candidate.traits) for candidate in task.people}
    kinds: Counter[tuple[int, str, str]] = Counter()
    company: Counter[tuple[int, int, str, str]] = Counter()
    total = BROKEN * len(broken_rules(task, plan))
    for day, seats in enumerate(plan):
        for person, room in seats.items():
            total += task.wishes.get((person, room), 0)
            kinds.update((day, room, trait) for trait in traits[person])
            company.update(
                (other, day, plan[other][person], room) for other in range(day) if person in plan[other]
            )
    total += sum(task.weight(trait) * pairs(count) for (_day, _room, trait), count in kinds.items())
    return total + MET * sum(pairs(count) for count in company.values())


def broken_rules(task: Task, plan: Plan) -> list[tuple[int, str, str]]:
    """(day, person, other) for each pair that sits together and should not, or the other way round."""
    found = []
    for rule, is_apart in ((task.together, False), (task.apart, True)):
        for one, other in rule:
            for day, seats in enumerate(plan):
                if one in seats and other in seats and (seats[one] == seats[other]) == is_apart:
                    found.append((day, one, other))
    return found


def least_possible(task: Task) -> int:
    """A bound from below: every kind spread as evenly as each day's rooms allow, as if nothing else mattered.

    Also for the days before: the people of a room spread evenly over the rooms of another day.
    """
    carriers: dict[str, int] = {}
    for candidate in task.people:
        for trait in set(candidate.traits):
            carriers[trait] = carriers.get(trait, 0) + 1
    total = 0
    for day in task.days:
        most = sorted(room.most for room in day)
        total += sum(task.weight(trait) * _even_pairs(count, most) for trait, count in carriers.items())
    for one, other in combinations(task.days, 2):
        cells = sorted(min(first.most, second.most) for first in one for second in other)
        total += MET * _even_pairs(len(task.people), cells)
    for day in task.days:
        for person in {person for person, _room in task.wishes}:
            total += min(task.wishes.get((person, room.id), 0) for room in day)
    return total


def _even_pairs(count: int, most: list[int]) -> int:
    """The fewest pairs among so many people in rooms of these sizes, the smallest first."""
    total, left = 0, count
    for number, size in enumerate(most):
        here = min(size, left // (len(most) - number))
        total += pairs(here)
        left -= here
    return total
