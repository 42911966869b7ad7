"""Which of the old is which of the new: by the same words, else by words that are much alike."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from typing import Any, TypeVar

Old = TypeVar("Old")
New = TypeVar("New")

ALIKE = 0.6
MOST_COMPARED = 60
_NO_WORD = re.compile(r"[^\w]+")


def key_of(text: str) -> str:
    """The words of a text, without capitals and signs."""
    return _NO_WORD.sub(" ", text).casefold().strip()


def likeness(one: str, other: str) -> float:
    """How much alike two texts are, from 0 to 1."""
    return SequenceMatcher(None, key_of(one)[:400], key_of(other)[:400], autojunk=False).ratio()


def pair_by(
    old: Sequence[Old],
    new: Sequence[New],
    old_key: Callable[[Old], Any],
    new_key: Callable[[New], Any],
) -> list[tuple[Old, New]]:
    """Pairs with the same key, in their order; a key that is None or empty pairs nothing."""
    waiting: defaultdict[Any, list[Old]] = defaultdict(list)
    for one in reversed(old):
        if old_key(one):
            waiting[old_key(one)].append(one)
    return [(waiting[key].pop(), other) for other in new if (key := new_key(other)) and waiting.get(key)]


def pair_alike(
    old: Sequence[Old],
    new: Sequence[New],
    old_text: Callable[[Old], str],
    new_text: Callable[[New], str],
    least: float = ALIKE,
) -> list[tuple[Old, New]]:
    """Pairs of texts that are much alike, the most alike first; nothing where there are too many to compare."""
    if max(len(old), len(new)) > MOST_COMPARED:
        return []
    degrees = [
        (likeness(old_text(one), new_text(other)), n, m)
        for n, one in enumerate(old)
        for m, other in enumerate(new)
    ]
    pairs, taken_old, taken_new = [], set(), set()
    for degree, n, m in sorted(degrees, key=lambda found: (-found[0], found[1], found[2])):
        if degree >= least and n not in taken_old and m not in taken_new:
            pairs.append((old[n], new[m]))
            taken_old.add(n)
            taken_new.add(m)
    return pairs


def match_questions(old: Sequence[str], new: Sequence[str]) -> list[int | None]:
    """For each new question, which of the old ones it is, by its place there; None if it is none of them.

    The same words, else words that are much alike. Where there are as many new ones as old ones, what is left was
    reworded: each is the one that stood in its place.
    """
    places: dict[int, int] = {}
    rest_old, rest_new = list(range(len(old))), list(range(len(new)))
    same = pair_by(rest_old, rest_new, lambda n: key_of(old[n]), lambda m: key_of(new[m]))
    places.update({m: n for n, m in same})
    rest_old = [n for n in rest_old if n not in places.values()]
    rest_new = [m for m in rest_new if m not in places]
    alike = pair_alike(rest_old, rest_new, old.__getitem__, new.__getitem__)
    places.update({m: n for n, m in alike})
    if len(old) == len(new):
        left = [m for m in range(len(new)) if m not in places]
        places.update({m: m for m in left if m not in places.values()})
        left_old = [n for n in range(len(old)) if n not in places.values()]
        places.update(zip([m for m in left if m not in places], left_old, strict=True))
    return [places.get(m) for m in range(len(new))]
