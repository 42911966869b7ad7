"""Rows of a table, taken apart into the lines that would say the same without one.

A table has a column of times, or one of starts and one of ends, and one of titles; or a column of dates before them; or
a column for each day, or for each room, so that a row stands for several items.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from programme.outline.dates import read_date, read_day_head
from programme.outline.hours import read_span
from programme.outline.lines import Line, pieces
from programme.outline.wording import COLUMNS, HOSTS, SIDE_BY_SIDE, designation, kind_of

_ONLY_MARKS = re.compile(r"[\W_]*$")
_DAY_COLUMNS = _TIME_COLUMNS = 2
DATE, TIME, TITLE, DAY, ROOM, NUMBER = "date", "time", "title", "day", "room", "number"

# A line that a row stands for, and whether it stands below the one before.
Said = tuple[str, bool]


@dataclass
class Table:
    """The columns of the table that is being read, by what they hold; without a header: times, titles, details."""

    columns: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    last: int = field(default=-1)

    def is_row(self, line: Line) -> bool:
        """Whether the cells are a row: drawn with bars, or pasted with a time or a date first."""
        texts = _texts(line)
        if not any(texts):
            return False
        has_time = bool(read_span(texts[0])) or _has_date_first(texts) or self._goes_on(line, texts)
        is_row = line.whole.startswith("|") or has_time or self.is_header(line)
        if is_row and line.number - self.last > 2:
            self.columns = self.names = ()
        if is_row:
            self.last = line.number
        return is_row

    def is_header(self, line: Line) -> bool:
        """Whether the row names the columns; then it is remembered."""
        texts = _texts(line)
        columns = _named(texts) or _by_days(texts) or _by_rooms(texts)
        if not columns:
            return False
        self.columns, self.names = columns, tuple(texts)
        return True

    def _goes_on(self, line: Line, texts: list[str]) -> bool:
        """Whether the date of the row above holds: its own is empty."""
        follows = line.number - self.last <= 2 and self.columns[:1] == (DATE,)
        return follows and len(texts) > 2 and not texts[0] and bool(read_span(texts[1]))

    def lines(self, line: Line) -> list[Line]:
        """The lines that a row stands for; none if nothing is in it."""
        cells = [pieces(cell) for cell in line.cells]
        texts = _texts(line)
        if not self.columns and _has_date_first(texts):
            self.columns = (DATE, *_times_of(texts[1:]), TITLE)
        elif not self.columns and len(_times_of(texts)) > 1:
            self.columns = (TIME, TIME, TITLE)
        said = [*self._dates(cells), *self._items(cells)]
        return [_as_line(line, text, is_below) for text, is_below in said if text]

    def _dates(self, cells: list[list[str]]) -> Iterator[Said]:
        for index, cell in enumerate(cells):
            if self._role(index) == DATE and cell:
                yield " ".join(cell), False

    def _items(self, cells: list[list[str]]) -> Iterator[Said]:
        """What the row says of each item: of one, or of one for each day or room."""
        times = self._head(cells)
        if DAY in self.columns:
            for name, titles in self._on_days(cells):
                yield name, False
                yield from _on_day(times, titles)
        elif ROOM in self.columns:
            rooms = [(self.names[n], cell) for n, cell in enumerate(cells) if cell and self._role(n) == ROOM]
            for name, titles in rooms:
                yield from _item(times, titles)
                if len(rooms) > 1:
                    yield f"Description: {name}", True
            if not rooms:
                yield times, False
        else:
            yield from _item(times, self._texts_of(cells, TITLE))
            for index, (cell, role) in enumerate(zip(cells, map(self._role, range(len(cells))), strict=True)):
                if role in {"hosts", "details"}:
                    yield from ((self._below(text, role, index), True) for text in cell)

    def _on_days(self, cells: list[list[str]]) -> list[tuple[str, list[str]]]:
        """(name of the day, what is in its cell); a break in the first cell alone is one on all days."""
        days = [n for n, role in enumerate(self.columns) if role == DAY]
        filled = [(self.names[n], cells[n]) for n in days if n < len(cells) and cells[n]]
        if len(filled) == 1 and filled[0][0] == self.names[days[0]] and kind_of(filled[0][1][0]) == "break":
            return [(self.names[n], filled[0][1]) for n in days]
        return filled

    def _head(self, cells: list[list[str]]) -> str:
        """The times of the row; a start and an end in columns of their own are "from - to"."""
        texts = [text for text in self._texts_of(cells, TIME) if not _ONLY_MARKS.match(text)]
        are_two = len(texts) == _TIME_COLUMNS and self.columns.count(TIME) == _TIME_COLUMNS
        return " - ".join(texts) if are_two and all(map(_is_clock, texts)) else " ".join(texts)

    def _texts_of(self, cells: list[list[str]], role: str) -> list[str]:
        return [text for index, cell in enumerate(cells) if self._role(index) == role for text in cell]

    def _role(self, index: int) -> str:
        if self.columns:
            return (self.columns[index] if index < len(self.columns) else "") or "details"
        return (TIME, TITLE)[index] if index < 2 else "details"

    def _below(self, text: str, role: str, index: int) -> str:
        """What stands in a column of its own, under the name of its column if it needs one."""
        if role == "hosts":
            return text if HOSTS.fullmatch(text) else f"Hosts: {text}"
        name = self.names[index] if index < len(self.names) else ""
        return f"Description: {name}: {text}" if name else f"Description: {text}"


def _item(times: str, titles: list[str]) -> Iterator[Said]:
    """An item with what stands below it; several panels or workshops in one cell are items of their own."""
    if not (times and read_span(times)):
        yield from ((text, bool(n)) for n, text in enumerate([times, *titles]))
        return
    named = [designation(title) for title in titles]
    are_several = len(named) > 1 and all(each and named[0] and each.kind == named[0].kind for each in named)
    if are_several:
        yield from ((f"{times} {title}", False) for title in titles)
    else:
        yield " ".join([times, *titles[:1]]), False
        yield from ((text, True) for text in titles[1:])


def _on_day(head: str, titles: list[str]) -> Iterator[Said]:
    """What a row says of one day: an item at its times, the theme of the day, or an item "in the evening"."""
    if not head or read_span(head):
        yield from _item(head, titles)
    elif COLUMNS.get(head.lower().strip(" :*")) == TITLE:
        yield f"Title: {' '.join(titles)}", False
    else:
        yield f"TBA {titles[0]}", False
        yield from ((f"Description: {text}", True) for text in (head, *titles[1:]))


def _known(texts: list[str]) -> list[str]:
    return [COLUMNS.get(text.lower().strip(" :*"), "") for text in texts]


def _named(texts: list[str]) -> tuple[str, ...]:
    """Columns that are named by what they hold: a time or a date first, if not a number, and a title."""
    known = _known(texts)
    first = known[1:] if known[0] == NUMBER else known
    is_named = len(list(filter(None, texts))) > 1 and first[0] in {TIME, DATE} and TITLE in known
    return tuple(known) if is_named and TIME in known else ()


def _by_days(texts: list[str]) -> tuple[str, ...]:
    """A column of times, and one for each day."""
    if texts[0] and _known(texts)[0] != TIME:
        return ()
    heads = [bool(text and read_day_head(text, stands_out=True)) for text in texts[1:]]
    are_days = sum(heads) >= _DAY_COLUMNS and all(
        head or not text for head, text in zip(heads, texts[1:], strict=True)
    )
    return (TIME, *(DAY if head else "" for head in heads)) if are_days else ()


def _by_rooms(texts: list[str]) -> tuple[str, ...]:
    """A column of times, and one for each room or track."""
    named = [text for text in texts[1:] if text]
    are_rooms = _known(texts)[0] == TIME and len(named) > 1 and all(map(SIDE_BY_SIDE.search, named))
    return (TIME, *(ROOM if text else "" for text in texts[1:])) if are_rooms else ()


def _has_date_first(texts: list[str]) -> bool:
    return len(texts) > 2 and bool(texts[0] and read_date(texts[0])) and bool(read_span(texts[1]))


def _times_of(texts: list[str]) -> tuple[str, ...]:
    """How many of the cells that come first are times: one, or a start and an end."""
    return (TIME, TIME) if len(texts) > 2 and all(map(_is_clock, texts[:2])) else (TIME,)


def _is_clock(text: str) -> bool:
    """Whether a cell is one time of day and nothing else."""
    found = read_span(text)
    return bool(found and not found[1].strip() and found[0].starts and not found[0].ends)


def _texts(line: Line) -> list[str]:
    return [" ".join(pieces(cell)) for cell in line.cells]


def _as_line(line: Line, text: str, is_below: bool) -> Line:
    """A cell as a line of its own, with its bullet if it has one."""
    bullet = re.match(r"(?:[-•*–])\s+", text)
    body = text[bullet.end() :] if bullet else text
    return replace(
        line,
        text=body,
        whole=text,
        cells=(),
        bulleted=bool(bullet),
        level=int(bool(bullet)) + 2 * is_below,
        follows=False,
        length=len(text),
        strong=False,
        heading=0,
    )
