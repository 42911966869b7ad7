"""Which findings of parallel groups may say the same, and which lines come of what people decided. Pure.

A proposal is made where two findings of different groups are each the other's best match and are alike enough. What
somebody decided about two findings is never proposed again. Findings that are joined, directly or through others, make
one line, also across more than two groups.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from workshops.twins.similarity import likeness

# Measured on the demo's findings (tests/workshops/test_twins_matching.py): from here on, more than half of the
# proposals are pairs that a reader would join.
THRESHOLD = 0.095


@dataclass(frozen=True)
class Said:
    """A finding as it is compared: whose it is, and its words with those that were merged into it."""

    key: UUID
    group: UUID
    language: str
    text: str


@dataclass(frozen=True)
class Proposal:
    """Two findings that may say the same, and how much alike they are."""

    one: UUID
    other: UUID
    likeness: float

    @property
    def pair(self) -> frozenset[UUID]:
        return frozenset((self.one, self.other))


def proposals(
    said: Sequence[Said],
    *,
    decided: Collection[frozenset[UUID]] = (),
    all_texts: Mapping[str, Sequence[str]] | None = None,
    threshold: float = THRESHOLD,
) -> list[Proposal]:
    """The pairs to ask people about, the most alike first; the order of what was said does not matter.

    Args:
        said: what the groups said in answer to one question.
        decided: pairs about which somebody decided already.
        all_texts: by language, everything that was said in the academy (see `likeness`).
    """
    found: list[Proposal] = []
    rooms: dict[tuple[str, UUID], list[Said]] = defaultdict(list)
    for one in sorted(said, key=lambda one: one.key):
        rooms[one.language, one.group].append(one)
    for (left_room, left), (right_room, right) in combinations(sorted(rooms.items()), 2):
        if left_room[0] == right_room[0]:
            known = (all_texts or {}).get(left_room[0], ())
            found += _best_of_two(left, right, decided, known, threshold)
    return sorted(found, key=lambda each: (-each.likeness, each.one, each.other))


def _best_of_two(
    left: list[Said],
    right: list[Said],
    decided: Collection[frozenset[UUID]],
    all_texts: Sequence[str],
    threshold: float,
) -> list[Proposal]:
    """Two groups: the pairs of which each is the other's best. Of equals, the one with the smaller key is better."""
    alike = likeness(
        [one.text for one in left],
        [one.text for one in right],
        language=left[0].language,
        all_texts=all_texts,
    )
    pairs = [
        Proposal(one.key, other.key, alike[row][column])
        for row, one in enumerate(left)
        for column, other in enumerate(right)
        if alike[row][column] >= threshold and frozenset((one.key, other.key)) not in decided
    ]
    best: dict[UUID, Proposal] = {}
    for pair in sorted(pairs, key=lambda each: (-each.likeness, each.one, each.other)):
        best.setdefault(pair.one, pair)
        best.setdefault(pair.other, pair)
    return [pair for pair in pairs if best[pair.one] == pair == best[pair.other]]


def lines_of(keys: Iterable[UUID], links: Iterable[tuple[UUID, UUID]]) -> list[list[UUID]]:
    """The findings in lines: those that are joined with each other, directly or through others, are one line.

    The lines stand in the order of their first finding, and so do the findings of a line.
    """
    order = {key: place for place, key in enumerate(keys)}
    first = {key: key for key in order}

    def root(key: UUID) -> UUID:
        while first[key] != key:
            first[key] = first[first[key]]
            key = first[key]
        return key

    for one, other in links:
        if one in order and other in order:
            early, late = sorted((root(one), root(other)), key=lambda key: order[key])
            first[late] = early
    lines: dict[UUID, list[UUID]] = {}
    for key in order:
        lines.setdefault(root(key), []).append(key)
    return list(lines.values())
