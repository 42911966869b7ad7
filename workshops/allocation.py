"""Spreading participants evenly over the groups of a workshop. Pure: takes values, returns values."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Candidate:
    """Somebody to be placed, with what the groups should mirror."""

    id: str
    traits: tuple[str, ...] = ()


def spread(
    candidates: Sequence[Candidate],
    groups: Mapping[str, int | None],
    *,
    pinned: Mapping[str, str],
    seed: int,
) -> dict[str, str]:
    """Place every candidate in one group: sizes even, pinned seats kept, traits alternating between the groups.

    People are taken trait by trait in an order drawn with `seed`; each goes to the group that has the fewest people
    (of those with room), then the fewest of the same traits. The same input gives the same result.

    Args:
        groups: {group id: capacity, or None for no limit}.
        pinned: {candidate id: group id}, kept whatever the sizes.
        seed: chooses among equally good results.

    Returns:
        {candidate id: group id}; whoever finds no room is left out.
    """
    draw = random.Random(seed)  # noqa: S311  # a reproducible draw, not a secret
    seats = dict(pinned)
    sizes = Counter(dict.fromkeys(groups, 0))
    traits: dict[str, Counter[str]] = {group: Counter() for group in groups}
    by_id = {candidate.id: candidate for candidate in candidates}
    for person, group in pinned.items():
        sizes[group] += 1
        traits[group].update(by_id[person].traits if person in by_id else ())

    waiting = sorted((c for c in candidates if c.id not in pinned), key=lambda c: (c.traits, c.id))
    ties = {candidate.id: draw.random() for candidate in waiting}
    waiting.sort(key=lambda c: (c.traits, ties[c.id]))
    for candidate in waiting:
        free = [g for g, capacity in groups.items() if capacity is None or sizes[g] < capacity]
        if not free:
            continue
        chosen = min(
            free,
            key=lambda g: (sizes[g], sum(traits[g][t] for t in candidate.traits), draw.random()),
        )
        seats[candidate.id] = chosen
        sizes[chosen] += 1
        traits[chosen].update(candidate.traits)
    return seats
