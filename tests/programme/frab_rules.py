"""The rules of the frab / c3voc schedule formats, one by one; each fault is a line that names what is wrong where."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Set
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from xml.etree import ElementTree as ET

ACRONYM = re.compile(r"[a-z0-9_-][a-z0-9_]{3,}(-2[0-9]{3}-[a-z]+)?")
SLUG = re.compile(r"[a-z0-9_-]+[a-z0-9]")
DURATION = re.compile(r"[0-9]+:[0-9]{2}")
SHORT_DURATION = re.compile(r"[0-9]{1,2}:[0-9]{2}")
CLOCK = re.compile(r"[0-2][0-9]:[0-5][0-9]")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")

CONFERENCE = {"title", "acronym", "start", "end", "daysCount", "timeslot_duration", "days"}
CONFERENCE_MAY = {"description", "time_zone_name", "colors", "keywords", "url", "tracks", "rooms"}
DAY = {"index", "date", "day_start", "day_end", "rooms"}
EVENT = {
    "abstract", "date", "duration", "guid", "id", "language", "links", "persons", "room", "slug", "start", "subtitle",
    "title", "track", "type", "url",
}  # fmt: skip
EVENT_MAY = {"description", "attachments", "answers", "logo", "do_not_record", "recording_license"}


def faults_of_json(file: bytes) -> list[str]:
    """What is wrong with a schedule.json."""
    try:
        value = json.loads(file.decode("utf-8"))
    except ValueError as error:
        return [f"no JSON: {error}"]
    return _collected(_root(value))


def _members(where: str, value: Any, needed: set[str], allowed: Set[str] = frozenset()) -> Iterator[str]:
    yield from (f"{where}: {name} is missing" for name in sorted(needed - set(value)))
    yield from (f"{where}: {name} is not allowed" for name in sorted(set(value) - needed - allowed))


def _collected(faults: Iterator[str]) -> list[str]:
    """The faults up to one that makes the rest unreadable."""
    found = []
    try:
        for fault in faults:
            found.append(fault)  # noqa: PERF402  # what was found before an error counts
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        found.append(f"unreadable: {error!r}")
    return found


def _check(where: str, holds: object) -> Iterator[str]:
    if not holds:
        yield where


def _root(value: dict[str, Any]) -> Iterator[str]:
    yield from _members("root", value, {"$schema", "generator", "schedule"})
    yield from _check("$schema", value["$schema"] == "https://c3voc.de/schedule/schema.json")
    yield from _check("generator", isinstance(value["generator"]["name"], str))
    yield from _members("schedule", value["schedule"], {"version", "base_url", "conference"})
    yield from _check("version", isinstance(value["schedule"]["version"], str))
    yield from _check("base_url", is_address(value["schedule"]["base_url"]))
    yield from _conference(value["schedule"]["conference"])


def _conference(conference: dict[str, Any]) -> Iterator[str]:
    yield from _members("conference", conference, CONFERENCE, CONFERENCE_MAY)
    yield from _check("title", isinstance(conference["title"], str))
    yield from _check("acronym", ACRONYM.fullmatch(conference["acronym"]))
    yield from _check("start", is_date(conference["start"]))
    yield from _check("end", is_date(conference["end"]))
    yield from _check("timeslot_duration", DURATION.fullmatch(conference["timeslot_duration"]))
    yield from _check("daysCount", conference["daysCount"] == len(conference["days"]))
    yield from _check(
        "time_zone_name", re.match(r"([A-Z][a-z]+/[A-Z][a-z]+)|UTC$", conference["time_zone_name"])
    )
    yield from _check("url", is_address(conference["url"]))
    for track in conference["tracks"]:
        yield from _members("track", track, {"name", "color"})
        yield from _check("track color", re.fullmatch("#[0-9a-f]{6}", track["color"]))
    for room in conference["rooms"]:
        yield from _members("room", room, {"name", "guid"}, {"description", "capacity"})
        yield from _check("room guid", is_uuid(room["guid"]))
    names = {name for day in conference["days"] for name in day["rooms"]}
    yield from _check("rooms", sorted(names) == sorted(room["name"] for room in conference["rooms"]))
    yield from _check(
        "index", [day["index"] for day in conference["days"]] == list(range(1, len(conference["days"]) + 1))
    )
    for day in conference["days"]:
        yield from _day(day)
    events = [event for day in conference["days"] for room in day["rooms"].values() for event in room]
    for name in ("id", "guid", "slug"):
        yield from _check(f"{name} is not unique", len({event[name] for event in events}) == len(events))
    tracks = {track["name"] for track in conference["tracks"]}
    yield from _check("track is unknown", {event["track"] for event in events} <= tracks | {""})


def _day(day: dict[str, Any]) -> Iterator[str]:
    yield from _members("day", day, DAY)
    yield from _check("day date", is_date(day["date"]))
    yield from _check("day_start", is_moment(day["day_start"]))
    yield from _check("day_end", is_moment(day["day_end"]))
    for name, events in day["rooms"].items():
        for event in events:
            yield from _event(event, name)
            yield from _check("event before its day", moment(event["date"]) >= moment(day["day_start"]))
            yield from _check("event after its day", end_of(event) <= moment(day["day_end"]).timestamp())
        yield from overlaps(name, [(moment(event["date"]).timestamp(), end_of(event)) for event in events])


def _event(event: dict[str, Any], room: str) -> Iterator[str]:
    yield from _members("event", event, EVENT, EVENT_MAY)
    yield from _check("event id", isinstance(event["id"], int) and event["id"] >= 1)
    yield from _check("event guid", is_uuid(event["guid"]))
    yield from _check("event date", is_moment(event["date"]))
    yield from _check(
        "event start", CLOCK.fullmatch(event["start"]) and event["date"][11:16] == event["start"]
    )
    yield from _check("event duration", DURATION.fullmatch(event["duration"]))
    yield from _check("event slug", SLUG.fullmatch(event["slug"]))
    yield from _check("event url", is_address(event["url"]))
    yield from _check("event room", event["room"] == room)
    for name in ("title", "subtitle", "track", "type", "language", "abstract", "description"):
        yield from _check(f"event {name}", isinstance(event[name], str))
    for person in event["persons"]:
        named = isinstance(person.get("name"), str) or (
            "public_name" in person and isinstance(person["id"], int)
        )
        yield from _check("person", named)
    for link in event["links"]:
        yield from _check("link", is_address(link["url"]) and isinstance(link["title"], str))


def faults_of_xml(file: bytes) -> list[str]:
    """What is wrong with a schedule.xml."""
    try:
        root = ET.fromstring(file)
    except ET.ParseError as error:
        return [f"no XML: {error}"]
    return _collected(_schedule(root))


def _schedule(root: ET.Element) -> Iterator[str]:
    names = [child.tag for child in root]
    yield from _check("schedule", root.tag == "schedule" and not root.attrib)
    yield from _check("order", re.fullmatch(r"(version )?conference (day )+", " ".join(names) + " "))
    conference = {child.tag: child.text or "" for child in root.find("conference")}  # type: ignore[union-attr]  # checked above
    yield from _check(
        "conference", set(conference) == {"title", "acronym", "start", "end", "days", "timeslot_duration"}
    )
    yield from _check("start", is_date(conference["start"]) and is_date(conference["end"]))
    yield from _check("days", int(conference["days"]) == names.count("day"))
    yield from _check("timeslot_duration", SHORT_DURATION.fullmatch(conference["timeslot_duration"]))
    days = root.findall("day")
    yield from _check(
        "index", [day.get("index") for day in days] == [str(n) for n in range(1, len(days) + 1)]
    )
    for day in days:
        yield from _check(
            "day", set(day.attrib) == {"date", "start", "end", "index"} and is_date(day.get("date"))
        )
        yield from _check("day times", is_moment(day.get("start")) and is_moment(day.get("end")))
        yield from _check("day holds rooms", {room.tag for room in day} <= {"room"})
        for room in day:
            yield from _check(
                "room", set(room.attrib) == {"name"} and {event.tag for event in room} <= {"event"}
            )
            for event in room:
                yield from _xml_event(event, str(room.get("name")))
    events = root.findall("day/room/event")
    for name in ("id", "guid"):
        yield from _check(f"{name} is not unique", len({event.get(name) for event in events}) == len(events))
    yield from _check("slug is not unique", len({event.findtext("slug") for event in events}) == len(events))


def _xml_event(event: ET.Element, room: str) -> Iterator[str]:
    needed = {"room", "title", "type", "date", "start", "duration", "abstract", "slug", "subtitle", "track"}
    allowed = needed | {"persons", "language", "description", "recording", "links"}
    names = [child.tag for child in event]
    yield from _check("event holds each once", len(names) == len(set(names)))
    yield from _check("event holds", needed <= set(names) <= allowed)
    yield from _check("event attributes", set(event.attrib) == {"id", "guid"})
    yield from _check("event id", re.fullmatch("[1-9][0-9]*", str(event.get("id"))))
    yield from _check("event date", is_moment(event.findtext("date")))
    yield from _check("event start", CLOCK.fullmatch(event.findtext("start", "")))
    yield from _check("event duration", SHORT_DURATION.fullmatch(event.findtext("duration", "")))
    yield from _check("event room", event.findtext("room") == room)
    for person in event.findall("persons/*"):
        yield from _check("person", person.tag == "person" and set(person.attrib) <= {"id"})
    for link in event.findall("links/*"):
        yield from _check("link", link.tag == "link" and is_address(link.get("href")))


# --- The values ------------------------------------------------------------------------------------------------------


def is_date(text: Any) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\d", str(text))) and bool(date.fromisoformat(str(text)))


def is_moment(text: Any) -> bool:
    return bool(MOMENT.fullmatch(str(text))) and bool(moment(str(text)))


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def end_of(event: dict[str, Any]) -> float:
    hours, minutes = event["duration"].split(":")
    return moment(event["date"]).timestamp() + int(hours) * 3600 + int(minutes) * 60


def is_uuid(text: Any) -> bool:
    return str(UUID(str(text))) == str(text)


def is_address(text: Any) -> bool:
    parts = urlsplit(str(text))
    is_whole: bool = parts.scheme in {"http", "https"} and parts.netloc != "" and " " not in str(text)
    return is_whole


def overlaps(name: str, spans: list[tuple[float, float]]) -> Iterator[str]:
    spans = sorted(spans)
    for one, other in pairwise(spans):
        yield from _check(f"two things at once in {name}", one[1] <= other[0])
