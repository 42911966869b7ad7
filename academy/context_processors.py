"""What every template may ask for."""

from typing import Any

from django.http import HttpRequest

from academy import clock
from academy.zones import zone_names


def academy(request: HttpRequest) -> dict[str, Any]:
    """The edition of the address, the viewer's registration, roles and zone, and the present moment."""
    return {
        "edition": getattr(request, "edition", None),
        "participant": getattr(request, "participant", None),
        "roles": getattr(request, "roles", frozenset()),
        "zone": getattr(request, "zone", None),
        "zone_names": zone_names(),
        "now": clock.now(),
    }
