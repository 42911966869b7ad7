"""Rotations over tables: everybody at another table each time, by wish, with as little repeated company as can be.

Company is counted as in the social golfer problem: two people who share a table in two rotations are one repetition.
Where s people leave one of T tables, none of them need meet again as long as s is at most T - 1; with more, the best
is to spread them evenly. That gives a bound for every two rotations, whatever the wishes say.
"""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from workshops.allocation.annealing import anneal
from workshops.allocation.task import Impossible, pairs

# What a repeated company costs, and a table by its rank among the wishes of a person.
AGAIN = 4
RANKS = {1: 0, 2: 1, 3: 2}
UNWISHED = 4
STEPS_EACH = 3_000
MOST_STEPS = 200_000
WARM, COLD = 6.0, 0.15
MOVE_EVERY = 4  # of so many steps one is the move of one person, where tables may differ in size

# Whom the step is about, the other person or -1, the rotation, the table, and the other rotation of a turn or -1.
Step = tuple[int, int, int, int, int]
# For each rotation {person: table}.
Rotations = tuple[dict[str, str], ...]


@dataclass(frozen=True)
class Rota:
    """What is to be rotated.

    Args:
        people: who rotates, each once.
        tables: {table: how many it holds in a rotation, or None for no limit}.
        count: how many rotations.
        wishes: {(person, table): rank}, 1 for the first choice.

    Raises:
        Impossible: more rotations than tables, or fewer places than people.
    """

    people: Sequence[str]
    tables: Mapping[str, int | None]
    count: int
    wishes: Mapping[tuple[str, str], int]

    def __post_init__(self) -> None:
        if not 1 <= self.count <= len(self.tables):
            raise Impossible(
                "Nobody sits at a table twice, so there are at most as many rotations as tables."
            )
        sizes = [size for size in self.tables.values() if size is not None]
        if len(sizes) == len(self.tables) and sum(sizes) < len(self.people):
            raise Impossible("There are fewer places than people.")

    def rank_cost(self, person: str, table: str) -> int:
        """What it costs to sit at a table; nothing for whoever stated no wishes."""
        rank = self.wishes.get((person, table))
        if rank is not None:
            return RANKS.get(rank, UNWISHED)
        return UNWISHED if any((person, one) in self.wishes for one in self.tables) else 0


@dataclass(frozen=True)
class Rotated:
    """Who sits where in each rotation, what that costs, and the bound; with the two parts of the cost."""

    rotations: Rotations
    cost: int
    bound: int
    again: int
    again_bound: int

    @property
    def is_best(self) -> bool:
        return self.cost <= self.bound


def repeated(rotations: Rotations) -> int:
    """How many repetitions of company there are: pairs who share a table in two rotations."""
    total = 0
    for one, other in combinations(rotations, 2):
        cells: dict[tuple[str, str], int] = {}
        for person, table in one.items():
            if person in other:
                cells[table, other[person]] = cells.get((table, other[person]), 0) + 1
        total += sum(pairs(size) for size in cells.values())
    return total


def cost_of(rota: Rota, rotations: Rotations) -> int:
    """What the rotations cost: wishes that are not met, and company that is repeated."""
    wishes = sum(rota.rank_cost(person, table) for seats in rotations for person, table in seats.items())
    return wishes + AGAIN * repeated(rotations)


def company_bound(people: int, tables: int, count: int) -> int:
    """The fewest repetitions that there can be: people spread evenly over all ways from a table to another one."""
    ways = tables * (tables - 1)
    if not ways:
        return 0
    size, more = divmod(people, ways)
    each = more * pairs(size + 1) + (ways - more) * pairs(size)
    return pairs(count) * each


def bound_of(rota: Rota) -> int:
    """A cost below which no rotations can be: the best tables for everybody, and the fewest repetitions."""
    wishes = 0
    for person in rota.people:
        costs = sorted(rota.rank_cost(person, table) for table in rota.tables)
        wishes += sum(costs[: rota.count])
    return wishes + AGAIN * company_bound(len(rota.people), len(rota.tables), rota.count)


