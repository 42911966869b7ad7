"""Whether a text says what another one says: word by word, clause by clause, and in words where not. Pure.

Line breaks and spaces do not count, every letter and every mark does. What our pages put between the clauses (numbers,
titles, words such as "Explanatory remark.") may be there or not; any other word may not.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.utils.translation import gettext as _

from outcome.revisions import clauses_of

NUMBERING = re.compile(r"[\[(]?[0-9]{1,3}[.)\]]?")
# Fewer words than this in common, and it is another text altogether.
ALIKE = 0.3
# More words than this in common, and they stand for a clause that was changed.
LIKE = 0.6
# What stands before the points of a list, in our files and in what is copied from pages.
POINTS = ("", "•", "*")


@dataclass(frozen=True)
class Match:
    """How a copy stands to a content: the passages that are missing with their names, and what stands between them.

    Args:
        of: how many passages the content has.
    """

    missing: list[tuple[str, list[str]]]
    extra: list[str]
    of: int

    @property
    def is_alike(self) -> bool:
        return len(self.missing) <= self.of * (1 - ALIKE)

    @property
    def is_same(self) -> bool:
        return not self.missing and not self.extra


def match(words: list[str], content: dict[str, Any], around: Iterable[str] = ()) -> Match:
    """Find the passages of a content, in order, among the words of a copy.

    Args:
        around: what our files and pages say of the text in whole sentences; each may stand there once.
    """
    for phrase in around:
        words = _without(words, words_in(phrase))
    passages, places = list(_passages(content)), _places_of(words)
    place, missing, between = 0, [], list[list[str]]()
    for name, forms in passages:
        found = [(start, form) for form in forms if (start := _find(words, places, form, place)) is not None]
        if not found:
            missing.append((name, forms[0]))
            continue
        start, form = min(found)
        between.append(words[place:start])
        place = start + len(form)
    ours = _furniture_of(content)
    extra = [added for stretch in [*between, words[place:]] for added in _added(stretch, ours)]
    return Match(missing, extra, len(passages))


def may_hold(said: set[str], content: dict[str, Any]) -> bool:
    """Whether all words of a content are among those of a copy, wherever they stand."""
    return all(any(said.issuperset(form) for form in forms) for _name, forms in _passages(content))


def without_remarks(content: dict[str, Any]) -> dict[str, Any]:
    """A content as our files hold it that leave the explanatory remarks out."""
    sections = [
        {**section, "clauses": [{**clause, "remark": None} for clause in section["clauses"]]}
        for section in content["sections"]
    ]
    return {**content, "sections": sections}


def _without(words: list[str], phrase: list[str]) -> list[str]:
    start = _find(words, _places_of(words), phrase, 0) if phrase else None
    return words if start is None else [*words[:start], *words[start + len(phrase) :]]


def _places_of(words: list[str]) -> dict[str, list[int]]:
    """{word: where it stands}."""
    places: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        places.setdefault(word, []).append(place)
    return places


def _find(words: list[str], places: dict[str, list[int]], passage: list[str], first: int) -> int | None:
    """Where a passage begins in the words, from a place on; looked for by its rarest word, however long the copy is."""
    offset, stands = min(
        ((offset, places.get(word, [])) for offset, word in enumerate(passage)), key=lambda one: len(one[1])
    )
    for place in stands[bisect_left(stands, first + offset) :]:
        start = place - offset
        if words[start : start + len(passage)] == passage:
            return start
    return None


def reasons_of(found: Match, words: list[str], *, more: str) -> list[str]:
    """In words, where a copy differs; empty if it does not.

    Args:
        more: says of `words` that they are too many.
    """
    reasons = [missing_words(name, passage, words) for name, passage in found.missing]
    extra = found.extra
    for _name, passage in found.missing:
        if _likest(passage, words):
            extra = [piece for stretch in extra for piece in _beside(passage, stretch.split(" "))]
    if extra:
        reasons.append(more % {"words": short(" … ".join(extra), 300)})
    return reasons


def _beside(passage: list[str], stretch: list[str]) -> Iterator[str]:
    """What of a stretch stands before and after the words that are there for a passage: these are told with it."""
    compared = SequenceMatcher(None, passage, stretch, autojunk=False).get_matching_blocks()
    blocks = [block for block in compared if block.size]
    start = end = len(stretch)
    if blocks:
        first, last = blocks[0], blocks[-1]
        start = max(0, first.b - first.a)
        end = min(len(stretch), last.b + len(passage) - last.a)
        if sum(block.size for block in blocks) <= LIKE * (end - start):
            start = end = len(stretch)
    yield from (" ".join(piece) for piece in (stretch[:start], stretch[end:]) if piece)


def words_in(text: str) -> list[str]:
    """The words of a text with their marks, whatever blanks and line breaks stand between them."""
    return unicodedata.normalize("NFC", text).replace("\u00ad", "").split()


def words_of_clause(clause: dict[str, Any]) -> list[str]:
    remark = clause.get("remark")
    return words_in(str(clause["text"])) + (words_in(str(remark["text"])) if remark else [])


def _passages(content: dict[str, Any]) -> Iterator[tuple[str, list[list[str]]]]:
    """What has to be there, in order: each clause, and its remark as a passage of its own; each as it may stand."""
    for _section, clause in clauses_of(content):
        yield clause_name(clause), _forms(clause)
        if clause["remark"]:
            name = _("The explanatory remark to %(clause)s") % {"clause": clause_name(clause)}
            yield name, _forms(clause["remark"])


def _forms(body: dict[str, Any]) -> list[list[str]]:
    """The words of a text; where it has lists, also with points, and without signs, as pages and files show them."""
    forms = [words_in(str(body["text"]))]
    lines = body.get("formats") or ()
    if any(line["kind"] != "paragraph" for line in lines):
        said = [(line["kind"], "".join(run["text"] for run in line["runs"])) for line in lines]
        forms += [_shown(said, point, numbered=numbered) for point in POINTS for numbered in (True, False)]
    return forms


def _shown(lines: list[tuple[str, str]], point: str, *, numbered: bool) -> list[str]:
    """The words of a text with lists, with one sign for their points, and their numbers or none."""
    words, number = [], 0
    for kind, text in lines:
        number = number + 1 if kind == "number" else 0
        sign = f"{number}." if number and numbered else point if kind == "bullet" else ""
        words += words_in(f"{sign} {text}")
    return words


def clause_name(clause: dict[str, Any]) -> str:
    if clause.get("number"):
        return _("Encouragement %(number)s") % {"number": clause["number"]}
    return _("The paragraph “%(words)s”") % {"words": short(clause["text"], 40)}


def missing_words(name: str, passage: list[str], words: list[str]) -> str:
    """That a passage is not there; beside it the words in its place, if there are some like it."""
    best = _likest(passage, words)
    if best == passage:
        return _("%(clause)s stands in another place.") % {"clause": name}
    return difference(name, passage, best) if best else _("%(clause)s is missing.") % {"clause": name}


def _likest(passage: list[str], words: list[str]) -> list[str]:
    """The words of a copy that are most like a passage; none if nothing is like it."""
    anchors = [start for start, word in enumerate(words) if word == passage[0] or word == passage[-1]][:200]
    best, likeness = list[str](), LIKE
    for anchor in anchors:
        for start in (anchor, max(0, anchor - len(passage) + 1)):
            candidate = words[start : start + len(passage)]
            ratio = SequenceMatcher(None, passage, candidate, autojunk=False).ratio()
            if ratio > likeness:
                best, likeness = candidate, ratio
    return best


def difference(name: str, own: list[str], theirs: list[str]) -> str:
    """In words, the first place where a clause differs."""
    for tag, start, end, from_, to in SequenceMatcher(None, own, theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        ours, copy = short(" ".join(own[start:end])), short(" ".join(theirs[from_:to]))
        if not copy:
            return _("%(clause)s: “%(own)s” is missing.") % {"clause": name, "own": ours}
        if not ours:
            return _("%(clause)s: “%(copy)s” was added.") % {"clause": name, "copy": copy}
        return _("%(clause)s: adopted was “%(own)s”, the copy says “%(copy)s”.") % {
            "clause": name,
            "own": ours,
            "copy": copy,
        }
    return _("%(clause)s differs.") % {"clause": name}


def _added(stretch: list[str], ours: dict[str, list[list[str]]]) -> Iterator[str]:
    """What in a stretch between two passages our pages do not put there: neither whole titles nor numbers."""
    added, place = list[str](), 0
    while place < len(stretch):
        whole = (one for one in ours.get(stretch[place], ()) if stretch[place : place + len(one)] == one)
        known = next(whole, stretch[place : place + 1] if NUMBERING.fullmatch(stretch[place]) else [])
        if not known:
            added.append(stretch[place])
        elif added:
            yield " ".join(added)
            added = []
        place += len(known) or 1
    if added:
        yield " ".join(added)


def _furniture_of(content: dict[str, Any]) -> dict[str, list[list[str]]]:
    """{first word: what our pages put between the clauses and begins with it, the longest first}."""
    found: dict[str, list[list[str]]] = {}
    for words in sorted(filter(None, map(words_in, _furniture(content))), key=len, reverse=True):
        found.setdefault(words[0], []).append(words)
    return found


def _furniture(content: dict[str, Any]) -> Iterator[str]:
    yield content["title"]
    yield content["lead"]
    for section in content["sections"]:
        yield section["title"]
        yield from (clause["heading"] for clause in section["clauses"])
    terms = [*(words for words in content.get("terms", {}).values() if words), _("Explanatory remark.")]
    yield from terms
    # As a heading it has no full stop.
    yield from (words.rstrip(" .:。：") for words in terms)
    yield _("Encouragement")
    yield _("The adopted text")
    yield _("SHA-256")


def short(words: str, limit: int = 80) -> str:
    return words if len(words) <= limit else f"{words[: limit - 1]}…"
