"""Instances of the maximally diverse grouping problem, as MDGPLIB (Optsicom, University of Valencia) writes them.

The first line is `n groups ss|ds lower upper ...` with a lower and an upper size for each group, then a line
`i j distance` for each pair of elements, counted from 0. The sum of the distances within groups is to be as large as
possible (Gallego, Laguna, Marti and Duarte, "Tabu search with strategic oscillation for the maximally diverse grouping
problem", Journal of the Operational Research Society 64, 2013).
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from workshops.allocation.annealing import anneal

MOST_ELEMENTS = 5_000
# The temperatures in units of the distances (their root mean square); from 0.4 to 1 all instances came out alike.
WARM, COLD = 0.6, 0.1
SMALL = 200  # elements: smaller instances are searched from several starts
MOVE_EVERY = 5  # of so many steps one is the move of one element, where sizes may differ

# (element, the other element or -1 for a move, group)
Step = tuple[int, int, int]


class Unreadable(ValueError):
    """The file is no instance; says what is wrong and in which line."""


@dataclass(frozen=True)
class Instance:
    """The sizes that the groups may have, and the distance of each two elements."""

    limits: list[tuple[int, int]]
    distances: list[list[float]]

    def value_of(self, groups: list[int]) -> float:
        """The sum of the distances within groups; `groups` has the number of a group for each element."""
        return sum(
            self.distances[one][other]
            for one in range(len(groups))
            for other in range(one)
            if groups[one] == groups[other]
        )


def read_instance(text: str) -> Instance:
    """The instance in a text.

    Raises:
        Unreadable
    """
    lines = [line.split() for line in text.splitlines()]
    if not lines or len(lines[0]) < 3:  # n, groups and type
        raise Unreadable("Line 1 must be: n groups ss|ds lower upper ...")
    count, limits = _head(lines[0])
    distances = [[0.0] * count for _element in range(count)]
    seen = set()
    for number, words in enumerate(lines[1:], start=2):
        if not words:
            continue
        one, other, distance = _pair(words, number, count)
        if (one, other) in seen:
            raise Unreadable(f"Line {number}: the pair {one} {other} stands here twice.")
        seen.add((one, other))
        distances[one][other] = distances[other][one] = distance
    missing = count * (count - 1) // 2 - len(seen)
    if missing:
        raise Unreadable(f"{missing} pairs have no distance.")
    return Instance(limits, distances)


def _head(words: list[str]) -> tuple[int, list[tuple[int, int]]]:
    try:
        count, groups, sizes = int(words[0]), int(words[1]), [int(word) for word in words[3:]]
    except ValueError:
        raise Unreadable("Line 1 must be: n groups ss|ds lower upper ...") from None
    if words[2] not in ("ss", "ds"):
        raise Unreadable("Line 1: the type must be ss or ds.")
    if not 1 <= count <= MOST_ELEMENTS:
        raise Unreadable(f"Line 1: there must be 1 to {MOST_ELEMENTS} elements.")
    if groups < 1 or len(sizes) != 2 * groups:
        raise Unreadable("Line 1: each group must have a lower and an upper size.")
    limits = list(zip(sizes[::2], sizes[1::2], strict=True))
    if any(not 0 <= least <= most for least, most in limits):
        raise Unreadable("Line 1: a lower size is above the upper one.")
    if not sum(least for least, _most in limits) <= count <= sum(most for _least, most in limits):
        raise Unreadable("Line 1: the groups cannot hold just these elements.")
    return count, limits


def _pair(words: list[str], number: int, count: int) -> tuple[int, int, float]:
    try:
        one, other, distance = words
        first, second, value = int(one), int(other), float(distance)
    except ValueError:
        raise Unreadable(f"Line {number} must be: i j distance") from None
    if not (0 <= first < count and 0 <= second < count and first != second):
        raise Unreadable(f"Line {number}: there is no such pair of elements.")
    if not abs(value) < float("inf"):
        raise Unreadable(f"Line {number}: the distance is no number.")
    return min(first, second), max(first, second), value


class Grouping:
    """Every element in a group, and for each element the sum of its distances to each group."""

    def __init__(self, instance: Instance, groups: list[int]) -> None:
        self.instance, self.groups = instance, groups
        count = len(instance.limits)
        self.sizes = [groups.count(group) for group in range(count)]
        self.sums = [[0.0] * count for _element in groups]
        for row, sums in zip(instance.distances, self.sums, strict=True):
            for group, distance in zip(groups, row, strict=True):
                sums[group] += distance
        self.may_move = any(least != most for least, most in instance.limits)
        self.cost = -instance.value_of(groups)

    def step(self, draw: random.Random) -> tuple[float, Step] | None:
        chance, groups = draw.random, self.groups
        one = int(chance() * len(groups))
        here, mine = groups[one], self.sums[one]
        if self.may_move and chance() * MOVE_EVERY < 1:
            there, limits = int(chance() * len(self.sizes)), self.instance.limits
            if here == there or self.sizes[here] <= limits[here][0] or self.sizes[there] >= limits[there][1]:
                return None
            return mine[here] - mine[there], (one, -1, there)
        other = int(chance() * len(groups))
        there = groups[other]
        if here == there:
            return None
        theirs = self.sums[other]
        gain = (
            mine[there] - mine[here] + theirs[here] - theirs[there] - 2 * self.instance.distances[one][other]
        )
        return -gain, (one, other, there)

    def take(self, change: float, step: Step) -> None:
        one, other, there = step
        here, rows = self.groups[one], self.instance.distances
        if other >= 0:
            self.groups[other] = here
            for sums, mine, theirs in zip(self.sums, rows[one], rows[other], strict=True):
                difference = theirs - mine
                sums[here] += difference
                sums[there] -= difference
        else:
            self.sizes[here] -= 1
            self.sizes[there] += 1
            for sums, mine in zip(self.sums, rows[one], strict=True):
                sums[here] -= mine
                sums[there] += mine
        self.groups[one] = there
        self.cost += change

    def keep(self) -> list[int]:
        return list(self.groups)


def group(instance: Instance, *, seconds: float, seed: int = 0) -> tuple[float, list[int]]:
    """The most diverse grouping that the search meets in so many seconds: its value, and a group for each element."""
    draw = random.Random(seed)  # noqa: S311  # a reproducible draw, not a secret
    count = len(instance.distances)
    squares = sum(distance**2 for row in instance.distances for distance in row)
    scale = math.sqrt(squares / max(1, count * (count - 1))) or 1.0
    starts = max(1, SMALL // count)
    found = []
    for _start in range(starts):
        place = Grouping(instance, list(_by_lot(instance, draw)))
        found.append(anneal(place, warm=WARM * scale, cold=COLD * scale, draw=draw, seconds=seconds / starts))
    _cost, groups = min(found)
    return instance.value_of(groups), groups


def _by_lot(instance: Instance, draw: random.Random) -> Iterator[int]:
    """Groups by lot, their sizes within the limits."""
    chairs = [number for number, (least, _most) in enumerate(instance.limits) for _ in range(least)]
    spare = [number for number, (least, most) in enumerate(instance.limits) for _ in range(most - least)]
    draw.shuffle(spare)
    chairs += spare[: len(instance.distances) - len(chairs)]
    draw.shuffle(chairs)
    yield from chairs
