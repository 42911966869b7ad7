"""The programme as a conference schedule for other programs (frab / c3voc): what both its forms hold. Pure.

A conference of that format has rooms, and in a room one thing at a time. Here the sessions of everybody are in the
room "Plenary", parallel ones in rooms beside it; whatever still overlaps moves to the next free room. A day is a day
of the programme, so that a session after midnight stays with the evening that it belongs to.

Sessions without a time cannot be said in this format and are left out, and so are parts that just follow each other
within their session's time: its description names them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import gcd
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from programme.addresses import Addresses
from programme.cleaning import clean, one_line
from programme.entries import Entry, details, entries_of
from programme.models import Release
from programme.people import Person, Shown, people_of

# The strands' colours on light paper, as in static/src/scss/_tokens.scss.
COLOURS = {"teal": "#0b6b6b", "ochre": "#8f5200", "violet": "#5b3fa3", "plum": "#8a2f57", "slate": "#5a6068"}
# Two digits of hours is what the format can say.
LONGEST = timedelta(hours=99, minutes=59)


@dataclass(frozen=True)
class Link:
    """A material of a session: the address that it is fetched from, and its title."""

    url: str
    title: str


@dataclass(frozen=True)
class Talk:
    """An "event" of the format: a session with a time, in a room."""

    entry: Entry
    id: int
    slug: str
    room: str
    url: str
    starts: datetime
    length: timedelta
    track: str
    abstract: str
    description: str
    people: list[Person]
    links: list[Link]

    @property
    def ends(self) -> datetime:
        return self.starts + self.length

    @property
    def duration(self) -> str:
        """HH:MM"""
        return hours_and_minutes(self.length)


@dataclass(frozen=True)
class ScheduleDay:
    """A day of the schedule with its rooms, each with what happens in it in order; `starts` to `ends` covers it all."""

    index: int
    date: date
    starts: datetime
    ends: datetime
    rooms: dict[str, list[Talk]]


@dataclass(frozen=True)
class Schedule:
    """A release as a conference schedule; times are in the academy's zone."""

    title: str
    acronym: str
    version: str
    site: str
    url: str
    starts: date
    ends: date
    zone: ZoneInfo
    slot: timedelta
    tracks: list[dict[str, str]]
    rooms: list[dict[str, str]]
    days: list[ScheduleDay]


@dataclass(frozen=True)
class _Scene:
    """What all talks of a schedule share."""

    acronym: str
    zone: ZoneInfo
    strands: Mapping[str, str]
    shown: Mapping[str, Shown]
    to: Addresses


def schedule_of(
    release: Release, content: dict[str, Any], shown: Mapping[str, Shown], to: Addresses
) -> Schedule:
    """A release (its content may be sifted) as a conference schedule."""
    edition = content["edition"]
    strands = {strand["slug"]: one_line(strand["title"]) for strand in content["strands"]}
    scene = _Scene(acronym_of(edition["slug"]), ZoneInfo(edition["time_zone"]), strands, shown, to)
    entries = [entry for entry in entries_of(content) if _can_be_said(entry)]
    numbers = numbers_of([entry.id for entry in entries])
    days = []
    for index, day in enumerate(content["days"], start=1):
        talks = [
            _talk(entry, room, numbers[entry.id], scene)
            for entry, room in rooms_for([entry for entry in entries if entry.day["slug"] == day["slug"]])
        ]
        days.append(_day(index, day, talks, scene.zone))
    names = sorted({room for day in days for room in day.rooms})
    return Schedule(
        title=one_line(edition["title"]),
        acronym=scene.acronym,
        version=one_line(f"{release.number}, {release.label}"),
        site=to.site,
        url=to.programme,
        starts=date.fromisoformat(edition["starts"]),
        ends=date.fromisoformat(edition["ends"]),
        zone=scene.zone,
        slot=_slot(days),
        tracks=[
            {"name": strands[strand["slug"]], "color": COLOURS.get(strand["colour"], COLOURS["slate"])}
            for strand in content["strands"]
        ],
        rooms=[{"name": name, "guid": str(uuid5(NAMESPACE_URL, f"{to.programme}#{name}"))} for name in names],
        days=days,
    )


def acronym_of(slug: str) -> str:
    """The short name of an edition as the format allows it: small letters, digits, underscores."""
    return "academy_" + re.sub(r"[^a-z0-9]", "_", slug.lower())