class Tables:
    """Everybody at a table in each rotation; in a step two change places, one moves, or turns two rotations round."""

    def __init__(self, rota: Rota, seats: list[list[int]], limits: list[int]) -> None:
        self.seats, self.limits = seats, limits
        self.names = list(rota.tables)
        self.costs = [[rota.rank_cost(person, table) for table in self.names] for person in rota.people]
        width = range(len(self.names))
        self.sizes = [[rooms.count(table) for table in width] for rooms in seats]
        # How many sit at one table in one rotation and at another table in another rotation.
        self.cells = {
            (one, other): [[0 for _ in width] for _ in width]
            for one in range(len(seats))
            for other in range(len(seats))
            if one != other
        }
        for (one, other), cells in self.cells.items():
            for person in range(len(rota.people)):
                cells[seats[one][person]][seats[other][person]] += 1
        again = sum(
            pairs(size)
            for (one, other), rows in self.cells.items()
            if one < other
            for row in rows
            for size in row
        )
        wishes = sum(self.costs[person][table] for rooms in seats for person, table in enumerate(rooms))
        self.cost: float = wishes + AGAIN * again

    def step(self, draw: random.Random) -> tuple[float, Step] | None:
        chance = draw.random
        people, count = len(self.costs), len(self.seats)
        person, rotation = int(chance() * people), int(chance() * count)
        if count > 1 and chance() * 3 < 1:
            other = int(chance() * count)
            found = (person, -1, rotation, self.seats[other][person], other) if other != rotation else None
        elif chance() * MOVE_EVERY < 1:
            found = (person, -1, rotation, int(chance() * len(self.names)), -1)
        else:
            other = int(chance() * people)
            found = (person, other, rotation, self.seats[rotation][other], -1)
        if found is None or not self._may(found):
            return None
        before = self.cost
        self._go(found)
        change = self.cost - before
        self._go(self._back(found))
        return change, found

    def _may(self, step: Step) -> bool:
        """Whether everybody stays at other tables in each rotation, and the tables hold them."""
        person, other, rotation, there, turned = step
        here = self.seats[rotation][person]
        if here == there:
            return False
        if turned >= 0:
            sizes, back = self.sizes[rotation], self.sizes[turned]
            return sizes[there] < self.limits[there] and back[here] < self.limits[here]
        own = [rooms[person] for at, rooms in enumerate(self.seats) if at != rotation]
        if there in own:
            return False
        if other < 0:
            # The sizes stay even: nobody goes to a table that is as large already.
            sizes = self.sizes[rotation]
            return sizes[there] < min(self.limits[there], sizes[here])
        return all(rooms[other] != here for at, rooms in enumerate(self.seats) if at != rotation)

    def _back(self, step: Step) -> Step:
        """The step that undoes one that was just gone; `_go` has changed the seats."""
        person, other, rotation, _there, turned = step
        if turned >= 0:
            return (person, -1, rotation, self.seats[turned][person], turned)
        return (person, other, rotation, self._left, -1)

    def _go(self, step: Step) -> None:
        person, other, rotation, there, turned = step
        here = self.seats[rotation][person]
        self._left = here
        if turned >= 0:
            self._seat(person, rotation, there)
            self._seat(person, turned, here)
            return
        self._seat(person, rotation, there)
        if other >= 0:
            self._seat(other, rotation, here)

    def _seat(self, person: int, rotation: int, there: int) -> None:
        here = self.seats[rotation][person]
        self.cost += self.costs[person][there] - self.costs[person][here]
        for other, rooms in enumerate(self.seats):
            if other != rotation:
                cells, back, table = self.cells[rotation, other], self.cells[other, rotation], rooms[person]
                self.cost += AGAIN * (cells[there][table] - cells[here][table] + 1)
                cells[here][table] -= 1
                cells[there][table] += 1
                back[table][here] -= 1
                back[table][there] += 1
        self.sizes[rotation][here] -= 1
        self.sizes[rotation][there] += 1
        self.seats[rotation][person] = there

    def take(self, _change: float, step: Step) -> None:
        self._go(step)

    def keep(self) -> list[list[int]]:
        return [list(rooms) for rooms in self.seats]


