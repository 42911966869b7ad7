"""Several changes to the same words: which of them go together, and what they make together. Pure.

A change is a set of edits of the base: a place, and what stands there afterwards. Edits clash where they change the
same words differently, or put different words into the same place. What clashes is left out of the combined text and
named; people decide it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from academy.word_changes import word_changes
from outcome.amending.clauses import NOTHING, Words

PARTS = ("heading", "text", "remark")


@dataclass(frozen=True, order=True)
class Edit:
    """The characters from `start` to `end` of the base become `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Combined:
    """The words that several changes make together; `clashes` are pairs of their places in the list, lower first."""

    words: Words
    clashes: frozenset[tuple[int, int]] = field(default_factory=frozenset)


@lru_cache(maxsize=256)
def edits_of(base: str, changed: str) -> tuple[Edit, ...]:
    """What has to be done to the base to have the changed text, in the order of the base."""
    edits: list[Edit] = []
    place = 0
    for segment in word_changes(base, changed):
        if segment.kind == "same":
            place += len(segment.text)
        elif segment.kind == "deleted":
            edits.append(Edit(place, place + len(segment.text), ""))
            place += len(segment.text)
        elif edits and edits[-1].end == place and edits[-1].start < place and not edits[-1].text:
            edits[-1] = Edit(edits[-1].start, place, segment.text)
        else:
            edits.append(Edit(place, place, segment.text))
    return tuple(edits)


def clash(one: Edit, other: Edit) -> bool:
    """Whether two different edits of one base cannot both be done."""
    if one == other:
        return False
    if one.start == one.end and other.start == other.end:
        return one.start == other.start
    return one.start < other.end and other.start < one.end


def combined(base: str, texts: Sequence[str]) -> tuple[str, frozenset[tuple[int, int]]]:
    """The base with every change in it that clashes with none before it, and the pairs that clash."""
    taken: list[tuple[int, Edit]] = []
    clashes: set[tuple[int, int]] = set()
    for number, text in enumerate(texts):
        for edit in edits_of(base, text):
            against = {earlier for earlier, other in taken if earlier != number and clash(edit, other)}
            clashes |= {(earlier, number) for earlier in against}
            if not against and all(edit != other for _earlier, other in taken):
                taken.append((number, edit))
    result = base
    for edit in sorted((edit for _number, edit in taken), reverse=True):
        result = result[: edit.start] + edit.text + result[edit.end :]
    return result, frozenset(clashes)


def combine(base: Words, changed: Sequence[Words]) -> Combined:
    """Several changes of a clause at once, part by part; taking the clause out clashes with every other change."""
    made: dict[str, str] = {}
    clashes: set[tuple[int, int]] = set()
    for part in PARTS:
        text, found = combined(getattr(base, part), [getattr(words, part) for words in changed])
        made[part] = text
        clashes |= found
    for (i, one), (j, other) in combinations(enumerate(changed), 2):
        if NOTHING in (one, other) and one != other:
            clashes.add((i, j))
    return Combined(Words(**made), frozenset(clashes))


def rebased(base: Words, now: Words, proposed: Words) -> Combined:
    """What a proposal on the base would be on the words as they are now; what clashes is as it is now."""
    return combine(base, [now, proposed])


def conflict(before: Words, now: Words, earlier: Words, later: Words) -> bool:
    """Whether a proposal on the words before and one on the words now cannot both be taken as they are.

    What the text itself changed meanwhile is not counted: a rebase asks about that.
    """
    if earlier == later or NOTHING in (earlier, later):
        return earlier != later
    return any(
        _part_conflicts(*(getattr(words, part) for words in (before, now, earlier, later))) for part in PARTS
    )


def _part_conflicts(before: str, now: str, earlier: str, later: str) -> bool:
    moves = edits_of(before, now)
    carried = [(edit, _carried(edit, moves)) for edit in edits_of(before, earlier)]
    return any(
        _want_different_words(edit, place, other) for edit, place in carried for other in edits_of(now, later)
    )


def _want_different_words(edit: Edit, place: Edit, other: Edit) -> bool:
    """Whether an edit that was carried to a place cannot be done beside another one there.

    Two insertions cannot if they stand at the same place, however that was widened by what came in.
    """
    if edit.start == edit.end and other.start == other.end:
        return place.start <= other.start <= place.end and edit.text.split() != other.text.split()
    return clash(place, other)


def _carried(edit: Edit, moves: Sequence[Edit]) -> Edit:
    """The edit on the text after the moves; it covers what came into the place where it stood."""
    is_insertion = edit.start == edit.end

    def after(place: int, *, is_end: bool) -> int:
        shift = 0
        for move in moves:
            if move.start < place < move.end:
                return move.start + shift + (len(move.text) if is_end else 0)
            comes_in_here = move.start == move.end == place
            if (is_end is is_insertion) if comes_in_here else (move.end <= place):
                shift += len(move.text) - (move.end - move.start)
        return place + shift

    return Edit(after(edit.start, is_end=False), after(edit.end, is_end=True), edit.text)
