"""An outline beside a draft: which item is which session, what is new, what would change, what is gone.

What an outline does not say it leaves alone: an empty text, no time, no parts and no questions change nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from programme.outline.changes import day_changes, item_changes
from programme.outline.content import item_of
from programme.outline.likeness import key_of, match_questions, pair_alike, pair_by
from programme.outline.plans import Change, DayPlan, Gone, ItemPlan, Plan
from programme.outline.values import Day, Item, Outline

Node = dict[str, Any]
Place = tuple[int, ...]
# Titles are short, and share words such as "session": they have to be more alike than questions.
TITLES_ALIKE = 0.7
# Items of these kinds have the same title on every day; one of another day is another one.
_EVERY_DAY = frozenset({"break", "closing", "introduction", "ceremony"})


@dataclass(frozen=True)
class Old:
    """A session of the draft: as it stands there, and as an outline would say it."""

    node: Node
    item: Item
    day: int
    parent: str

    @property
    def id(self) -> str:
        return str(self.node["id"])


@dataclass(frozen=True)
class New:
    """An item of the outline, with its place in it."""

    item: Item
    place: Place


def match(outline: Outline, content: dict[str, Any]) -> Plan:
    """Compare a completed outline with the content of a draft."""
    return _Matching(outline, content).plan()


class _Matching:
    """One comparison: finds pairs from the surest to the least sure, then says what each pair means."""

    def __init__(self, outline: Outline, content: dict[str, Any]) -> None:
        self.outline, self.draft = outline, content["days"]
        zone = ZoneInfo(content["edition"]["time_zone"])
        self.days = _match_days(outline.days, self.draft)
        self.old = list(_old_sessions(self.draft, zone))
        self.new = [
            new
            for n, day in enumerate(outline.days)
            for i, item in enumerate(day.items)
            for new in _new(item, (n, i))
        ]
        self.found: dict[Place, Old] = {}
        self.taken: set[str] = set()

    def plan(self) -> Plan:
        self._pair_numbers()
        for n, day in self.days.items():
            self._pair_siblings(
                [old for old in self.old if old.day == day and not old.parent],
                [new for new in self.new if new.place[0] == n and len(new.place) == 2],
            )
        self._pair_across_days()
        self._pair_children()
        days = tuple(self._day_plan(n, day) for n, day in enumerate(self.outline.days))
        gone_days = tuple(day["title"] for d, day in enumerate(self.draft) if d not in self.days.values())
        return Plan(days, (*self._gone_sessions(), *self._gone_questions()), gone_days)

    # --- Pairs ----------------------------------------------------------------------------------------------------

    def _take(self, pairs: list[tuple[Old, New]]) -> None:
        for old, new in pairs:
            if old.id not in self.taken and new.place not in self.found:
                self.found[new.place] = old
                self.taken.add(old.id)

    def _free(self, old: list[Old], new: list[New]) -> tuple[list[Old], list[New]]:
        return [o for o in old if o.id not in self.taken], [n for n in new if n.place not in self.found]

    def _pair_numbers(self) -> None:
        """A workshop is known by its number, wherever it stands."""
        self._take(pair_by(self.old, self.new, lambda o: o.item.number, lambda n: n.item.number))

    def _pair_siblings(self, old: list[Old], new: list[New]) -> None:
        """Sessions of one day, or parts of one session: by kind, title and time, from the surest to the least sure."""
        keys: tuple[Callable[[Item], Any], ...] = (
            lambda item: (item.kind, key_of(item.title), item.starts),
            lambda item: (key_of(item.title), item.starts),
            lambda item: (item.kind, key_of(item.title)),
            lambda item: key_of(item.title),
            lambda item: item.subtitle and (item.kind, key_of(item.subtitle)),
            lambda item: item.starts and (item.kind, item.starts),
        )
        for key in keys:
            self._take(pair_by(*self._free(old, new), lambda o, k=key: k(o.item), lambda n, k=key: k(n.item)))  # type: ignore[misc]  # a lambda with a default
        titles = pair_alike(
            *self._free(old, new), lambda o: o.item.title, lambda n: n.item.title, TITLES_ALIKE
        )
        self._take(titles)
        self._take(
            pair_by(
                *self._free(old, new),
                lambda o: o.item.starts,
                lambda n: n.item.starts if len(n.place) == 2 else None,
            )
        )

    def _pair_across_days(self) -> None:
        """A session that was moved to another day keeps a title that only it has."""
        old, new = self._free(
            [o for o in self.old if not o.parent and o.item.kind not in _EVERY_DAY],
            [n for n in self.new if len(n.place) == 2],
        )
        titles: defaultdict[str, list[str]] = defaultdict(list)
        for o in old:
            titles[key_of(o.item.title)].append("old")
        for n in new:
            titles[key_of(n.item.title)].append("new")
        once = {title for title, sides in titles.items() if sorted(sides) == ["new", "old"]}
        self._take(
            pair_by(
                old,
                new,
                lambda o: key_of(o.item.title) in once and key_of(o.item.title),
                lambda n: key_of(n.item.title) in once and key_of(n.item.title),
            )
        )

    def _pair_children(self) -> None:
        """Parts of sessions that are known, level by level."""
        for new in self.new:
            if parent := self.found.get(new.place):
                own = [
                    n for n in self.new if len(n.place) == len(new.place) + 1 and n.place[:-1] == new.place
                ]
                theirs = [o for o in self.old if o.parent == parent.id]
                if own and theirs:
                    self._pair_siblings(theirs, own)
                    # "Group 1" that is now "Group North" is still the first of them.
                    self._take(
                        pair_by(*self._free(theirs, own), lambda o: o.item.kind, lambda n: n.item.kind)
                    )

    # --- What the pairs mean --------------------------------------------------------------------------------------

    def _day_plan(self, n: int, day: Day) -> DayPlan:
        number = self.days.get(n)
        there = None if number is None else self.draft[number]
        items = tuple(self._item_plan(item, (n, i), None) for i, item in enumerate(day.items))
        return DayPlan(n, day, there, day_changes(day, there) if there else (), items)

    def _item_plan(self, item: Item, place: Place, parent: Place | None) -> ItemPlan:
        old = self.found.get(place)
        changes: tuple[Change, ...] = ()
        if old:
            changes = (*item_changes(item, old.item), *self._moved(old, place, parent))
        children = tuple(self._item_plan(child, (*place, i), place) for i, child in enumerate(item.children))
        return ItemPlan(place, item, old.node if old else None, changes, children)

    def _moved(self, old: Old, place: Place, parent: Place | None) -> Iterator[Change]:
        if self.days.get(place[0]) != old.day:
            yield Change("day", self.draft[old.day]["date"], self.outline.days[place[0]].date.isoformat())
        known = self.found.get(parent) if parent else None
        if (known.id if known else "") != old.parent or (parent and not known):
            titles = {o.id: o.item.title for o in self.old}
            yield Change("parent", titles.get(old.parent, ""), known.item.title if known else "")

    def _gone_sessions(self) -> Iterator[Gone]:
        """What the draft has and the outline has not; parts of what is gone go with it."""
        gone = {old.id for old in self.old if old.id not in self.taken}
        for old in self.old:
            if old.id in gone and old.parent not in gone:
                yield Gone(old.id, "session", old.item.title, self.draft[old.day]["date"], old.item.starts)

    def _gone_questions(self) -> Iterator[Gone]:
        """Questions of a part that the outline asks no more; a part without questions there is left alone."""
        for new in self.new:
            old = self.found.get(new.place)
            if not old:
                continue
            parts = {part.letter: part for part in new.item.parts}
            for was in old.item.parts:
                now = parts.get(was.letter)
                if not now or not now.questions:
                    continue
                kept = match_questions(was.questions, now.questions)
                for n, question in enumerate(was.questions):
                    if n not in kept:
                        yield Gone(
                            question_key(old.id, was.letter, question),
                            "question",
                            question,
                            self.draft[old.day]["date"],
                        )


def question_key(session: str, letter: str, question: str) -> str:
    """The name under which a question can be ticked to be removed: by its words, wherever it stands in its part."""
    return f"{session}:{letter}:{sha256(key_of(question).encode()).hexdigest()[:16]}"


def _old_sessions(days: list[Node], zone: ZoneInfo) -> Iterator[Old]:
    def walk(nodes: list[Node], day: int, parent: str) -> Iterator[Old]:
        for node in nodes:
            yield Old(node, item_of(node, zone), day, parent)
            yield from walk(node["children"], day, str(node["id"]))

    for n, day in enumerate(days):
        yield from walk(day["sessions"], n, "")


def _new(item: Item, place: Place) -> Iterator[New]:
    yield New(item, place)
    for n, child in enumerate(item.children):
        yield from _new(child, (*place, n))


def _match_days(days: tuple[Day, ...], draft: list[Node]) -> dict[int, int]:
    """{day of the outline: day of the draft}: a day that was moved is known by its title, else by its date."""
    new, old = list(range(len(days))), list(range(len(draft)))
    dates = {date.fromisoformat(day["date"]): d for d, day in enumerate(draft)}
    known: Callable[[int], str] = lambda d: key_of(draft[d]["title"])  # noqa: E731  # short, and used twice below
    moved = {
        n: d
        for d, n in pair_by(old, new, known, lambda n: key_of(days[n].title))
        if [known(other) for other in old].count(known(d)) == 1
    }
    while True:
        # A date that a day of the draft keeps is not free for another.
        stuck = [n for n, d in moved.items() if dates.get(days[n].date, d) not in moved.values()]
        if not stuck:
            break
        for n in stuck:
            del moved[n]
    by_date = pair_by(
        [d for d in old if d not in moved.values()],
        [n for n in new if n not in moved],
        lambda d: draft[d]["date"],
        lambda n: days[n].date.isoformat(),
    )
    return {**moved, **{n: d for d, n in by_date}}
