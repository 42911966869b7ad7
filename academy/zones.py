"""Time zones: which names are known, how a zone and a moment in it are called."""

from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext_lazy as _

from academy.errors import Invalid


class UnknownZone(Invalid):
    """The text is no name of a time zone."""

    status = 400
    message = _("This time zone is not known. Use a name such as Europe/Vienna or Asia/Dhaka.")


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """The names that a person may choose, in alphabetical order: places, and UTC."""
    places = (
        name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/"))
    )
    return (*sorted(places), "UTC")


def zone_named(name: str) -> ZoneInfo:
    """The zone of this name.

    Raises:
        UnknownZone: the name is not known, or malformed.
    """
    if name not in zone_names():
        raise UnknownZone
    return ZoneInfo(name)


def place_of(zone: ZoneInfo) -> str:
    """The place that a zone is named after: "Dhaka" for Asia/Dhaka."""
    return zone.key.rsplit("/", 1)[-1].replace("_", " ")


CENTRAL = {
    "Europe/Vienna",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/Rome",
    "Europe/Zurich",
    "Europe/Madrid",
    "Europe/Brussels",
}


def zone_in_words(zone: ZoneInfo, moment: datetime) -> str:
    """How a zone is named next to a time, at this moment: "Central European Time" or "Dhaka time, UTC+6"."""
    if zone.key in CENTRAL:
        summer = bool(moment.astimezone(zone).dst())
        return str(_("Central European Summer Time") if summer else _("Central European Time"))
    if zone.key == "UTC":
        return "UTC"
    return str(
        _("%(place)s time, %(offset)s") % {"place": place_of(zone), "offset": offset_in_words(zone, moment)}
    )


def short_zone(zone: ZoneInfo, moment: datetime) -> str:
    """The shortest name of a zone at this moment: "CET", or "UTC+6" where it has no letters."""
    name = moment.astimezone(zone).tzname() or ""
    return name if name.isalpha() else offset_in_words(zone, moment)


def offset_in_words(zone: ZoneInfo, moment: datetime) -> str:
    """The distance from UTC at this moment: "UTC+5:30"."""
    minutes = int((moment.astimezone(zone).utcoffset() or timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02}" if rest else f"UTC{sign}{hours}"
