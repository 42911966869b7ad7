"""Rows of a table, taken apart into the lines that would say the same without one."""

import re
from dataclasses import dataclass, field, replace

from programme.outline.hours import read_span
from programme.outline.lines import Line, pieces
from programme.outline.wording import COLUMNS, HOSTS

_ONLY_MARKS = re.compile(r"[\W_]*$")


@dataclass
class Table:
    """The columns of the table that is being read, by what they hold; without a header: times, titles, details."""

    columns: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    last: int = field(default=-1)

    def is_row(self, line: Line) -> bool:
        """Whether the cells are a row: drawn with bars, or pasted with a time first."""
        if not any(_texts(line)):
            return False
        is_row = line.whole.startswith("|") or bool(read_span(_texts(line)[0])) or self.is_header(line)
        if is_row and line.number - self.last > 2:
            self.columns = self.names = ()
        if is_row:
            self.last = line.number
        return is_row

    def is_header(self, line: Line) -> bool:
        """Whether the row names the columns; then it is remembered."""
        texts = [text.lower().strip(" :*") for text in _texts(line)]
        known = [COLUMNS.get(text, "") for text in texts]
        if len([text for text in texts if text]) < 2 or known[0] != "time" or "title" not in known:
            return False
        self.columns = tuple(known)
        self.names = tuple(_texts(line))
        return True

    def lines(self, line: Line) -> list[Line]:
        """The lines that a row stands for; none if nothing is in it."""
        cells = [pieces(cell) for cell in line.cells]
        roles = [self._role(index) for index in range(len(cells))]
        times = [text for cell, role in zip(cells, roles, strict=True) if role == "time" for text in cell]
        titles = [text for cell, role in zip(cells, roles, strict=True) if role == "title" for text in cell]
        times = [text for text in times if not _ONLY_MARKS.match(text)]
        head = " ".join(times)
        if head and read_span(head):
            first, below = " ".join([head, *titles[:1]]), titles[1:]
        elif head:
            first, below = head, titles
        else:
            first, below = "", titles
        texts = [first, *below]
        for index, (cell, role) in enumerate(zip(cells, roles, strict=True)):
            if role in {"hosts", "details"}:
                texts += [self._below(text, role, index) for text in cell]
        return [_as_line(line, text, bool(n)) for n, text in enumerate(filter(None, texts))]

    def _role(self, index: int) -> str:
        if self.columns:
            return (self.columns[index] if index < len(self.columns) else "") or "details"
        return ("time", "title")[index] if index < 2 else "details"

    def _below(self, text: str, role: str, index: int) -> str:
        """What stands in a column of its own, under the name of its column if it needs one."""
        if role == "hosts":
            return text if HOSTS.fullmatch(text) else f"Hosts: {text}"
        name = self.names[index] if index < len(self.names) else ""
        return f"Description: {name}: {text}" if name else f"Description: {text}"


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
