"""The path: the days of an edition as one way from intentions to commitments. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

DONE, NOW, NEXT, PAUSE = "done", "now", "next", "pause"


@dataclass(frozen=True)
class Made:
    """What a day produced or will hold: a number (if there is one) and words."""

    number: int | None
    words: str


@dataclass(frozen=True)
class Stop:
    """A day of the path, or the pause between two days (`date` is then the first free day)."""

    state: str
    date: date
    title: str
    colour: str
    made: Made | None
    days: int = 1


def path_of(days: Sequence[tuple[date, str, str]], made: Mapping[date, Made], today: date) -> list[Stop]:
    """The stops of the path, with a pause wherever days lie between two days of the programme.

    Args:
        days: (date, title, colour) of each day, in order.
        made: what each day produced.
        today: the present day in the academy's zone.
    """
    stops: list[Stop] = []
    before: date | None = None
    for when, title, colour in days:
        free = (when - before).days - 1 if before else 0
        if before and free > 0:
            stops.append(Stop(PAUSE, before + timedelta(days=1), "", "slate", None, free))
        state = DONE if when < today else NOW if when == today else NEXT
        stops.append(Stop(state, when, title, colour, made.get(when)))
        before = when
    return stops
