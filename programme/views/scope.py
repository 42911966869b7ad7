"""What the pages of the programme share: in which zones they show their times."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from academy.models import Edition
from academy.requests import EditionRequest


@dataclass(frozen=True)
class Zones:
    """In which zone a page shows times first, and in which one beside it (None: no other)."""

    first: ZoneInfo
    second: ZoneInfo | None
    academy: ZoneInfo


def zones_of(request: EditionRequest, edition: Edition) -> Zones:
    """The academy's zone first, the viewer's beside it; the other way round if the viewer chose that, or `?times=mine`.

    `?times=academy` shows the academy's first whatever was chosen.
    """
    academy, mine = ZoneInfo(edition.time_zone), request.zone
    if mine is None or mine.key == academy.key:
        return Zones(academy, None, academy)
    asked = request.GET.get("times")
    if asked == "mine" or (request.zone_first and asked != "academy"):
        return Zones(mine, academy, academy)
    return Zones(academy, mine, academy)
