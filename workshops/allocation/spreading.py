"""One slot of the programme: everybody into one of its groups."""

import random
from collections.abc import Mapping, Sequence

from workshops.allocation.swapping import search
from workshops.allocation.task import Candidate, Result, Task, even_rooms


def spread(
    candidates: Sequence[Candidate],
    groups: Mapping[str, int | None],
    *,
    pinned: Mapping[str, str],
    seed: int,
    weights: Mapping[str, int] | None = None,
) -> Result:
    """Place every candidate in one group: sizes even, pinned seats kept, every kind spread over the groups.

    The same people, groups and seed give the same result, in whatever order they come.

    Args:
        groups: {group id: capacity, or None for no limit}; a group holds all that are pinned to it in any case.
        pinned: {candidate id: group id}, kept whatever the sizes.
        seed: chooses among equally good results, and who finds no place where there are too few.
        weights: what a shared trait counts, by the part of its name before the colon.

    Returns:
        A plan of one day; whoever finds no place is not in it.
    """
    people = sorted(candidates, key=lambda candidate: candidate.id)
    kept = {person.id: pinned[person.id] for person in people if person.id in pinned}
    people = _who_finds_a_place(people, groups, kept, seed)
    rooms = even_rooms(len(people), groups, kept.values())
    task = Task(people, (rooms,), weights=weights or {}, fixed=(kept,))
    return search(task, seed=seed)


def _who_finds_a_place(
    people: list[Candidate], groups: Mapping[str, int | None], kept: Mapping[str, str], seed: int
) -> list[Candidate]:
    """All of them, or as many as there are places; the pinned first, the others by lot."""
    held = list(kept.values())
    free = 0
    for group, capacity in groups.items():
        if capacity is None:
            return people
        free += max(0, capacity - held.count(group))
    others = [person for person in people if person.id not in kept]
    if len(others) <= free:
        return people
    draw = random.Random(seed)  # noqa: S311  # a reproducible draw, not a secret
    chosen = {person.id for person in draw.sample(others, free)}
    return [person for person in people if person.id in kept or person.id in chosen]
