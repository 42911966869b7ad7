"""Times in templates: always a <time> with the moment, shown in a named zone."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django import template
from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from academy.zones import place_of, zone_in_words

register = template.Library()


@register.simple_tag
def clock_time(moment: datetime, zone: ZoneInfo, css: str = "at") -> SafeString:
    """The time of day in a zone: <time class="at" datetime="…">13:30</time>."""
    local = moment.astimezone(zone)
    return format_html(
        '<time class="{}" datetime="{}">{}</time>', css, moment.astimezone(UTC).isoformat(), f"{local:%H:%M}"
    )


@register.simple_tag
def yours_time(moment: datetime, zone: ZoneInfo, academy_day: date) -> SafeString:
    """The time in the viewer's other zone, with the weekday when it is another day there."""
    local = moment.astimezone(zone)
    words = f"{local:%H:%M}"
    if local.date() != academy_day:
        words = f"{date_format(local, 'D')} {words}"
    return format_html(
        '<time class="at at-yours" datetime="{}">{}</time>', moment.astimezone(UTC).isoformat(), words
    )


@register.simple_tag
def day_and_time(moment: datetime, zone: ZoneInfo) -> SafeString:
    """Date and time in a zone: "Wed 2 Feb 2022, 13:30"."""
    local = moment.astimezone(zone)
    words = f"{date_format(local, 'D j M Y')}, {local:%H:%M}"
    return format_html('<time datetime="{}">{}</time>', moment.astimezone(UTC).isoformat(), words)


@register.filter
def place(zone: ZoneInfo) -> str:
    """The place that a zone is named after."""
    return place_of(zone)


@register.simple_tag
def zone_words(zone: ZoneInfo, moment: datetime) -> str:
    """How a zone is named next to a time, at this moment."""
    return zone_in_words(zone, moment)


@register.filter
def day_in(moment: datetime, zone: ZoneInfo) -> date:
    """The calendar day that a moment falls on in a zone."""
    return moment.astimezone(zone).date()


@register.filter
def moment(text: str | None) -> datetime | None:
    """The moment that a release's text says."""
    return datetime.fromisoformat(text) if text else None


@register.simple_tag
def zone_options() -> SafeString:
    """The places that one can choose from, as options of a select; made once for each language."""
    return _zone_options(get_language() or "")


@lru_cache(maxsize=32)
def _zone_options(_language: str) -> SafeString:
    return render_to_string("includes/zone_options.html")
