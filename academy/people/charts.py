"""How numbers are drawn: lengths and points as texts for SVG. Pure.

The drawings carry no style and no script; their colours and letters come from the style sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

# Room for the words around the area: left of it, above, below, right of it.
LEFT, TOP, BOTTOM, RIGHT = 42, 26, 30, 12
# A limit that is higher than so many times the curve would press it flat, and is not drawn.
IN_SIGHT = 2


@dataclass(frozen=True)
class Tick:
    """A line across the drawing, or a place below it, with what it stands for."""

    at: str
    words: str
    anchor: str = "middle"


@dataclass(frozen=True)
class Curve:
    """A curve that only rises: the line, the area below it, lines for numbers, places for days.

    `end` is where it has come, with the number; `limit` the line of a number that it may not pass, if it is in sight.
    """

    width: int
    height: int
    line: str
    area: str
    left: int
    right: int
    foot: int
    levels: Sequence[Tick]
    days: Sequence[Tick]
    end: Tick
    limit: Tick | None


def share(count: int | None, largest: int) -> str:
    """The length of a bar in hundredths."""
    return f"{100 * count / largest:.2f}" if count and largest else "0"


def levels_up_to(largest: int) -> list[int]:
    """Round numbers from 0 to the largest: at most five of them."""
    step, factors = 1, (2, 2.5, 2)
    turn = 0
    while largest / step > 4:
        step = int(step * factors[turn % 3])
        turn += 1
    return list(range(0, largest + 1, step))


def curve_of(
    steps: Sequence[tuple[date, int]],
    *,
    width: int,
    height: int,
    days: Sequence[tuple[date, str]],
    limit: int | None = None,
) -> Curve:
    """The curve of a number that rises by steps; `days` are those that are written below it, with their words."""
    first, last = steps[0][0], steps[-1][0]
    span = max(1, (last - first).days)
    largest = max(1, steps[-1][1])
    is_in_sight = limit is not None and limit <= IN_SIGHT * largest
    if limit and is_in_sight:
        largest = max(largest, limit)
    inner, tall = width - LEFT - RIGHT, height - TOP - BOTTOM
    foot = TOP + tall

    def x(day: date) -> float:
        return LEFT + inner * (day - first).days / span

    def y(count: int) -> float:
        return foot - tall * count / largest

    points = [f"{LEFT} {foot}"]
    before = 0
    for day, count in steps:
        points += [f"{x(day):.1f} {y(before):.1f}", f"{x(day):.1f} {y(count):.1f}"]
        before = count
    points.append(f"{LEFT + inner} {y(before):.1f}")
    line = "M" + "L".join(points)
    return Curve(
        width=width,
        height=height,
        line=line,
        area=f"{line}L{LEFT + inner} {foot}Z",
        left=LEFT,
        right=LEFT + inner,
        foot=foot,
        levels=[Tick(f"{y(level):.1f}", str(level)) for level in levels_up_to(largest)],
        days=[_place(x(day), words, first=LEFT, last=LEFT + inner) for day, words in days],
        end=Tick(f"{y(before):.1f}", str(before), "end"),
        limit=Tick(f"{y(limit):.1f}", str(limit)) if limit and is_in_sight else None,
    )


def _place(at: float, words: str, *, first: int, last: int) -> Tick:
    """A day below the curve; at its ends the words stay inside the drawing."""
    anchor = "start" if at <= first + 1 else "end" if at >= last - 1 else "middle"
    return Tick(f"{at:.1f}", words, anchor)


def spread_days(first: date, last: date, count: int) -> list[date]:
    """Some days from the first to the last, evenly apart, each once."""
    span = (last - first).days
    steps = max(1, min(count - 1, span))
    return list(dict.fromkeys(first + (last - first) * step // steps for step in range(steps + 1)))
