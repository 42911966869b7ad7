"""Clashes of a programme: what probably is a mistake, said as a warning and never as a wall. Pure.

Takes a programme as `releases.programme_content` gives it, returns warnings; names of participants are not in it.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from programme.agenda import PARALLEL, moment

# People need a break after this time; a gap of this length between two sessions is one.
LONGEST_WITHOUT_BREAK = timedelta(minutes=120)
PAUSE = timedelta(minutes=15)
# How far into the next day an evening may go on.
NIGHT = timedelta(hours=6)
# Who may lead a session of these kinds; one of them is needed.
LED = {
    "workshop": frozenset({"moderator"}),
    "group": frozenset({"moderator"}),
    "panel": frozenset({"moderator", "host"}),
}

# What is as true of the other session.
MUTUAL = frozenset({"person", "track", "parts"})

Node = dict[str, Any]
Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Clash:
    """One warning about a session: its kind, the sessions it names, the person it is about.

    `session` is the id of the session beside which it is shown; `other` is the title of another session; `who` is a
    participant's id or, with `is_guest`, a guest's name.
    """

    kind: str
    session: str
    other_session: str = ""
    other: str = ""
    who: str = ""
    is_guest: bool = False
    minutes: int = 0

    def from_the_other(self, title: str) -> "Clash | None":
        """The same clash beside the other session; `title` is that of the first. None if it concerns one alone."""
        if self.kind not in MUTUAL:
            return None
        return replace(self, session=self.other_session, other_session=self.session, other=title)

    def words(self, names: Mapping[str, str]) -> str:
        """The warning as a sentence; `names` has the participants' names as the reader may see them."""
        name = self.who if self.is_guest else names.get(self.who, _("Somebody"))
        sentences = {
            "person": _("%(name)s is in “%(other)s” at the same time."),
            "track": _("Overlaps with “%(other)s” of the same strand."),
            "parts": _("Overlaps with “%(other)s”, although these parts follow each other."),
            "day": _("Is not on the date of its day."),
            "parent": _("Goes beyond the time of “%(other)s”, which it belongs to."),
            "break": _("Lies in %(minutes)s minutes without a break."),
            "moderator": _("Has no moderator."),
            "time": _("Has no time yet."),
        }
        return sentences[self.kind] % {"name": name, "other": self.other, "minutes": self.minutes}


@dataclass(frozen=True)
class Placed:
    """A session with the times that hold for it: its own, else those of the session that it is a part of.

    `line` are the sessions that it is a part of, outermost first.
    """

    node: Node
    starts: datetime | None
    ends: datetime | None
    line: tuple["Placed", ...] = field(repr=False)

    @property
    def has_own_time(self) -> bool:
        return self.node["starts"] is not None


def clashes(content: Node) -> list[Clash]:
    """All warnings about a programme, day by day in the order of the programme."""
    zone = ZoneInfo(content["edition"]["time_zone"])
    found: list[Clash] = []
    everything: list[Placed] = []
    for day in content["days"]:
        placed = list(_placed(day["sessions"], ()))
        top = [one for one in placed if not one.line]
        everything += placed
        found += [clash for one in placed for clash in _about_one(one, date.fromisoformat(day["date"]), zone)]
        found += _missing_breaks(top, placed)
    found += _overlapping_siblings(everything)
    found += _people_in_two_places(everything)
    order = {one.node["id"]: number for number, one in enumerate(everything)}
    return sorted(found, key=lambda clash: order[clash.session])


def _placed(nodes: list[Node], above: tuple[Placed, ...]) -> Iterator[Placed]:
    """Every session of a tree, parents before their parts."""
    for node in nodes:
        starts, ends = moment(node["starts"]), moment(node["ends"])
        if starts is None and above:
            starts, ends = above[-1].starts, above[-1].ends
        one = Placed(node, starts, ends, above)
        yield one
        yield from _placed(node["children"], (*above, one))


def _about_one(one: Placed, day: date, zone: ZoneInfo) -> Iterator[Clash]:
    """What can be said of a session without looking at others than those it belongs to."""
    key, above = one.node["id"], one.line[-1] if one.line else None
    if above is None and not one.has_own_time:
        yield Clash("time", key)
    if one.has_own_time and one.starts and one.ends:
        begins, over = (datetime.combine(day + timedelta(days=n), time(), zone) for n in (0, 1))
        if not begins <= one.starts < over or one.ends > over + NIGHT:
            yield Clash("day", key)
        if above and above.starts and above.ends and (one.starts < above.starts or one.ends > above.ends):
            yield Clash("parent", key, above.node["id"], above.node["title"])
    groups = any(child["kind"] in LED for child in one.node["children"])
    leaders = LED.get(one.node["kind"], frozenset())
    if leaders and not groups and not any(person["role"] in leaders for person in one.node["people"]):
        yield Clash("moderator", key)


