"""Which amendments to one clause cannot be taken together, also where they start from different texts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from outcome.amending.clauses import NOTHING, Words, words_by_clause
from outcome.amending.combining import conflict
from outcome.models import Revision


@dataclass(frozen=True)
class Contender:
    """What an amendment would make of a clause, and the revision and words that it starts from.

    `is_treated`: its words were merged or left out. It still stands against those who start from the text at hand, as
    it does, and against nobody else.
    """

    number: int
    clause: str
    base: UUID
    base_digest: str
    words: Words
    is_treated: bool


Pair = tuple[Contender, Contender]


def conflicts_of(
    contenders: Iterable[Contender], by_clause: Mapping[str, Words]
) -> defaultdict[int, set[int]]:
    """{number: those that cannot be taken together with it}; `by_clause` is the text that they are shown against.

    Asks the database nothing as long as all rivals for a clause start from that text, otherwise once.
    """
    by_place: defaultdict[str, list[Contender]] = defaultdict(list)
    for one in contenders:
        by_place[one.clause].append(one)
    found: list[Pair] = []
    elsewhere: list[Pair] = []
    for clause, rows in by_place.items():
        here = by_clause.get(clause, NOTHING)
        digest = here.digest if len(rows) > 1 else ""
        for one, other in combinations(rows, 2):
            if one.base_digest == other.base_digest == digest:
                if conflict(here, here, one.words, other.words):
                    found.append((one, other))
            elif not one.is_treated and not other.is_treated:
                elsewhere.append((one, other))
    return _by_number([*found, *_conflicts_elsewhere(elsewhere)])


def _conflicts_elsewhere(pairs: Sequence[Pair]) -> Iterator[Pair]:
    """Those of the pairs that conflict, although they start from different texts or from one that is over."""
    keys = {one.base for pair in pairs for one in pair}
    rows = Revision.objects.filter(pk__in=keys).values_list("pk", "number", "content") if keys else ()
    bases = {key: (number, words_by_clause(content)) for key, number, content in rows}
    for pair in pairs:
        earlier, later = sorted(pair, key=lambda one: bases[one.base][0])
        before, now = (bases[one.base][1].get(one.clause, NOTHING) for one in (earlier, later))
        if conflict(before, now, earlier.words, later.words):
            yield pair


def _by_number(pairs: Iterable[Pair]) -> defaultdict[int, set[int]]:
    conflicts: defaultdict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        conflicts[one.number].add(other.number)
        conflicts[other.number].add(one.number)
    return conflicts
