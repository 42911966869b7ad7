"""What the whole outline says of its dates, before any of them is read: their year, and the order of their figures."""

import re
from collections.abc import Iterable, Iterator

from programme.outline.dates import Dated, DayHead, read_day_head, read_period
from programme.outline.lines import Line
from programme.outline.values import plain
from programme.outline.wording import LABEL

_HALVES = re.compile(r"\d\s?[AP]M\b")
_PLACE = re.compile(r"\s*[|,;·]\s+")


def day_head(line: Line) -> DayHead | None:
    """The head of a day, if this line is one; the date of a version is none."""
    if LABEL.fullmatch(line.text) or line.cells:
        return None
    head = read_day_head(line.whole, stands_out=line.stands_out)
    return head or (read_day_head(line.text, stands_out=line.stands_out) if line.bulleted else None)


def look_ahead(lines: Iterable[Line], year: int | None) -> tuple[int | None, bool]:
    """The year of dates without one (else `year`), and whether 02/01 means the first of February."""
    years: list[int] = []
    orders: list[bool] = []
    halves = 0
    for line in lines:
        halves += bool(_HALVES.search(line.whole))
        for dated in _dates(line):
            years += [dated.year] if dated.year else []
            order = dated.says_month_first()
            orders += [] if order is None else [order]
    # Where no date says it, times in halves of the day do: whoever writes 9:00 AM writes 3/6 for the sixth of March.
    month_first = sum(orders) * 2 > len(orders) if orders else halves > 1
    return (years[0] if years else year), month_first


def _dates(line: Line) -> Iterator[Dated]:
    """The dates that a line says: of the day that it heads, of the days in a row of a table, or the end of a period."""
    in_cells = [read_day_head(plain(cell), stands_out=False) for cell in line.cells]
    heads = in_cells or [day_head(line)]
    if any(heads):
        yield from (head.dated for head in heads if head)
    else:
        # "Lisbon and online | 14-16 June 2023": the period may have something before it.
        periods = (read_period(text) for text in _PLACE.split(line.whole))
        yield from (period for period in periods if period)
