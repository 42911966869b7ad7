"""What every template may ask for."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from academy import clock
from academy.models import Edition
from academy.permissions import participation, roles_of
from academy.second_factor import lacks_second_factor
from academy.zones import place_of, short_zone, zone_in_words


def academy(request: HttpRequest) -> dict[str, Any]:
    """The edition, the viewer's registration, roles and zone, and the present moment.

    Where the address names no edition (an account, an error), it is the current one; it is looked up if it is shown.
    """
    edition: Any = getattr(request, "edition", None)
    participant: Any = getattr(request, "participant", None)
    roles: Any = getattr(request, "roles", frozenset())
    zone, present, user = getattr(request, "zone", None), clock.now(), getattr(request, "user", None)
    if edition is None:
        found: Any = SimpleLazyObject(_current_edition)
        participant = SimpleLazyObject(lambda: participation(user, found) if found else None)
        roles = SimpleLazyObject(lambda: roles_of(user, found) if found else frozenset())
        edition = found
    return {
        "edition": edition,
        "participant": participant,
        "roles": roles,
        "needs_second_factor": lambda: bool(edition) and lacks_second_factor(user, edition),
        "zone": zone,
        "zone_place": place_of(zone) if zone else "",
        "zone_words": lambda: zone_in_words(ZoneInfo(edition.time_zone), present) if edition else "",
        "zone_short": lambda: short_zone(ZoneInfo(edition.time_zone), present) if edition else "",
        "now": present,
    }


def _current_edition() -> Edition | None:
    """The current edition; none if there is none, or if the database does not answer."""
    try:
        return Edition.objects.current()
    except DatabaseError:
        return None