def numbers_of(keys: list[str]) -> dict[str, int]:
    """A positive number of at most 31 bits for each id, as old readers of the format need one; all different.

    It follows from the id, so that it stays the same from release to release.
    """
    numbers: dict[str, int] = {}
    taken: set[int] = set()
    for key in sorted(keys):
        number = UUID(key).int % (2**31 - 1) or 1
        while number in taken:
            number = number % (2**31 - 1) + 1
        taken.add(number)
        numbers[key] = number
    return numbers


def rooms_for(entries: list[Entry]) -> list[tuple[Entry, str]]:
    """A room for each of a day's entries, so that in none of them two things happen at once."""
    busy: dict[str, list[tuple[datetime, datetime]]] = {}
    placed = []
    for entry in sorted(
        entries, key=lambda entry: (str(entry.starts), entry.parent is not None, entry.position)
    ):
        if entry.starts is None:
            continue
        # Something without a length still takes its minute.
        span = (entry.starts, entry.starts + max(_length(entry), timedelta(minutes=1)))
        number = entry.position + 1 if entry.is_parallel else 1
        while any(_overlap(span, other) for other in busy.get(_room(entry, number), [])):
            number += 1
        busy.setdefault(_room(entry, number), []).append(span)
        placed.append((entry, _room(entry, number)))
    return placed


def hours_and_minutes(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _can_be_said(entry: Entry) -> bool:
    return entry.starts is not None and (entry.has_own_time or entry.is_parallel)


def _room(entry: Entry, number: int) -> str:
    if entry.parent is None:
        return _("Plenary") if number == 1 else _("Plenary %(number)s") % {"number": number}
    if entry.is_parallel:
        return _("Parallel room %(number)s") % {"number": number}
    return _("Parts") if number == 1 else _("Parts %(number)s") % {"number": number}


def _overlap(one: tuple[datetime, datetime], other: tuple[datetime, datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _length(entry: Entry) -> timedelta:
    """How long a session is, in whole minutes; nothing, if only its start is known."""
    if entry.starts is None or entry.ends is None:
        return timedelta(minutes=entry.node["minutes"] or 0)
    return min(timedelta(minutes=int((entry.ends - entry.starts).total_seconds() // 60)), LONGEST)


def _talk(entry: Entry, room: str, number: int, scene: _Scene) -> Talk:
    if entry.starts is None:
        raise ValueError(f"{entry.slug} has no time")
    slug = re.sub(r"[^a-z0-9]+", "-", entry.slug.lower()).strip("-")
    return Talk(
        entry=entry,
        id=number,
        slug="-".join(filter(None, (scene.acronym, str(number), slug))),
        room=room,
        url=scene.to.session(entry.slug),
        starts=entry.starts.astimezone(scene.zone),
        length=_length(entry),
        track=scene.strands.get(entry.node["strand"] or "", ""),
        abstract=clean(entry.node["description"]).strip(),
        description=details(entry),
        people=people_of(entry.node, scene.shown),
        links=links_of(entry, scene.to),
    )


def links_of(entry: Entry, to: Addresses) -> list[Link]:
    """The materials of a session: links as they are, files at the address that serves them."""
    return [
        Link(material.get("url") or to.material(material["id"]), one_line(material["title"]))
        for material in entry.node.get("materials", [])
    ]


def _day(index: int, day: dict[str, Any], talks: list[Talk], zone: ZoneInfo) -> ScheduleDay:
    when = date.fromisoformat(day["date"])
    rooms: dict[str, list[Talk]] = {}
    for talk in talks:
        rooms.setdefault(talk.room, []).append(talk)
    return ScheduleDay(
        index=index,
        date=when,
        starts=min((talk.starts for talk in talks), default=datetime.combine(when, time(0), zone)),
        ends=max(
            (talk.ends.astimezone(zone) for talk in talks), default=datetime.combine(when, time(23, 59), zone)
        ),
        rooms=rooms,
    )


def _slot(days: list[ScheduleDay]) -> timedelta:
    """The longest step of time into which every start and length of the schedule falls; at most an hour."""
    minutes = 60
    for talk in (talk for day in days for room in day.rooms.values() for talk in room):
        minutes = gcd(minutes, talk.starts.minute, int(talk.length.total_seconds() // 60))
    return timedelta(minutes=minutes)
