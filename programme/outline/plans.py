"""What an import would do, as values: which days and items are new, changed or the same, and what is gone."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from programme.outline.values import Day, Item


@dataclass(frozen=True)
class Change:
    """A field that would say something else: what it says in the draft, and what the outline says."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class ItemPlan:
    """An item of the outline and the session of the draft that it is, if there is one."""

    place: tuple[int, ...]
    item: Item
    node: dict[str, Any] | None
    changes: tuple[Change, ...]
    children: tuple["ItemPlan", ...]

    @property
    def mark(self) -> str:
        """ "new", "changed" or "same"."""
        return mark(self.node, self.changes)

    @property
    def key(self) -> str:
        """Its place as text: "0.3.1" is the second part of the fourth item of the first day."""
        return ".".join(map(str, self.place))

    def walk(self) -> Iterator["ItemPlan"]:
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class DayPlan:
    """A day of the outline and the day of the draft that it is, if there is one."""

    place: int
    day: Day
    node: dict[str, Any] | None
    changes: tuple[Change, ...]
    items: tuple[ItemPlan, ...]

    @property
    def mark(self) -> str:
        return mark(self.node, self.changes)

    def walk(self) -> Iterator[ItemPlan]:
        """Every item of the day, parents first."""
        for item in self.items:
            yield from item.walk()


@dataclass(frozen=True)
class Gone:
    """A session or a guiding question that the draft has and the outline has not."""

    key: str
    what: str
    title: str
    date: str
    starts: dt.time | None = None

    @property
    def day(self) -> dt.date:
        """The date as a date."""
        return dt.date.fromisoformat(self.date)


@dataclass(frozen=True)
class Plan:
    """The whole comparison."""

    days: tuple[DayPlan, ...]
    gone: tuple[Gone, ...]
    gone_days: tuple[str, ...]

    def walk(self) -> Iterator[ItemPlan]:
        """Every item of every day."""
        for day in self.days:
            yield from day.walk()

    @property
    def counts(self) -> dict[str, int]:
        """How many items are new, changed and the same."""
        marks = [item.mark for item in self.walk()]
        return {word: marks.count(word) for word in ("new", "changed", "same")}


def mark(node: dict[str, Any] | None, changes: tuple[Change, ...]) -> str:
    """ "new", "changed" or "same"."""
    if node is None:
        return "new"
    return "changed" if changes else "same"
