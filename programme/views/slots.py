"""The rows of the agenda as HTML: made once for everybody, and made again only where they are somebody's own."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from cachetools import LRUCache
from django.http import HttpRequest
from django.template.loader import render_to_string

from programme.agenda import AgendaDay, Row, agenda_days, next_row
from programme.models import Release


@dataclass(frozen=True)
class Slot:
    """A row with the ids of all that stands in it."""

    row: Row
    ids: frozenset[str]
    context: Mapping[str, Any]
    html: str


@dataclass(frozen=True)
class ShownDay:
    """A day of the agenda with its rows as HTML."""

    day: AgendaDay
    slots: list[Slot]


Key = tuple[object, ...]
# A head repeats its address in every link: one that a long query made is not kept.
LARGEST_HEAD = 100_000
# How long before a session its link stands in the agenda.
SOON = timedelta(hours=1)
# What a process keeps, in characters; an entry that is larger than all is not kept.
_days: LRUCache[Key, list[ShownDay]] = LRUCache(
    24_000_000, getsizeof=lambda days: 1_000 + sum(len(slot.html) for day in days for slot in day.slots)
)
_personal: LRUCache[Key, str] = LRUCache(8_000_000, getsizeof=len)
_falling: LRUCache[Key, list[AgendaDay]] = LRUCache(32)
_heads: LRUCache[Key, str] = LRUCache(4_000_000, getsizeof=len)
_guard = Lock()


def head(key: Key, context: Callable[[], dict[str, Any]], request: HttpRequest) -> str:
    """What stands above the days (versions, tabs, filters), made once for everybody to whom it is the same."""
    with _guard:
        html = _heads.get(key)
    if html is None:
        html = render_to_string("programme/agenda_head.html", context(), request)
        with _guard:
            if len(html) < LARGEST_HEAD:
                _heads[key] = html
    return html


def days_of(release: Release, zone: ZoneInfo) -> list[AgendaDay]:
    """The days of a release as they fall in a zone: to be read, never changed."""
    key = (release.pk, release.digest, zone.key)
    with _guard:
        days = _falling.get(key)
    if days is None:
        days = agenda_days(release.content, zone)
        with _guard:
            _falling[key] = days
    return days


def minute_of(moment: datetime) -> int:
    """The minutes since 1970: what tells one state of "now" from the next."""
    return int(moment.timestamp() // 60)


def known_days(key: Key) -> list[ShownDay] | None:
    """The days that were made for this question before, if this process still has them."""
    with _guard:
        return _days.get(key)


def keep_days(key: Key, days: list[ShownDay]) -> None:
    with _guard:
        if _days.getsizeof(days) < _days.maxsize:
            _days[key] = days


def made_days(days: list[AgendaDay], common: Mapping[str, Any]) -> list[ShownDay]:
    """The days as a visitor sees them.

    Args:
        common: what every row's template needs: edition, zones, present, base (address of the sessions), may_star.
    """
    now_row = next_row(days, common["present"])
    shown = []
    for day in days:
        slots = []
        for row in day.rows:
            context = {
                **common,
                "row": row,
                "day": day,
                "is_now": row is now_row,
                "is_near": _is_near(row, common["present"]),
            }
            slots.append(Slot(row, _ids(row), context, _html(context, frozenset(), frozenset())))
        shown.append(ShownDay(day, slots))
    return shown


def _is_near(row: Row, present: datetime) -> bool:
    """Whether what starts in this row begins within the hour or goes on, so that people look for the way in."""
    return bool(row.starts and row.ends and row.starts - SOON <= present < row.ends)


def personal_days(days: list[ShownDay], own: frozenset[str], starred: frozenset[str]) -> list[ShownDay]:
    """The days with what is this person's own marked: only the rows that hold something of it are made again.

    Rows are shared between people of the same group with the same stars.
    """
    touched = own | starred
    return [
        replace(
            day,
            slots=[
                replace(slot, html=_personal_html(slot, own, starred)) if slot.ids & touched else slot
                for slot in day.slots
            ],
        )
        for day in days
    ]


def _personal_html(slot: Slot, own: frozenset[str], starred: frozenset[str]) -> str:
    key = (slot.html, own & slot.ids, starred & slot.ids)
    with _guard:
        html = _personal.get(key)
    if html is None:
        html = _html(slot.context, own, starred)
        with _guard:
            _personal[key] = html
    return html


def _ids(row: Row) -> frozenset[str]:
    found: set[str] = set()

    def collect(items: list[dict[str, Any]]) -> None:
        for item in items:
            found.add(item["id"])
            collect(item["children"])

    collect(row.items)
    return frozenset(found)


def _html(context: Mapping[str, Any], own: frozenset[str], starred: frozenset[str]) -> str:
    return render_to_string("programme/slot.html", {**context, "own": own, "starred": starred})
