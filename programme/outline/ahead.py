"""What the whole outline says of its dates, before any of them is read: their year, and the order of their figures."""

from collections.abc import Iterable

from programme.outline.dates import DayHead, read_day_head, read_period
from programme.outline.lines import Line
from programme.outline.wording import LABEL


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
    for line in lines:
        head = day_head(line)
        dated = head.dated if head else read_period(line.whole)
        if dated:
            years += [dated.year] if dated.year else []
            order = dated.says_month_first()
            orders += [] if order is None else [order]
    return (years[0] if years else year), bool(orders) and sum(orders) * 2 > len(orders)