def rotate(rota: Rota, *, seed: int) -> Rotated:
    """The best rotations that the search meets; the same rota and seed give the same ones.

    Raises:
        Impossible: the places do not let everybody sit at another table each time.
    """
    bound = bound_of(rota)
    again_bound = company_bound(len(rota.people), len(rota.tables), rota.count)
    if not rota.people:
        return Rotated(tuple({} for _ in range(rota.count)), 0, 0, 0, 0)
    draw = random.Random(seed)  # noqa: S311  # a reproducible draw, not a secret
    limits = [len(rota.people) if size is None else size for size in rota.tables.values()]
    seats = first_seats(len(rota.people), limits, rota.count, draw)
    largest = max(rooms.count(table) for rooms in seats for table in range(len(limits)))
    place = Tables(rota, seats, [min(limit, largest + 1) for limit in limits])
    steps = min(MOST_STEPS, STEPS_EACH * len(rota.people) * rota.count)
    _cost, kept = anneal(place, warm=WARM, cold=COLD, draw=draw, steps=steps, goal=bound)
    names = list(rota.tables)
    found = tuple(
        {person: names[rooms[number]] for number, person in enumerate(rota.people)} for rooms in kept
    )
    return Rotated(found, cost_of(rota, found), bound, repeated(found), again_bound)


def first_seats(people: int, limits: list[int], count: int, draw: random.Random) -> list[list[int]]:
    """Seats to begin with, the tables as even as their limits allow: each person at other tables each time.

    Raises:
        Impossible
    """
    order = list(range(people))
    draw.shuffle(order)
    seats: list[list[int]] = []
    given = [0] * len(limits)
    for _rotation in range(count):
        even = _even(people, limits, given)
        given = [sum(pair) for pair in zip(given, even, strict=True)]
        earlier = [{rooms[person] for rooms in seats} for person in range(people)]
        seats.append(Seating(even, earlier).filled(order))
    return seats


def _even(people: int, limits: list[int], given: list[int]) -> list[int]:
    """Sizes as even as the limits allow; the larger tables of one rotation are the smaller ones of another."""
    sizes, left = [0] * len(limits), people
    while left:
        free = [table for table, limit in enumerate(limits) if sizes[table] < limit]
        if not free:
            raise Impossible("There are fewer places than people.")
        table = min(free, key=lambda one: (sizes[one], given[one], one))
        sizes[table], left = sizes[table] + 1, left - 1
    return sizes


class Seating:
    """One rotation as a matching of people and places: who finds none has others make room, along a chain."""

    def __init__(self, sizes: list[int], earlier: list[set[int]]) -> None:
        """`earlier` has for each person the tables that they sat at before."""
        self.sizes, self.earlier = sizes, earlier
        self.seated: list[list[int]] = [[] for _size in sizes]

    def filled(self, order: list[int]) -> list[int]:
        """The table of each person.

        Raises:
            Impossible
        """
        for person in order:
            if not self._sit(person, set()):
                raise Impossible("The places do not let everybody sit at another table each time.")
        tables = {person: table for table, people in enumerate(self.seated) for person in people}
        return [tables[person] for person in range(len(order))]

    def _sit(self, person: int, tried: set[int]) -> bool:
        seated, sizes = self.seated, self.sizes
        tables = [table for table in range(len(sizes)) if table not in self.earlier[person]]
        for table in sorted(tables, key=lambda one: (len(seated[one]) - sizes[one], one)):
            if table in tried:
                continue
            if len(seated[table]) < sizes[table]:
                seated[table].append(person)
                return True
            tried.add(table)
            for other in list(seated[table]):
                seated[table].remove(other)
                if self._sit(other, tried):
                    seated[table].append(person)
                    return True
                seated[table].append(other)
        return False
