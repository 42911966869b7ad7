"""A conference schedule as schedule.json, in the form of c3voc (https://c3voc.de/schedule/schema.json). Pure."""

import json
from typing import Any

from programme.cleaning import clean, one_line
from programme.exchange import Schedule, ScheduleDay, Talk, hours_and_minutes

SCHEMA = "https://c3voc.de/schedule/schema.json"


def schedule_json(schedule: Schedule) -> bytes:
    """The file, in UTF-8."""
    return json.dumps(schedule_value(schedule), ensure_ascii=False, indent=1).encode()


def schedule_value(schedule: Schedule) -> dict[str, Any]:
    """The file's JSON value: exactly the members that the schema names."""
    return {
        "$schema": SCHEMA,
        "generator": {"name": "Academy"},
        "schedule": {
            "version": schedule.version,
            "base_url": schedule.site,
            "conference": {
                "title": schedule.title,
                "acronym": schedule.acronym,
                "start": schedule.starts.isoformat(),
                "end": schedule.ends.isoformat(),
                "daysCount": len(schedule.days),
                "timeslot_duration": hours_and_minutes(schedule.slot),
                "time_zone_name": schedule.zone.key,
                "url": schedule.url,
                "tracks": schedule.tracks,
                "rooms": schedule.rooms,
                "days": [_day(day) for day in schedule.days],
            },
        },
    }


def _day(day: ScheduleDay) -> dict[str, Any]:
    return {
        "index": day.index,
        "date": day.date.isoformat(),
        "day_start": day.starts.isoformat(),
        "day_end": day.ends.isoformat(),
        "rooms": {name: [_event(talk) for talk in talks] for name, talks in day.rooms.items()},
    }


def _event(talk: Talk) -> dict[str, Any]:
    return {
        "id": talk.id,
        "guid": talk.entry.id,
        "date": talk.starts.isoformat(),
        "start": f"{talk.starts:%H:%M}",
        "duration": talk.duration,
        "room": talk.room,
        "slug": talk.slug,
        "url": talk.url,
        "title": one_line(talk.entry.node["title"]),
        "subtitle": one_line(talk.entry.node["subtitle"]),
        "track": talk.track,
        "type": talk.entry.node["kind"],
        "language": talk.entry.language,
        "abstract": talk.abstract,
        "description": talk.description,
        "persons": [_person(name, text) for name, text in _named(talk)],
        "links": [{"url": link.url, "title": link.title} for link in talk.links],
    }


def _person(name: str, biography: str) -> dict[str, str]:
    return {"name": name, "biography": biography} if biography else {"name": name}


def _named(talk: Talk) -> list[tuple[str, str]]:
    """Each person once, whatever they do in the session, with the biography if there is one."""
    named: dict[str, str] = {}
    for person in talk.people:
        name = one_line(person.name)
        named[name] = named.get(name) or clean(person.biography).strip()
    return list(named.items())
