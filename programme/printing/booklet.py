"""A release as a PDF. What the programme says is handed to Typst as data, never as markup."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from academy.languages import in_words
from academy.paper import typeset
from academy.zones import zone_in_words
from programme.agenda import AgendaDay, Row, agenda_days
from programme.cleaning import clean, one_line
from programme.people import Shown, people_of

SOURCE = Path(__file__).parent / "agenda.typ"


def booklet(
    content: dict[str, Any], *, label: str, zone: ZoneInfo, address: str, people: dict[str, Shown]
) -> bytes:
    """The programme of a release as PDF bytes.

    Args:
        zone: in which the times are.
        address: where it is to be read online, for the foot of each page.
        people: as `programme.people.shown_people` gives it.
    """
    days = agenda_days(content, zone)
    data = {
        "title": one_line(content["edition"]["title"]),
        "subtitle": date_range(days),
        "label": one_line(label),
        "zone": _("times in %(zone)s") % {"zone": zone_in_words(zone, days[0].noon)} if days else "",
        "address": address,
        "language": (get_language() or "en").split("-")[0],
        "words": {"page": _("page")},
        "days": [_day(day, people) for day in days],
    }
    return typeset(SOURCE, "programme", data)


def date_range(days: list[AgendaDay]) -> str:
    """From the first to the last day: "1 February 2022 – 8 February 2022"."""
    if not days:
        return ""
    first, last = (date_format(day.date, "j F Y") for day in (days[0], days[-1]))
    return first if first == last else f"{first} – {last}"


def _day(day: AgendaDay, people: dict[str, Shown]) -> dict[str, Any]:
    return {
        "date": date_format(day.date, "l j F Y"),
        "title": one_line("; ".join(title["title"] for title in day.titles)),
        "colour": day.colour,
        "rows": [
            {
                "time": _times(row, day),
                "items": [_item(item, people) for item in row.items],
                "running": [_running(item, day) for item in row.running],
            }
            for row in day.rows
        ],
    }


def _times(row: Row, day: AgendaDay) -> str:
    if row.starts is None:
        return ""
    starts = f"{row.starts.astimezone(day.zone):%H:%M}"
    return f"{starts}–{row.ends.astimezone(day.zone):%H:%M}" if row.ends else starts


def _running(item: dict[str, Any], day: AgendaDay) -> str:
    said = _("%(title)s goes on until %(time)s")
    return said % {"time": f"{item['until'].astimezone(day.zone):%H:%M}", "title": one_line(item["title"])}


def _item(item: dict[str, Any], people: dict[str, Shown]) -> dict[str, Any]:
    workshop = item.get("workshop") or {}
    said = [item["hosts"], *(f"{who.name} ({who.role})" for who in people_of(item, people))]
    said.append(in_words(filter(None, [item.get("language", ""), *item.get("interpretation", ())])))
    if item["minutes"] is not None:
        said.append(_("%(minutes)s minutes") % {"minutes": item["minutes"]})
    return {
        "kind": item["kind"],
        "colour": item["colour"],
        "title": one_line(item["title"]),
        "subtitle": one_line(item["subtitle"]),
        "description": clean(item["description"]),
        "details": [one_line(words) for words in said if words],
        "points": [one_line(point) for point in item["points"]],
        "parts": [
            {
                "title": one_line(f"{part['letter']}: {part['title']}"),
                "questions": [one_line(question) for question in part["questions"]],
            }
            for part in workshop.get("parts", [])
        ],
        "children": [_item(child, people) for child in item["children"]],
        "footnote": clean(item["footnote"]),
    }
