"""The rules of a time zone as calendars carry them (VTIMEZONE, RFC 5545 section 3.6.5). Pure.

Each change of the clock is told by the local time that showed when it came, in the offset before it. The generator of
the `icalendar` package tells it in the offset after it in spring, so that strict readers are an hour late for an hour.
"""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard

# No zone changes its clock twice within this time.
STEP = timedelta(hours=12)


@lru_cache(maxsize=64)
def rules_of(name: str, first_year: int, last_year: int) -> Timezone:
    """The rules of a zone for these years and the two beside them."""
    zone = ZoneInfo(name)
    first = datetime(max(first_year - 1, 2), 1, 1, tzinfo=UTC)
    last = datetime(min(last_year + 2, 9998), 1, 1, tzinfo=UTC)
    rules = Timezone()
    rules.add("tzid", name)
    told: defaultdict[tuple[timedelta, timedelta, str, bool], list[datetime]] = defaultdict(list)
    for moment in [first, *changes(zone, first, last)]:
        local = moment.astimezone(zone)
        after = _offset(moment, zone)
        before = after if moment == first else _offset(moment - timedelta(seconds=1), zone)
        shown = (moment + before).replace(tzinfo=None)
        told[before, after, local.tzname() or name, bool(local.dst())].append(shown)
    for (before, after, words, is_summer), starts in told.items():
        part = TimezoneDaylight() if is_summer else TimezoneStandard()
        part.DTSTART = starts[0]
        part.TZOFFSETFROM, part.TZOFFSETTO = before, after
        part.add("tzname", words)
        if starts[1:]:
            part.add("rdate", starts[1:])
        rules.add_component(part)
    return rules


def changes(zone: ZoneInfo, first: datetime, last: datetime) -> list[datetime]:
    """The moments between two others at which a zone's offset changes, in UTC."""
    found = []
    moment = first
    while moment < last:
        if _offset(moment, zone) != _offset(moment + STEP, zone):
            found.append(_change_after(moment, zone))
        moment += STEP
    return found


def _change_after(moment: datetime, zone: ZoneInfo) -> datetime:
    """The second at which the offset changes within the step that begins here."""
    before, low, high = _offset(moment, zone), 0, int(STEP.total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(moment + timedelta(seconds=middle), zone) == before:
            low = middle
        else:
            high = middle
    return moment + timedelta(seconds=high)


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
