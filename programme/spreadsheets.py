"""The programme as a table (CSV, XLSX): a row for each session, with its time in the academy's zone and in UTC."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from academy.spreadsheets import csv_table, sheet_name, xlsx_table
from programme.addresses import Addresses
from programme.cleaning import clean, one_line
from programme.entries import Entry, entries_of
from programme.exchange import links_of
from programme.models import Session, SessionRole
from programme.people import Shown, people_of

HEADINGS = (
    _("Day"),
    _("Date"),
    _("Starts"),
    _("Ends"),
    _("Starts (UTC)"),
    _("Ends (UTC)"),
    _("Minutes"),
    _("Title"),
    _("Subtitle"),
    _("Kind"),
    _("Part of"),
    _("Strand"),
    _("Hosts"),
    _("People"),
    _("Language"),
    _("Interpretation"),
    _("Description"),
    _("Points"),
    _("Guiding questions"),
    _("Footnote"),
    _("Materials"),
    _("Address"),
    _("Identifier"),
)
Row = tuple[str, ...]


def rows_of(content: dict[str, Any], shown: Mapping[str, Shown], to: Addresses) -> list[Row]:
    """A row for each session in the order of the programme, its cells in the order of the headings."""
    zone = ZoneInfo(content["edition"]["time_zone"])
    strands = {strand["slug"]: strand["title"] for strand in content["strands"]}
    return [
        _row(entry, zone, strands, shown, to)
        for entry in entries_of(content)
        if not entry.node.get("is_frame")
    ]


def csv_file(rows: list[Row]) -> bytes:
    """The table as CSV: UTF-8 with a byte order mark (spreadsheets ask for it), lines ended by CR LF."""
    return csv_table([str(heading) for heading in HEADINGS], rows)


def xlsx_file(rows: list[Row], title: str) -> bytes:
    """The table as a workbook with one sheet, its first line fixed."""
    name = sheet_name(title, otherwise=str(_("Programme")))
    return xlsx_table([str(heading) for heading in HEADINGS], rows, name)


def _row(
    entry: Entry, zone: ZoneInfo, strands: Mapping[str, str], shown: Mapping[str, Shown], to: Addresses
) -> Row:
    node = entry.node
    workshop = node.get("workshop") or {}
    questions = [question for part in workshop.get("parts", []) for question in part["questions"]]
    cells = (
        entry.day["title"],
        entry.date.isoformat(),
        _iso(entry.starts, zone),
        _iso(entry.ends, zone),
        _iso(entry.starts, UTC),
        _iso(entry.ends, UTC),
        str(entry.minutes) if entry.minutes is not None else "",
        one_line(node["title"]),
        one_line(node["subtitle"]),
        str(dict(Session.Kind.choices).get(node["kind"], node["kind"])),
        one_line(entry.parent.node["title"]) if entry.parent else "",
        strands.get(node["strand"] or "", ""),
        node["hosts"],
        _people(entry, shown),
        entry.language,
        ", ".join(entry.interpretation),
        node["description"],
        "\n".join(node["points"]),
        "\n".join(questions),
        node["footnote"],
        "\n".join(link.url for link in links_of(entry, to)),
        to.session(entry.slug),
        entry.id,
    )
    return tuple(clean(text) for text in cells)


def _people(entry: Entry, shown: Mapping[str, Shown]) -> str:
    roles = dict(SessionRole.Kind.choices)
    return "; ".join(
        f"{one_line(person.name)} ({roles.get(person.role, person.role)})"
        for person in people_of(entry.node, shown)
    )


def _iso(moment: datetime | None, zone: Any) -> str:
    return moment.astimezone(zone).isoformat(timespec="minutes") if moment else ""
