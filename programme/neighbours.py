"""What comes before a session, after it and at the same time, by the clock and not by the order of the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from programme.agenda import times_of

Item = dict[str, Any]


@dataclass(frozen=True)
class Neighbours:
    """The sessions around one: those that overlap it, the last one before it, the next one after it."""

    parallel: Sequence[Item] = ()
    before: Item | None = None
    after: Item | None = None


def neighbours_of(session: Item, sessions: Sequence[Item]) -> Neighbours:
    """The neighbours on the same day: those with the same parent, then those that stand beside the parent.

    Args:
        session, sessions: as `programme.agenda.all_sessions` has them. A break is a neighbour of nobody; a session
            without a time has no neighbours, and is none.
    """
    own = _span(session)
    if own is None:
        return Neighbours()
    starts, ends = own
    timed = [
        (one, *span)
        for one in sessions
        if one["id"] != session["id"] and one["kind"] != "break" and _is_beside(one, session)
        if (span := _span(one))
    ]
    parallel = [
        one
        for one, first, last in timed
        if first < ends and last > starts and _parent(one) == _parent(session)
    ]
    before = [(last, first, n) for n, (_one, first, last) in enumerate(timed) if last <= starts]
    after = [(first, n) for n, (_one, first, _last) in enumerate(timed) if first >= ends]
    return Neighbours(
        parallel,
        timed[max(before)[-1]][0] if before else None,
        timed[min(after)[-1]][0] if after else None,
    )


def _is_beside(one: Item, session: Item) -> bool:
    """Whether it is of the same day, and on the level of the session or of what the session is a part of."""
    if one["day"]["slug"] != session["day"]["slug"]:
        return False
    parent = session["parent"]
    return _parent(one) == _parent(session) or bool(
        parent and one["parent"] is None and one["id"] != parent["id"]
    )


def _parent(item: Item) -> Any:
    return (item["parent"] or {}).get("id")


def _span(item: Item) -> tuple[datetime, datetime] | None:
    """When it starts and ends, None if that is not known; an open end is its start."""
    starts, ends = times_of(item)
    return (starts, ends or starts) if starts else None
