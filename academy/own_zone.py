"""The time zone that somebody chose: kept with the account, so that their mails name times in it, too."""

from academy.models import User
from academy.zones import zone_named


def keep_zone(user: User, name: str) -> None:
    """Keep the zone that somebody chose to see times in; none is a choice, too.

    Raises:
        UnknownZone
    """
    user.time_zone = zone_named(name).key if name else ""
    user.save(update_fields=["time_zone"])
