"""The picture that stands beside a shared address (Open Graph, https://ogp.me): title, subtitle and dates, no names."""

from pathlib import Path
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from academy.models import Edition
from academy.paper import drawn
from programme.agenda import agenda_days
from programme.cleaning import one_line
from programme.models import Release
from programme.printing.booklet import date_range

SOURCE = Path(__file__).parent / "card.typ"
WIDTH, HEIGHT = 1200, 630


def picture(edition: Edition, release: Release) -> bytes:
    """The picture as PNG, `WIDTH` by `HEIGHT` pixels."""
    days = agenda_days(release.content, ZoneInfo(edition.time_zone))
    data = {
        "title": one_line(edition.title),
        "subtitle": one_line(edition.subtitle),
        "dates": date_range(days),
        "language": (get_language() or "en").split("-")[0],
    }
    return drawn(SOURCE, "card", data)
