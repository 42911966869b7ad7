"""What an organiser corrects in an outline that was read: dates, titles, times and kinds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, time

from programme.outline.values import Day, Item, Outline, plain_title

Place = tuple[int, ...]


@dataclass(frozen=True)
class ItemCorrection:
    """What an item is to say; `leave_out` drops it with everything in it."""

    title: str
    kind: str
    starts: time | None
    ends: time | None
    leave_out: bool = False


@dataclass(frozen=True)
class DayCorrection:
    """What a day is to say."""

    date: date
    title: str


def corrected(
    outline: Outline,
    days: Mapping[int, DayCorrection],
    items: Mapping[Place, ItemCorrection],
    *,
    keeps_all: bool = False,
) -> Outline:
    """The outline with the corrections; parts that share the times of their item go along with it.

    Args:
        days: by the place of the day.
        items: by the place of the item: (day, item, part, …).
        keeps_all: leave nothing out, so that every item keeps its place.
    """
    if keeps_all:
        items = {place: replace(said, leave_out=False) for place, said in items.items()}
    return replace(
        outline,
        days=tuple(
            replace(
                _day(day, days.get(n)),
                items=_items(day.items, (n,), items),
            )
            for n, day in enumerate(outline.days)
        ),
    )


def _day(day: Day, said: DayCorrection | None) -> Day:
    return replace(day, date=said.date, title=plain_title(said.title)) if said else day


def _items(items: tuple[Item, ...], above: Place, said: Mapping[Place, ItemCorrection]) -> tuple[Item, ...]:
    places = [(*above, n) for n in range(len(items))]
    kept = [
        (item, place)
        for item, place in zip(items, places, strict=True)
        if not (place in said and said[place].leave_out)
    ]
    return tuple(_item(item, place, said) for item, place in kept)


def _item(item: Item, place: Place, said: Mapping[Place, ItemCorrection]) -> Item:
    own = said.get(place)
    children = _items(item.children, place, said)
    if own is None:
        return replace(item, children=children)
    old, new = (item.starts, item.ends), (own.starts, own.ends)
    if old != new and item.starts:
        children = tuple(
            replace(child, starts=new[0], ends=new[1]) if (child.starts, child.ends) == old else child
            for child in children
        )
    return replace(
        item,
        title=plain_title(own.title),
        kind=own.kind,
        starts=own.starts,
        ends=own.ends,
        number=item.number if own.kind == "workshop" else None,
        children=children,
    )
