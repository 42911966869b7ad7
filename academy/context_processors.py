"""What every template may ask for."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest

from academy import clock
from academy.zones import place_of, zone_in_words


def academy(request: HttpRequest) -> dict[str, Any]:
    """The edition of the address, the viewer's registration, roles and zone, and the present moment."""
    edition, zone, present = getattr(request, "edition", None), getattr(request, "zone", None), clock.now()
    return {
        "edition": edition,
        "participant": getattr(request, "participant", None),
        "roles": getattr(request, "roles", frozenset()),
        "zone": zone,
        "zone_place": place_of(zone) if zone else "",
        "zone_words": zone_in_words(ZoneInfo(edition.time_zone), present) if edition else "",
        "now": present,
    }
