"""Loading a whole edition from a data file of the project, through all apps."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from academy.management.content import content
from academy.models import Edition
from programme.loading import load_programme
from programme.releases import release
from workshops.loading import load_workshops


@transaction.atomic
def load_edition(slug: str) -> tuple[Edition, bool]:
    """Load an edition and release its programme; an edition that exists is left exactly as it is.

    Returns:
        The edition, and whether it was loaded now.

    Raises:
        FileNotFoundError: the project has no data of such an edition.
    """
    data = content(f"edition-{slug}")
    known = Edition.objects.filter(slug=data["slug"]).first()
    if known:
        return known, False
    edition = load_programme(data)
    load_workshops(edition, data)
    released_at = datetime.fromisoformat(data["released_on"]).replace(
        hour=12, tzinfo=ZoneInfo(data["time_zone"])
    )
    release(edition, label=data["programme_label"], by=None, at=released_at)
    return edition, True
