"""Loading an edition's programme from a data file of the project."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from academy.models import Edition
from programme.models import Day, Session, Strand


@transaction.atomic
def load_programme(data: dict[str, Any]) -> Edition:
    """Make an edition with its strands, days and sessions; times are read in the edition's zone.

    Args:
        data: the value of an `edition-*.json`.
    """
    zone = ZoneInfo(data["time_zone"])
    edition = Edition.objects.create(
        slug=data["slug"],
        title=data["title"],
        subtitle=data["subtitle"],
        motto=data["motto"],
        introduction=data["introduction"],
        aims=data["aims"],
        starts=date.fromisoformat(data["starts"]),
        ends=date.fromisoformat(data["ends"]),
        time_zone=data["time_zone"],
        registration_opens=_midnight(data["released_on"], zone),
        registration_closes=datetime.combine(date.fromisoformat(data["ends"]), time(23, 59), zone),
        is_current=not Edition.objects.exists(),
    )
    strands = {
        strand["slug"]: Strand.objects.create(edition=edition, position=position, **strand)
        for position, strand in enumerate(data["strands"])
    }
    for entry in data["days"]:
        day = Day.objects.create(
            edition=edition,
            strand=strands.get(entry["strand"] or ""),
            date=date.fromisoformat(entry["date"]),
            slug=entry["slug"],
            title=entry["title"],
            short_title=entry["short_title"],
            colour=entry["colour"],
            aim=entry["aim"],
        )
        for position, session in enumerate(entry["sessions"]):
            _load_session(session, day=day, parent=None, position=position, strands=strands, zone=zone)
    return edition


def _load_session(
    entry: dict[str, Any],
    *,
    day: Day,
    parent: Session | None,
    position: int,
    strands: dict[str, Strand],
    zone: ZoneInfo,
) -> None:
    """Make a session and its children; a child without times of its own has none."""
    workshop = entry.get("workshop")
    session = Session.objects.create(
        edition=day.edition,
        day=day,
        parent=parent,
        strand=strands[workshop["strand"]] if workshop else (parent.strand if parent else day.strand),
        kind=entry["kind"],
        slug=entry["slug"],
        title=entry["title"],
        subtitle=entry.get("subtitle", ""),
        description=entry.get("description", ""),
        footnote=entry.get("footnote", ""),
        hosts=entry.get("hosts", ""),
        points=entry.get("points", []),
        position=position,
        starts_at=_moment(day.date, entry.get("start"), zone),
        ends_at=_moment(day.date, entry.get("end"), zone),
        minutes=entry.get("minutes"),
    )
    for child_position, child in enumerate(entry.get("children", [])):
        _load_session(child, day=day, parent=session, position=child_position, strands=strands, zone=zone)


def _moment(day: date, clock_time: str | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time.fromisoformat(clock_time), zone) if clock_time else None


def _midnight(day: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(day), time(), zone)
