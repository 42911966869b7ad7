"""What changed between two versions of a programme: session by session, and within texts word by word. Pure.

Sessions are matched by their identity, days and strands by their address. A comparison holds enough to make the newer
version out of the older one (`applied`), so that nothing can change without being in it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from academy.word_changes import Segment, word_changes

Node = dict[str, Any]

# The texts of a session, in the order in which a reader meets them.
TEXTS = ("title", "subtitle", "description", "hosts", "points", "footnote")
# What else of a session is compared as a whole.
FACTS = ("kind", "strand", "minutes", "language", "interpretation")
# When and where a session stands.
PLACE = ("starts", "ends", "day", "parent")
# What a state has beyond the fields of its release: where it stands, and what it has of the session it is part of.
ADDED = ("day", "parent", "at", "within")
TOP = ""


@dataclass(frozen=True)
class TextChange:
    """One text word by word: `name` is a field of `TEXTS` or `DAY_TEXTS`, "aim", or "Part A" and the like."""

    name: str
    segments: list[Segment]


@dataclass(frozen=True)
class FactChange:
    """A fact that is another now; None, "" or [] stands for nothing."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class SessionChange:
    """A session that came ("new"), went ("cancelled") or changed ("changed").

    `old` and `new` are its states without parts, with `day` (address), `parent` (id or None), `at` (its times, or those
    of the session that it is part of) and `within` (the title of that); one is None if the session was or is not there.
    """

    what: str
    old: Node | None
    new: Node | None
    texts: list[TextChange] = field(default_factory=list)
    facts: list[FactChange] = field(default_factory=list)
    came: list[Node] = field(default_factory=list)
    went: list[Node] = field(default_factory=list)
    materials_came: list[Node] = field(default_factory=list)
    materials_went: list[Node] = field(default_factory=list)

    @property
    def session(self) -> Node:
        """The newer state, or the last one of a session that is cancelled."""
        return self.new or self.old or {}

    @property
    def is_moved(self) -> bool:
        """Whether a session that was there and still is stands at another time or place."""
        return bool(self.old and self.new and any(self.old.get(name) != self.new.get(name) for name in PLACE))

    @property
    def is_retitled(self) -> bool:
        return any(change.name == "title" for change in self.texts)

    @property
    def reworded(self) -> list[TextChange]:
        """The texts that changed, apart from the title."""
        return [change for change in self.texts if change.name != "title"]

    @property
    def has_other_people(self) -> bool:
        return bool(self.came or self.went)

    @property
    def is_seen(self) -> bool:
        """Whether a reader would notice; not so for what releases did not hold at all before."""
        return bool(
            self.what != "changed"
            or self.is_moved
            or self.texts
            or self.facts
            or self.has_other_people
            or self.materials_came
            or self.materials_went
        )


@dataclass(frozen=True)
class DayChange:
    """A day or a strand that came, went or changed; `kind` is "day", "strand" or "edition"."""

    kind: str
    what: str
    old: Node | None
    new: Node | None
    texts: list[TextChange] = field(default_factory=list)

    @property
    def state(self) -> Node:
        return self.new or self.old or {}


@dataclass(frozen=True)
class Comparison:
    """All that changed. `orders` has {parent: keys of its parts} wherever the parts or their order are others.

    A parent is `TOP`, the address of a day ("day:day-1") or the id of a session.
    """

    sessions: list[SessionChange]
    frames: list[DayChange]
    orders: dict[str, list[str]]
    others: Node = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.sessions or self.frames or self.orders or self.others)

    @property
    def counts(self) -> dict[str, int]:
        """How many sessions are new, cancelled, moved, retitled, have other people, other texts, or another fact."""
        changed = [change for change in self.sessions if change.what == "changed"]
        return {
            "new": sum(change.what == "new" for change in self.sessions),
            "cancelled": sum(change.what == "cancelled" for change in self.sessions),
            "moved": sum(change.is_moved for change in changed),
            "retitled": sum(change.is_retitled for change in changed),
            "people": sum(change.has_other_people for change in changed),
            "reworded": sum(bool(change.reworded) for change in changed),
            "other": sum(
                bool(change.facts or change.materials_came or change.materials_went) for change in changed
            ),
        }


@dataclass(frozen=True)
class _Flat:
    """A content taken apart: every row by its key without its parts, and the order of the parts of each parent."""

    sessions: dict[str, Node]
    days: dict[str, Node]
    strands: dict[str, Node]
    edition: Node
    others: Node
    orders: dict[str, list[str]]


def whole_title(state: Node) -> str:
    """A session with the one that it is part of: "Workshop session 1: Group 2"."""
    return f"{state['within']}: {state['title']}" if state["within"] else str(state["title"])


def compare(old: Node, new: Node) -> Comparison:
    """What changed from one release's content to another's, in the order of the newer one, what went at the end."""
    before, after = _flat(old), _flat(new)
    sessions = []
    for key in [*after.sessions, *(key for key in before.sessions if key not in after.sessions)]:
        was, now = before.sessions.get(key), after.sessions.get(key)
        if was != now:
            sessions.append(_session_change(was, now))
    frames = list(_frames(before, after))
    parents = {**after.orders, **before.orders}
    orders = {
        key: after.orders[key]
        for key in parents
        if key in after.orders and before.orders.get(key) != after.orders[key]
    }
    others = after.others if before.others != after.others else {}
    return Comparison(sessions, frames, orders, others)