def _missing_breaks(tops: list[Placed], placed: list[Placed]) -> Iterator[Clash]:
    """Stretches of sessions in which neither a break nor a gap gives people rest, said where they become too long."""
    work = _timed(top for top in tops if top.node["kind"] != "break")
    pauses = [(starts, ends) for starts, ends, one in _timed(placed) if one.node["kind"] == "break"]
    for begun, until in _without(pauses, _together([(starts, ends) for starts, ends, _one in work])):
        length, limit = until - begun, begun + LONGEST_WITHOUT_BREAK
        if length <= LONGEST_WITHOUT_BREAK:
            continue
        late = next(one for starts, ends, one in work if ends > limit and starts < until)
        yield Clash("break", late.node["id"], minutes=int(length.total_seconds() // 60))


def _together(spans: list[Span]) -> list[Span]:
    """Sorted spans joined where they overlap or where the gap between them is no pause."""
    joined: list[Span] = []
    for starts, ends in spans:
        if joined and starts - joined[-1][1] < PAUSE:
            joined[-1] = (joined[-1][0], max(joined[-1][1], ends))
        else:
            joined.append((starts, ends))
    return joined


def _without(pauses: list[Span], spans: list[Span]) -> Iterator[Span]:
    """The spans cut at the pauses."""
    for begun, until in spans:
        present = begun
        for starts, ends in pauses:
            if present < starts < until:
                yield present, starts
            if starts < until and ends > present:
                present = ends
        if present < until:
            yield present, until


def _overlapping_siblings(everything: list[Placed]) -> Iterator[Clash]:
    """Sessions of one strand, or parts of one session, that overlap although they are not parallel."""
    families: defaultdict[tuple[str, str | None], list[Placed]] = defaultdict(list)
    for one in everything:
        if one.has_own_time:
            key = (one.line[-1].node["id"], None) if one.line else ("", one.node["strand"])
            families[key].append(one)
    for family in families.values():
        for one, other in _overlapping(family, _are_parallel):
            kind = "parts" if one.line else "track"
            yield Clash(kind, other.node["id"], one.node["id"], one.node["title"])


def _are_parallel(one: Placed, other: Placed) -> bool:
    return one.node["kind"] in PARALLEL and other.node["kind"] in PARALLEL


def _people_in_two_places(everything: list[Placed]) -> Iterator[Clash]:
    """People with roles in two sessions that overlap, neither of which is a part of the other."""
    places: defaultdict[tuple[str, bool], dict[str, Placed]] = defaultdict(dict)
    names: dict[tuple[str, bool], str] = {}
    for one in everything:
        for person in one.node["people"]:
            is_guest = "guest" in person
            who = " ".join(person["guest"].split()) if is_guest else person["participant"]
            key = (who.casefold(), is_guest)
            names.setdefault(key, who)
            places[key][one.node["id"]] = one
    for key, sessions in places.items():
        for one, other in _overlapping(sessions.values(), _are_one_place):
            what = other.node["id"], one.node["id"], one.node["title"]
            yield Clash("person", *what, who=names[key], is_guest=key[1])


def _are_one_place(one: Placed, other: Placed) -> bool:
    """Whether one is a part of the other, or both are parts without a time of their own that follow each other."""
    line, other_line = (*one.line, one), (*other.line, other)
    for mine, theirs in zip(line, other_line, strict=False):
        if mine.node["id"] == theirs.node["id"]:
            continue
        return not (mine.has_own_time or theirs.has_own_time or _are_parallel(mine, theirs))
    return True


def _overlapping(
    sessions: Iterable[Placed], may: Callable[[Placed, Placed], bool]
) -> Iterator[tuple[Placed, Placed]]:
    """Each session with the first earlier one that it overlaps; pairs that `may` overlap are left out."""
    running: list[tuple[datetime, Placed]] = []
    for starts, ends, other in _timed(sessions):
        running = [(until, one) for until, one in running if until > starts]
        first = next((one for _until, one in running if not may(one, other)), None)
        if first:
            yield first, other
        running.append((ends, other))


def _timed(sessions: Iterable[Placed]) -> list[tuple[datetime, datetime, Placed]]:
    """The sessions whose times are known, with these, in the order of time."""
    timed = [(one.starts, one.ends, one) for one in sessions if one.starts and one.ends]
    return sorted(timed, key=lambda entry: entry[:2])
