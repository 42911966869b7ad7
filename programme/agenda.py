"""The agenda: a release's content as days and rows in a time zone. Pure: takes values, returns values."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

# Children of these kinds run side by side; children of other kinds follow each other within their parent.
PARALLEL = frozenset({"group", "workshop", "roundtable"})
# Items of these kinds frame a day; they do not carry its strand's colour.
QUIET = frozenset({"break", "introduction", "closing", "ceremony"})


@dataclass(frozen=True)
class Row:
    """What starts at one time: side by side if there is more than one item.

    `starts` and `ends` are None for items whose time is not known yet. `running` are the items of earlier rows that
    have not ended when these start, each with the moment `until` when it does.
    """

    starts: datetime | None
    ends: datetime | None
    items: list[dict[str, Any]]
    running: list[dict[str, Any]] = field(default_factory=list)

    @property
    def minutes(self) -> int | None:
        """The length in minutes, if it is known."""
        return int((self.ends - self.starts).total_seconds() // 60) if self.starts and self.ends else None

    @property
    def is_break(self) -> bool:
        return all(item["kind"] == "break" for item in self.items)


@dataclass(frozen=True)
class AgendaDay:
    """A calendar day of a zone, with the programme days that fall on it."""

    date: date
    titles: list[dict[str, Any]]
    rows: list[Row]
    zone: ZoneInfo

    @property
    def colour(self) -> str:
        """The colour of the (first) programme day that falls on it."""
        return str(self.titles[0]["colour"])

    @property
    def noon(self) -> datetime:
        """The middle of the day, for asking what the zone is called on it."""
        return datetime.combine(self.date, time(12), self.zone)


def agenda_days(content: dict[str, Any], zone: ZoneInfo) -> list[AgendaDay]:
    """The days of a release as they fall in a zone.

    A session that starts at 23:30 or on the next day there moves to that day. Items without a time stay on the date
    of their programme day.
    """
    placed: dict[date, list[tuple[dict[str, Any], dict[str, Any]]]] = {}
    for day in coloured(content)["days"]:
        fallback = date.fromisoformat(day["date"])
        for item in day["sessions"]:
            starts = moment(item["starts"])
            falls_on = starts.astimezone(zone).date() if starts else fallback
            placed.setdefault(falls_on, []).append((day, item))
        if not day["sessions"]:
            placed.setdefault(fallback, []).append((day, {}))
    return [_day(when, placed[when], zone) for when in sorted(placed)]


# What `?show=` may ask for by kinds of session; `programme.filtering` knows the rest.
SHOWN_KINDS = {
    "workshops": frozenset({"workshop", "roundtable"}),
    "plenaries": frozenset({"ceremony", "plenary", "closing", "conference"}),
}


def _day(when: date, entries: list[tuple[dict[str, Any], dict[str, Any]]], zone: ZoneInfo) -> AgendaDay:
    titles = list({day["slug"]: day for day, _item in entries}.values())
    timed = sorted(
        (item for _day, item in entries if item.get("starts")), key=lambda item: str(item["starts"])
    )
    rows: list[Row] = []
    begun: list[dict[str, Any]] = []
    for starts, together in groupby(timed, key=lambda item: moment(item["starts"])):
        items = [{**item, "until": moment(item["ends"])} for item in together]
        begun = [item for item in begun if item["until"] and starts and item["until"] > starts]
        ends = max((item["until"] for item in items if item["until"]), default=None)
        rows.append(Row(starts, ends, items, running=begun))
        begun = begun + items
    untimed = [item for _day, item in entries if item and not item.get("starts")]
    rows += [Row(None, None, [item]) for item in untimed]
    return AgendaDay(when, titles, rows, zone)


def moment(text: str | None) -> datetime | None:
    """The moment that a release's text says, in UTC."""
    return datetime.fromisoformat(text) if text else None


def coloured(content: dict[str, Any]) -> dict[str, Any]:
    """The content with what pages ask of each session: `colour` of its strand, and whether its children `is_parallel`.

    A session without a strand has the quiet colour, so that what belongs to a strand stands out.
    """
    colours = {strand["slug"]: strand["colour"] for strand in content["strands"]}

    def painted(item: dict[str, Any]) -> dict[str, Any]:
        kinds = {child["kind"] for child in item["children"]}
        return {
            **item,
            "colour": "slate" if item["kind"] in QUIET else colours.get(item["strand"] or "", "slate"),
            "is_parallel": bool(kinds) and kinds <= PARALLEL,
            "children": [painted(child) for child in item["children"]],
        }

    days = [{**day, "sessions": [painted(item) for item in day["sessions"]]} for day in content["days"]]
    return {**content, "days": days}


def all_sessions(content: dict[str, Any]) -> list[dict[str, Any]]:
    """Every session of a release, parents before their children, each with its `day` and its `parent` (or None)."""
    found: list[dict[str, Any]] = []

    def walk(items: list[dict[str, Any]], day: dict[str, Any], parent: dict[str, Any] | None) -> None:
        for item in items:
            found.append({**item, "day": day, "parent": parent})
            walk(item["children"], day, item)

    for day in coloured(content)["days"]:
        walk(day["sessions"], day, None)
    return found


def times_of(session: dict[str, Any]) -> tuple[datetime | None, datetime | None]:
    """When a session starts and ends: its own times, else those of the session it is part of."""
    source = session if session["starts"] or not session["parent"] else session["parent"]
    return moment(source["starts"]), moment(source["ends"])


def now_and_next(
    content: dict[str, Any], present: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The top-level items that run at this moment, and those that start next."""
    timed = [item for day in content["days"] for item in day["sessions"] if item["starts"]]
    running = [item for item in timed if _runs_at(item, present)]
    later = sorted((i for i in timed if _starts_after(i, present)), key=lambda item: str(item["starts"]))
    return running, [item for item in later if item["starts"] == later[0]["starts"]]


def _runs_at(item: dict[str, Any], present: datetime) -> bool:
    starts, ends = moment(item["starts"]), moment(item["ends"])
    return bool(starts and ends and starts <= present < ends)


def _starts_after(item: dict[str, Any], present: datetime) -> bool:
    starts = moment(item["starts"])
    return bool(starts and starts > present)


def next_row(days: list[AgendaDay], present: datetime) -> Row | None:
    """The row above which a "now" line belongs: the first to start later today; None when nothing is going on."""
    for day in days:
        if day.date != present.astimezone(day.zone).date():
            continue
        timed = [row for row in day.rows if row.starts]
        later = [row for row in timed if row.starts and row.starts > present]
        return later[0] if later and len(later) < len(timed) else None
    return None
