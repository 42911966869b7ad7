"""What search engines and link previews are told of pages: schema.org in JSON-LD, and Open Graph. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language, to_locale

from programme.addresses import Addresses
from programme.agenda import moment
from programme.cleaning import one_line
from programme.entries import Entry, details, entries_of
from programme.models import Session, SessionRole
from programme.people import Shown, people_of

CONTEXT = "https://schema.org"
# A programme of more sessions than this is told by its days, so that its page stays light.
MANY = 100
PERFORMERS = frozenset({SessionRole.Kind.SPEAKER, SessionRole.Kind.PANELLIST, SessionRole.Kind.MODERATOR})
LONGEST = 200

Value = dict[str, Any]


@dataclass(frozen=True)
class Card:
    """How a page appears where its address is shared."""

    title: str
    description: str
    url: str
    site: str

    @property
    def locale(self) -> str:
        """The language of the page as Open Graph writes it: "en_GB"."""
        return to_locale(get_language() or settings.LANGUAGE_CODE)


def edition_event(content: dict[str, Any], to: Addresses) -> Value:
    """The whole academy as an event, with its sessions (or the days of a long programme) as parts of it."""
    edition = content["edition"]
    zone = ZoneInfo(edition["time_zone"])
    entries = entries_of(content)
    top = [entry for entry in entries if entry.parent is None and entry.node["kind"] != Session.Kind.BREAK]
    times = [time for entry in entries for time in (entry.starts, entry.ends) if time]
    languages = sorted({language for entry in entries for language in _languages(entry)})
    parts = [_brief(entry, zone, to) for entry in top] if len(top) <= MANY else _days(content, zone, to)
    return {
        "@context": CONTEXT,
        **_online(to.programme),
        "name": one_line(edition["title"]),
        **_period(times, [date.fromisoformat(day["date"]) for day in content["days"]], edition, zone),
        **({"inLanguage": languages} if languages else {}),
        "subEvent": parts,
    }


def session_event(entry: Entry, content: dict[str, Any], shown: Mapping[str, Shown], to: Addresses) -> Value:
    """A session as an event: part of the academy or of another session, with its people as they may be shown."""
    zone = ZoneInfo(content["edition"]["time_zone"])
    whole = {"@type": "Event", "@id": to.programme, "name": one_line(content["edition"]["title"])}
    within = {**whole, "url": to.programme, "startDate": content["edition"]["starts"]}
    if entry.parent:
        within = _brief(entry.parent, zone, to)
    names = [p.name for p in people_of(entry.node, shown) if p.role in PERFORMERS]
    parts = [child for child in entries_of(content) if child.parent and child.parent.id == entry.id]
    description = one_line(details(entry))
    languages = _languages(entry)
    return {
        "@context": CONTEXT,
        **_brief(entry, zone, to),
        **({"description": description} if description else {}),
        **({"inLanguage": languages} if languages else {}),
        "superEvent": within,
        **({"subEvent": [_brief(child, zone, to) for child in parts]} if parts else {}),
        **(
            {"performer": [{"@type": "Person", "name": one_line(name)} for name in dict.fromkeys(names)]}
            if names
            else {}
        ),
    }


def edition_card(content: dict[str, Any], description: str, to: Addresses) -> Card:
    """The card of the programme; `description` is what the edition says of itself."""
    title = one_line(content["edition"]["title"])
    return Card(title, shortened(description), to.programme, title)


def session_card(entry: Entry, content: dict[str, Any], to: Addresses) -> Card:
    """The card of a session."""
    description = shortened(entry.node["description"] or details(entry))
    return Card(entry.full_title, description, to.session(entry.slug), one_line(content["edition"]["title"]))


def shortened(text: str) -> str:
    """The text in one line of at most 200 characters, ended between words."""
    line = one_line(text)
    if len(line) <= LONGEST:
        return line
    start = line[: LONGEST - 1]
    return (start.rpartition(" ")[0] or start) + "…"


def _period(times: list[datetime], days: list[date], edition: Value, zone: ZoneInfo) -> Value:
    """When the academy begins and ends: to the minute if its first and last day have times, else to the day."""
    first, last = (days[0], days[-1]) if days else (None, None)
    opens = min(times) if times and min(times).astimezone(zone).date() == first else None
    closes = max(times) if times and max(times).astimezone(zone).date() >= (last or date.max) else None
    return {
        "startDate": _said(opens, zone) if opens else str(first or edition["starts"]),
        "endDate": _said(closes, zone) if closes else str(last or edition["ends"]),
    }


def _brief(entry: Entry, zone: ZoneInfo, to: Addresses) -> Value:
    brief = {**_online(to.session(entry.slug)), "name": entry.full_title}
    brief["startDate"] = _said(entry.starts, zone) if entry.starts else entry.date.isoformat()
    if entry.ends:
        brief["endDate"] = _said(entry.ends, zone)
    return brief


def _days(content: dict[str, Any], zone: ZoneInfo, to: Addresses) -> list[Value]:
    days = []
    for day in content["days"]:
        times = [
            time
            for item in day["sessions"]
            for time in (moment(item["starts"]), moment(item["ends"]))
            if time
        ]
        days.append(
            {
                **_online(f"{to.programme}?day={day['date']}"),
                "name": one_line(day["title"]),
                "startDate": _said(min(times), zone) if times else day["date"],
                "endDate": _said(max(times), zone) if times else day["date"],
            }
        )
    return days


def _online(url: str) -> Value:
    """What every event here has in common: it takes place online, at its address."""
    return {
        "@type": "Event",
        "@id": url,
        "url": url,
        "eventAttendanceMode": f"{CONTEXT}/OnlineEventAttendanceMode",
        "eventStatus": f"{CONTEXT}/EventScheduled",
        "location": {"@type": "VirtualLocation", "url": url},
    }


def _said(time: datetime, zone: ZoneInfo) -> str:
    return time.astimezone(zone).isoformat()


def _languages(entry: Entry) -> list[str]:
    """The languages in which a session can be followed, the spoken one first."""
    return [language for language in dict.fromkeys((entry.language, *entry.interpretation)) if language]
