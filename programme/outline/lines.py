"""The text of an outline as numbered lines: how far indented, bulleted or not, heading or bold, cells of a table."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from programme.outline.dates import read_date
from programme.outline.hours import read_span
from programme.outline.values import plain
from programme.outline.wording import COLUMNS

_BULLET = re.compile(r"(?:[-*+•‣◦▪●○·]|[–—](?=\s))\s+|(?:\d{1,2}|[a-z])[.)]\s+(?=\S)")
_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_RULE = re.compile(r"[-=_*~\s]{3,}$|(?:`{3,}|~{3,})\s*\w*$")
_COMMENT = re.compile(r"<!--(?!>)")
_TABLE_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?$")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_EMPHASISED_TIME = re.compile(r"^(\*{1,2}|_{1,2})(\d[^*_]*)\1(?=\s)")
_BOLD = re.compile(r"(\*\*|__)(?=\S).*(?<=\S)\1:?$|\*\*[^*]+\*\*")


@dataclass(frozen=True)
class Line:
    """A line of the source that is not blank. `text` is plain, without its bullet; `whole` with it."""

    number: int
    text: str
    whole: str
    level: int = 0
    bulleted: bool = False
    heading: int = 0
    strong: bool = False
    follows: bool = False
    length: int = 0
    is_rule: bool = False
    is_comment: bool = False
    cells: tuple[str, ...] = ()

    @property
    def stands_out(self) -> bool:
        return bool(self.heading) or self.strong


def numbered(text: str) -> list[str]:
    """The lines of a text; the first has the number 1."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n").split("\n")


def read_lines(source: list[str]) -> Iterator[Line]:
    """The lines that are not blank, with their numbers. `follows`: the line before is not blank."""
    follows = False
    comments = _comments(source)
    for number, raw in enumerate(source, start=1):
        if number in comments:
            yield Line(number, "", "", is_comment=True)
        elif not plain(raw):
            # What holds nothing but marks is no blank line for a reader who sees them.
            if raw.strip() and not raw.isspace():
                yield Line(number, "", "", is_rule=True)
            follows = False
        else:
            yield _line(number, raw, follows)
            follows = True


def _comments(source: list[str]) -> set[int]:
    """The numbers of the lines from "<!--" to "-->", which Markdown shows to nobody; one that never ends is text."""
    found: set[int] = set()
    begun = 0
    for number, raw in enumerate(source, start=1):
        begun = begun or (number if _COMMENT.match(raw.lstrip()) else 0)
        if begun and "-->" in raw:
            found.update(range(begun, number + 1))
            begun = 0
    return found


def _line(number: int, raw: str, follows: bool) -> Line:
    expanded = raw.expandtabs(4)
    bare = expanded.strip().removeprefix("> ").strip()
    indent = len(expanded) - len(expanded.lstrip())
    if _RULE.match(bare) or _TABLE_RULE.match(bare):
        return Line(number, "", plain(raw), is_rule=True, follows=follows)
    cells = _cells(raw.rstrip(), bare)
    heading = _HEADING.match(bare)
    if heading:
        bare = heading[2]
    bullet = None if heading or cells else _BULLET.match(bare)
    body = bare[bullet.end() :] if bullet else bare
    return Line(
        number,
        plain(_EMPHASISED_TIME.sub(r"\2", body)),
        plain(bare),
        level=indent // 2 * 2 + bool(bullet),
        bulleted=bool(bullet),
        heading=len(heading[1]) if heading else 0,
        strong=bool(_BOLD.match(body)),
        follows=follows,
        length=len(raw),
        cells=cells,
    )


def _cells(raw: str, bare: str) -> tuple[str, ...]:
    """The cells of a row of a table: drawn with bars, pasted with tabs, or a time and bars; none for another line.

    The first cell of a row with tabs may be empty, which says "as above".
    """
    if bare.startswith("|"):
        return tuple(bare.strip("|").split("|"))
    if "\t" in raw.strip():
        return (*([""] if raw.startswith("\t") else []), *re.split(r"\t+", raw.strip()))
    if bare.count(";") > 1 and _is_listed(cells := tuple(bare.split(";"))):
        return cells
    if " | " in bare:
        cells = tuple(bare.strip("*").split(" | "))
        if _is_span(cells[0]) or _is_listed(cells):
            return cells
        if _is_span(cells[1]) and ":" not in cells[0]:
            # A session whose name stands before its times, and its title after them.
            return (cells[1], ": ".join([cells[0], *cells[2:3]]), *cells[3:])
    return ()


def _is_listed(cells: tuple[str, ...]) -> bool:
    """Whether these are the cells of a list that a program wrote: the names of columns, or a date and a time first."""
    names = [plain(cell).lower() for cell in cells]
    if all(name in COLUMNS for name in names):
        return True
    dated = read_date(names[0])
    times = names[1:] if dated and not dated[1].strip() else names
    return len(times) > 1 and _is_span(times[0])


def _is_span(cell: str) -> bool:
    times = read_span(plain(cell))
    return bool(times and not times[1])


def pieces(cell: str) -> list[str]:
    """The lines within a cell."""
    return [words for piece in _BREAK.split(cell) if (words := plain(piece))]