def applied(old: Node, comparison: Comparison) -> Node:
    """The newer content: the older one with everything that changed."""
    flat = _flat(old)
    for change in comparison.sessions:
        key = change.session["id"]
        if change.new is None:
            flat.sessions.pop(key)
        else:
            flat.sessions[key] = change.new
    edition, rows = flat.edition, {"day": dict(flat.days), "strand": dict(flat.strands)}
    for frame in comparison.frames:
        if frame.kind == "edition":
            edition = frame.state
        elif frame.new is None:
            rows[frame.kind].pop(frame.state["slug"])
        else:
            rows[frame.kind][frame.state["slug"]] = frame.new
    orders = {**flat.orders, **comparison.orders}
    return _whole(
        _Flat(flat.sessions, rows["day"], rows["strand"], edition, comparison.others or flat.others, orders)
    )


def _flat(content: Node) -> _Flat:
    sessions: dict[str, Node] = {}
    orders: dict[str, list[str]] = {}

    def walk(items: list[Node], key: str, day: str, parent: Node | None) -> None:
        orders[key] = [item["id"] for item in items]
        for item in items:
            state = {name: value for name, value in item.items() if name != "children"}
            timed = item if item["starts"] or not parent else parent["at"]
            state |= {
                "day": day,
                "parent": parent["id"] if parent else None,
                "at": {"starts": timed["starts"], "ends": timed["ends"]},
                "within": parent["title"] if parent else "",
            }
            sessions[item["id"]] = state
            walk(item["children"], item["id"], day, state)

    days = {}
    for day in content["days"]:
        days[day["slug"]] = {name: value for name, value in day.items() if name != "sessions"}
        walk(day["sessions"], f"day:{day['slug']}", day["slug"], None)
    orders[f"{TOP}days"] = list(days)
    orders[f"{TOP}strands"] = [strand["slug"] for strand in content["strands"]]
    known = {"days", "strands", "edition"}
    return _Flat(
        sessions,
        days,
        {strand["slug"]: strand for strand in content["strands"]},
        content["edition"],
        {name: value for name, value in content.items() if name not in known},
        orders,
    )


def _whole(flat: _Flat) -> Node:
    """The content put together again."""

    def node(key: str) -> Node:
        state = {name: value for name, value in flat.sessions[key].items() if name not in ADDED}
        return {**state, "children": [node(child) for child in flat.orders[key]]}

    return {
        **flat.others,
        "edition": flat.edition,
        "strands": [flat.strands[key] for key in flat.orders[f"{TOP}strands"]],
        "days": [
            {**flat.days[key], "sessions": [node(child) for child in flat.orders[f"day:{key}"]]}
            for key in flat.orders[f"{TOP}days"]
        ],
    }


def _session_change(old: Node | None, new: Node | None) -> SessionChange:
    if old is None or new is None:
        return SessionChange("new" if old is None else "cancelled", old, new)
    came, went = _came_and_went(old, new, "people")
    materials_came, materials_went = _came_and_went(old, new, "materials")
    return SessionChange(
        "changed",
        old,
        new,
        texts=_texts(old, new),
        facts=[
            FactChange(name, old.get(name), new.get(name))
            for name in FACTS
            if (old.get(name) or None) != (new.get(name) or None)
        ],
        came=came,
        went=went,
        materials_came=materials_came,
        materials_went=materials_went,
    )


def _came_and_went(old: Node, new: Node, name: str) -> tuple[list[Node], list[Node]]:
    before, after = old.get(name, []), new.get(name, [])
    return [row for row in after if row not in before], [row for row in before if row not in after]


def _texts(old: Node, new: Node) -> list[TextChange]:
    """The texts of a session that are others: its own, then those of its workshop, part by part."""
    pairs = [(name, _text(old.get(name)), _text(new.get(name))) for name in TEXTS]
    before, after = _workshop_texts(old), _workshop_texts(new)
    pairs += [(name, before.get(name, ""), after.get(name, "")) for name in {**after, **before}]
    return [TextChange(name, word_changes(was, now)) for name, was, now in pairs if was != now]


def _workshop_texts(session: Node) -> dict[str, str]:
    """{name: text} of a workshop: its title, its aim, and each part with its questions, a line each."""
    workshop = session.get("workshop") or {}
    texts = {"workshop": _text(workshop.get("title")), "aim": _text(workshop.get("aim"))} if workshop else {}
    for part in workshop.get("parts", []):
        texts[f"Part {part['letter']}"] = "\n".join([part["title"], *part["questions"]])
    return texts


def _text(value: Any) -> str:
    """A text, a list of texts as lines, nothing as an empty text."""
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _frames(before: _Flat, after: _Flat) -> Iterator[DayChange]:
    """The days, strands and facts of the edition that came, went or changed."""
    if before.edition != after.edition:
        yield _frame_change("edition", before.edition, after.edition)
    pairs = (("strand", before.strands, after.strands), ("day", before.days, after.days))
    for kind, was, now in pairs:
        for key in {**now, **was}:
            if was.get(key) != now.get(key):
                yield _frame_change(kind, was.get(key), now.get(key))


def _frame_change(kind: str, old: Node | None, new: Node | None) -> DayChange:
    if old is None or new is None:
        return DayChange(kind, "new" if old is None else "cancelled", old, new)
    names = [*new, *(name for name in old if name not in new)]
    texts = [
        TextChange(name, word_changes(_text(old.get(name)), _text(new.get(name))))
        for name in names
        if _text(old.get(name)) != _text(new.get(name))
    ]
    return DayChange(kind, "changed", old, new, texts)
