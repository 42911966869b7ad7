"""Emphasis and links in words that are typed into a form: `*emphasis*`, `**strong**`, `[words](address)`. Pure.

Only where the authoritative words have marks; everywhere else an asterisk is an asterisk. A sign that is meant stands
behind a backslash. Each line is written for itself, as marks do not reach over its end.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from academy.errors import Invalid
from outcome.live.checking import is_safe_link

SIGNS = re.compile(r"([\\*\[\]])")
TOKEN = re.compile(
    r"\\(?P<meant>[\\*\[\]()])|(?P<stars>\*+)|\[(?P<label>(?:\\.|[^\[\]\\])*)\]\((?P<address>(?:\\.|[^()\\\s])*)\)"
)
TOGGLES = {1: frozenset({"em"}), 2: frozenset({"strong"}), 3: frozenset({"em", "strong"})}
STARS = {toggled: "*" * count for count, toggled in TOGGLES.items()}
SHORT = 40

Run = dict[str, Any]
Marks = frozenset[str]


@dataclass(frozen=True)
class _Piece:
    text: str
    marks: Marks
    link: str


def has_marks(formats: Iterable[Mapping[str, Any]] | None) -> bool:
    """Whether lines of a content have emphasis or links."""
    return any(run.get("marks") or run.get("link") for line in formats or () for run in line["runs"])


# --- From runs to what is typed ---------------------------------------------------------------------------------------


def typed(runs: Iterable[Mapping[str, Any]]) -> str:
    """A line of a content as a translator types it."""
    said, open_marks, open_link = "", Marks(), ""
    for piece in _without_marked_blanks([_piece(run) for run in runs if run["text"]]):
        if open_link and (piece.link, piece.marks) != (open_link, open_marks):
            said, open_link = said + _end_of(open_link), ""
        said += STARS.get(piece.marks ^ open_marks, "")
        open_marks = piece.marks
        if piece.link and not open_link:
            said, open_link = f"{said}[", piece.link
        said += SIGNS.sub(r"\\\1", piece.text)
    return said + (_end_of(open_link) if open_link else "") + STARS.get(open_marks, "")


def typed_lines(formats: Iterable[Mapping[str, Any]]) -> str:
    """The lines of a content as a translator types them, items of lists with their signs."""
    lines, number = [], 0
    for line in formats:
        number = number + 1 if line["kind"] == "number" else 0
        lines.append({"bullet": "- ", "number": f"{number}. "}.get(line["kind"], "") + typed(line["runs"]))
    return "\n".join(lines)


def _piece(run: Mapping[str, Any]) -> _Piece:
    return _Piece(run["text"], Marks(run.get("marks", ())) & TOGGLES[3], str(run.get("link") or ""))


def _without_marked_blanks(pieces: list[_Piece]) -> list[_Piece]:
    """The same words; a blank at the border of a mark or a link stands outside it, where nobody sees the difference."""
    bare = _Piece("", Marks(), "")
    found = []
    for before, piece, after in zip([bare, *pieces], pieces, [*pieces[1:], bare], strict=False):
        words = piece.text.strip()
        lead = piece.text[: len(piece.text) - len(piece.text.lstrip())]
        trail = piece.text[len(lead) + len(words) :]
        both = [piece, before] if words else [piece, before, after]
        found += [_blank(lead, both), _Piece(words, piece.marks, piece.link), _blank(trail, [piece, after])]
    return _joined(one for one in found if one.text)


def _blank(text: str, beside: list[_Piece]) -> _Piece:
    """A blank with the marks and the link that all beside it share."""
    links = {piece.link for piece in beside}
    return _Piece(
        text, Marks.intersection(*(piece.marks for piece in beside)), links.pop() if len(links) == 1 else ""
    )


def _end_of(link: str) -> str:
    return f"]({_escaped(link, '()')})"


def _escaped(address: str, signs: str) -> str:
    return "".join(f"\\{sign}" if sign in f"\\{signs}" else sign for sign in address)


# --- And back ---------------------------------------------------------------------------------------------------------


def runs_of(line: str) -> list[Run]:
    """The runs of a line that was typed.

    Raises:
        Invalid: a mark is opened and not closed, or a link leads where none may lead; it says where.
    """
    pieces: list[_Piece] = []
    open_marks, opened_at = Marks(), ""
    for piece in _pieces(line):
        if piece.text == "" and piece.marks:
            open_marks ^= piece.marks
            opened_at = piece.link or opened_at
        else:
            pieces.append(_Piece(piece.text, open_marks, piece.link))
    if open_marks:
        raise Invalid(
            _(
                "Emphasis begins at “%(words)s” and does not end in the same line. Put an asterisk at its end, or "
                "\\* for an asterisk that is to be read."
            )
            % {"words": opened_at[:SHORT]}
        )
    return [_run(piece) for piece in _joined(pieces)]


def _pieces(line: str) -> Iterator[_Piece]:
    """The words of a line, and between them what turns marks on or off: an empty text with the marks that turn."""
    place = 0
    for found in TOKEN.finditer(line):
        yield from _words(line[place : found.start()])
        place = found.end()
        if found["meant"]:
            yield from _words(found["meant"])
        elif found["stars"]:
            yield _stars(line, found)
        else:
            yield from _link(found)
    yield from _words(line[place:])


def _words(text: str, link: str = "") -> Iterator[_Piece]:
    if text:
        yield _Piece(text, Marks(), link)


def _stars(line: str, found: re.Match[str]) -> _Piece:
    """Asterisks that turn a mark; those between blanks, or more than three, are words."""
    before, after = line[: found.start()][-1:], line[found.end() :]
    toggled = TOGGLES.get(len(found["stars"]))
    if toggled is None or (not before.strip() and not after[:1].strip()):
        return _Piece(found["stars"], Marks(), "")
    return _Piece("", toggled, line[found.start() :])


def _link(found: re.Match[str]) -> Iterator[_Piece]:
    address = re.sub(r"\\(.)", r"\1", found["address"])
    if not is_safe_link(address):
        raise Invalid(
            _("“%(address)s” cannot be the address of a link. It begins with https://, http:// or mailto:.")
            % {"address": address[:SHORT]}
        )
    inside, place = found["label"], 0
    if not inside.strip():
        raise Invalid(
            _("The link to “%(address)s” has no words. Write them between the brackets.")
            % {"address": address[:SHORT]}
        )
    for token in re.finditer(r"\\(?P<meant>[\\*\[\]()])|(?P<stars>\*+)", inside):
        yield from _words(inside[place : token.start()], address)
        place = token.end()
        if token["meant"]:
            yield from _words(token["meant"], address)
        else:
            piece = _stars(inside, token)
            yield _Piece(piece.text, piece.marks, address if piece.text else piece.link)
    yield from _words(inside[place:], address)


def _joined(pieces: Iterable[_Piece]) -> list[_Piece]:
    joined: list[_Piece] = []
    for piece in pieces:
        last = joined[-1] if joined else None
        if last and (last.marks, last.link) == (piece.marks, piece.link):
            joined[-1] = _Piece(last.text + piece.text, last.marks, last.link)
        else:
            joined.append(piece)
    return joined


def _run(piece: _Piece) -> Run:
    """As the shared document writes its runs (outcome/live/bodies.py)."""
    run: Run = {"text": piece.text}
    if piece.marks or piece.link:
        run["marks"] = sorted(piece.marks)
    if piece.link:
        run["link"] = piece.link
    return run


@dataclass(frozen=True)
class MarksBeside:
    """How many places of the authoritative words and of their translation are emphasised or linked.

    Args:
        other_links: addresses that the translation leads to and the authoritative words do not.
    """

    emphases: int
    links: int
    said_emphases: int
    said_links: int
    other_links: tuple[str, ...]

    @property
    def are_left_out(self) -> bool:
        return self.said_emphases < self.emphases or self.said_links < self.links


def marks_beside(source: Iterable[str], said: Iterable[str]) -> MarksBeside:
    """What became of the marks of some words in their translation."""
    ours, theirs = _marked_in(source), _marked_in(said)
    others = tuple(dict.fromkeys(link for link in theirs[1] if link not in ours[1]))
    return MarksBeside(ours[0], len(ours[1]), theirs[0], len(theirs[1]), others)


def _marked_in(texts: Iterable[str]) -> tuple[int, list[str]]:
    """(how many places are emphasised, where the links lead)."""
    runs = [run for text in texts for line in text.split("\n") for run in readable_runs(line)]
    return sum(bool(run.get("marks")) for run in runs), [run["link"] for run in _joined_links(runs)]


def _joined_links(runs: list[Run]) -> list[Run]:
    """The runs that begin a link: words of one link that are emphasised in part are one link."""
    before: list[Run] = [{}, *runs]
    return [
        run
        for last, run in zip(before, runs, strict=False)
        if run.get("link") and run.get("link") != last.get("link")
    ]


def readable_runs(line: str) -> list[Run]:
    """The runs of a line; of one whose marks make no sense, its words as they were typed."""
    try:
        return runs_of(line)
    except Invalid:
        return [{"text": line}]
