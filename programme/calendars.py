"""Calendars (RFC 5545, RFC 7986) of a release: all of it, what a filter leaves, one session, one person's. Pure.

What is an event: every session with a time of its own, and a day-long one for a session of which only the date is
known. Parts that run for as long as the session they belong to (panels, parallel groups) are named in its text and
become events of their own where they are asked for: by a filter, in a person's calendar, or alone.

A calendar is a copy that cannot be called back, so no participant is named in it, and it holds no link to a room: it
leads to the page of the link, which knows who comes and when.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import STATUS, TRANSP, Calendar, Conference, Event, vText

from programme.addresses import Addresses
from programme.agenda import PARALLEL
from programme.calendar_history import Trace
from programme.calendar_zone import rules_of
from programme.cleaning import one_line
from programme.entries import Entry, details, entries_of
from programme.models import Session

PRODUCT = "-//Academy//Programme//EN"
# How often a subscribed calendar should ask again.
REFRESH = timedelta(hours=1)
# The nearest names of CSS that RFC 7986 allows for the colours of strands.
COLOURS = {
    "teal": "teal",
    "ochre": "darkgoldenrod",
    "violet": "slateblue",
    "plum": "mediumvioletred",
    "slate": "slategray",
}


@dataclass(frozen=True)
class Subject:
    """What a calendar is of: its name, the address that it is fetched from, the academy's zone and dates."""

    name: str
    source: str
    zone: ZoneInfo
    starts: date
    ends: date


def calendar_of(
    subject: Subject,
    entries: Iterable[Entry],
    content: dict[str, Any],
    traces: Mapping[str, Trace],
    to: Addresses,
) -> bytes:
    """The calendar file: UTF-8, lines ended by CR LF and folded at 75 bytes.

    Args:
        entries: what becomes an event, from `events_of`, `events_for` or any others; lost ones come as cancelled.
        content: of the newest release, for the names and colours of its strands.
        traces: from `programme.calendar_history` up to that release.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # Other spellings of the same, for programs older than RFC 7986.
    for key in ("name", "x-wr-calname"):
        calendar.add(key, vText(one_line(subject.name)))
    calendar.add("x-wr-timezone", vText(subject.zone.key))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText(f"PT{int(REFRESH.total_seconds()) // 3600}H"))
    calendar.add("source", subject.source, parameters={"VALUE": "URI"})
    shown = list(entries)
    years = {subject.starts.year, subject.ends.year, *(entry.date.year for entry in shown)}
    years |= {moment.year for entry in shown for moment in (entry.starts, entry.ends) if moment}
    calendar.add_component(rules_of(subject.zone.key, min(years), max(years)))
    strands = {strand["slug"]: strand for strand in content["strands"]}
    for entry in shown:
        calendar.add_component(_event(entry, traces[entry.id], strands, subject.zone, to))
    return bytes(calendar.to_ical())


def events_of(content: dict[str, Any], traces: Mapping[str, Trace]) -> list[Entry]:
    """What a calendar of (sifted) content holds: times of their own, and parts that were asked for by themselves."""
    events = []
    for entry in entries_of(content):
        is_asked_for = entry.parent is not None and entry.parent.node.get("is_frame")
        if not entry.node.get("is_frame") and (entry.has_own_time or is_asked_for):
            events.append(traces[entry.id].lost or entry)
    return events


def events_for(content: dict[str, Any], traces: Mapping[str, Trace], wanted: frozenset[str]) -> list[Entry]:
    """The sessions with these ids, those that were cancelled among them."""
    kept = [entry for entry in entries_of(content) if entry.id in wanted]
    return kept + [trace.lost for key, trace in traces.items() if trace.lost and key in wanted]


def with_lost(content: dict[str, Any], traces: Mapping[str, Trace]) -> dict[str, Any]:
    """The content and the sessions that were cancelled, so that the same filters apply to all of them.

    Parts without a time of their own are left out: nobody has them in a calendar of the whole.
    """
    lost = [trace.lost for trace in traces.values() if trace.lost and trace.lost.has_own_time]
    days = [{**entry.day, "sessions": [entry.node]} for entry in lost]
    return {**content, "days": [*content["days"], *days]}


def _event(
    entry: Entry, trace: Trace, strands: Mapping[str, dict[str, Any]], zone: ZoneInfo, to: Addresses
) -> Event:
    event = Event()
    event.add("uid", vText(trace.uid))
    event.add("sequence", trace.sequence)
    event.add("dtstamp", trace.changed_at)
    event.add("last-modified", trace.changed_at)
    _add_times(event, entry, zone)
    event.add("summary", vText(entry.full_title))
    if words := details(entry):
        event.add("description", vText(words))
    event.add("status", STATUS.CANCELLED if trace.lost else STATUS.CONFIRMED)
    takes_time = entry.starts is not None and entry.node["kind"] != Session.Kind.BREAK and not trace.lost
    event.add("transp", TRANSP.OPAQUE if takes_time else TRANSP.TRANSPARENT)
    _add_strand(event, strands.get(entry.node["strand"] or ""))
    if trace.lost is None:
        event.add("url", to.session(entry.slug))
        if _has_a_room(entry):
            event.add("location", vText(_("Online")))
            event.conferences = [Conference(to.join(entry.slug), feature="VIDEO", label=_("How to join"))]
    return event


def _has_a_room(entry: Entry) -> bool:
    """Whether people meet in this session itself: not in a break, nor where parallel rooms are all that there is."""
    kinds = {child["kind"] for child in entry.node["children"]}
    return entry.node["kind"] != Session.Kind.BREAK and not (kinds and kinds <= PARALLEL)


def _add_times(event: Event, entry: Entry, zone: ZoneInfo) -> None:
    if entry.starts is None:
        event.add("dtstart", entry.date)
        event.add("dtend", entry.date + timedelta(days=1))
        return
    event.add("dtstart", _local(entry.starts, zone))
    if entry.ends:
        event.add("dtend", _local(entry.ends, zone))


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment in the academy's zone; in UTC in the hours that the clock there shows twice.

    A time that occurs twice means the first of both (RFC 5545, section 3.3.5), but not every program knows it.
    """
    local = moment.astimezone(zone)
    is_twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return moment.astimezone(UTC) if is_twice else local


def _add_strand(event: Event, strand: dict[str, Any] | None) -> None:
    if strand:
        event.add("categories", [one_line(strand["title"])])
        if colour := COLOURS.get(strand["colour"]):
            event.add("color", vText(colour))
