"""Where the lines between matched findings run: in hundredths of the height of a row. Pure.

The cards of a column stand below each other and share its height evenly, so a line ends at the middle of its card.
"""

from dataclasses import dataclass

from workshops.twins.lines import Column, Line

WHOLE = 100


@dataclass(frozen=True)
class Stroke:
    """One line between two neighbouring columns: the heights of its ends, and how the two findings are joined."""

    start: int
    end: int
    verdict: str


@dataclass(frozen=True)
class Drawn:
    """A column, and the strokes that lead from it to the next one."""

    column: Column
    strokes: tuple[Stroke, ...]
    is_last: bool


def drawn(line: Line) -> list[Drawn]:
    """The columns of a line with the strokes between neighbours. Links between others are said in words alone."""
    result = []
    for place, column in enumerate(line.columns):
        after = line.columns[place + 1] if place + 1 < len(line.columns) else None
        strokes = tuple(_strokes(line, column, after)) if after else ()
        result.append(Drawn(column, strokes, after is None))
    return result


def _strokes(line: Line, left: Column, right: Column) -> list[Stroke]:
    heights = {
        card.finding.pk: round(WHOLE * (place + 0.5) / len(column.cards))
        for column in (left, right)
        for place, card in enumerate(column.cards)
    }
    sides = {card.finding.pk for card in left.cards}
    found = []
    for link in line.links:
        ends = [link.one.finding.pk, link.other.finding.pk]
        if all(end in heights for end in ends):
            start, end = ends if ends[0] in sides else reversed(ends)
            found.append(Stroke(heights[start], heights[end], link.verdict))
    return found
