"""A conference schedule as schedule.xml, in the form that frab began. Pure."""

from xml.etree.ElementTree import Element, SubElement, tostring

from programme.cleaning import one_line
from programme.exchange import Schedule, ScheduleDay, Talk, hours_and_minutes


def schedule_xml(schedule: Schedule) -> bytes:
    """The file, in UTF-8 with its declaration."""
    root = Element("schedule")
    _say(root, "version", schedule.version)
    conference = SubElement(root, "conference")
    _say(conference, "title", schedule.title)
    _say(conference, "acronym", schedule.acronym)
    _say(conference, "start", schedule.starts.isoformat())
    _say(conference, "end", schedule.ends.isoformat())
    _say(conference, "days", str(len(schedule.days)))
    _say(conference, "timeslot_duration", hours_and_minutes(schedule.slot))
    for day in schedule.days:
        _add_day(root, day)
    file: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return file


def _add_day(root: Element, day: ScheduleDay) -> None:
    said = SubElement(
        root,
        "day",
        index=str(day.index),
        date=day.date.isoformat(),
        start=day.starts.isoformat(),
        end=day.ends.isoformat(),
    )
    for name, talks in day.rooms.items():
        room = SubElement(said, "room", name=name)
        for talk in talks:
            _add_event(room, talk)


def _add_event(room: Element, talk: Talk) -> None:
    event = SubElement(room, "event", id=str(talk.id), guid=talk.entry.id)
    texts = {
        "room": talk.room,
        "title": one_line(talk.entry.node["title"]),
        "subtitle": one_line(talk.entry.node["subtitle"]),
        "type": talk.entry.node["kind"],
        "date": talk.starts.isoformat(),
        "start": f"{talk.starts:%H:%M}",
        "duration": talk.duration,
        "abstract": talk.abstract,
        "slug": talk.slug,
        "track": talk.track,
        "language": talk.entry.language,
        "description": talk.description,
    }
    for name, text in texts.items():
        _say(event, name, text)
    persons = SubElement(event, "persons")
    for name in dict.fromkeys(one_line(person.name) for person in talk.people):
        _say(persons, "person", name)
    links = SubElement(event, "links")
    _say(links, "link", talk.url, href=talk.url)
    for link in talk.links:
        _say(links, "link", link.title, href=link.url)


def _say(parent: Element, name: str, text: str, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = text
