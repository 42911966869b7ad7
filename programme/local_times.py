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


def clock_of(moment: datetime, zone: ZoneInfo) -> time:
    """The time of day that a zone's clocks show at a moment."""
    return moment.astimezone(zone).time().replace(tzinfo=None, fold=0)


def goes_into_the_night(starts: time, ends: time) -> bool:
    """Whether an end before the start is meant for the next day: from an evening into the night, or to midnight."""
    return ends <= starts and (ends == time(0) or (starts >= time(18) and ends <= time(6)))
