"""Times as an organiser types them: a date and a clock time in the academy's zone become one moment. Pure."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from academy.errors import Invalid
from academy.zones import place_of


class NoSuchTime(Invalid):
    """The clocks are put forward over this time: it does not exist on that day."""


class TwiceThatTime(Invalid):
    """The clocks are put back over this time: it happens twice on that day."""


def moment_at(day: date, clock_time: time, zone: ZoneInfo) -> datetime:
    """The moment, in UTC, at which a zone's clocks show this time on this day.

    Raises:
        NoSuchTime, TwiceThatTime: the clocks are changed, and no moment or two moments have this name.
    """
    first = datetime.combine(day, clock_time, zone)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    words = {
        "time": f"{clock_time:%H:%M}",
        "day": date_format(day, "j F Y"),
        "place": place_of(zone),
    }
    if first.astimezone(UTC).astimezone(zone).time() == clock_time:
        raise TwiceThatTime(
            _(
                "On %(day)s the clocks in %(place)s are put back, so %(time)s happens twice. "
                "Choose a time before or after the hour that is repeated."
            )
            % words
        )
    raise NoSuchTime(
        _(
            "On %(day)s the clocks in %(place)s are put forward, so %(time)s does not exist. "
            "Choose a time before or after the hour that is left out."
        )
        % words
    )


def nearest_moment(day: date, clock_time: time, zone: ZoneInfo) -> tuple[datetime, str]:
    """As `moment_at`, but where the clocks are changed the first of two moments, or the time as if they were not yet.

    RFC 5545 (section 3.3.5) reads such times in the same way. With the moment come words for the organiser, "" if the
    time has one moment.
    """
    found = datetime.combine(day, clock_time, zone).astimezone(UTC)
    try:
        moment_at(day, clock_time, zone)
    except TwiceThatTime:
        words = _("%(time)s happens twice on %(day)s, as the clocks are put back; the first is meant.")
    except NoSuchTime:
        words = _("%(time)s does not exist on %(day)s, as the clocks are put forward; it became %(instead)s.")
    else:
        return found, ""
    said = {
        "time": f"{clock_time:%H:%M}",
        "day": date_format(day, "j F Y"),
        "instead": f"{clock_of(found, zone):%H:%M}",
    }
    return found, words % said


def clock_of(moment: datetime, zone: ZoneInfo) -> time:
    """The time of day that a zone's clocks show at a moment."""
    return moment.astimezone(zone).time().replace(tzinfo=None, fold=0)


def goes_into_the_night(starts: time, ends: time) -> bool:
    """Whether an end before the start is meant for the next day: from an evening into the night, or to midnight."""
    return ends <= starts and (ends == time(0) or (starts >= time(18) and ends <= time(6)))
