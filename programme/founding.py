"""An edition begun with what an outline says of the academy as a whole."""

from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from academy.errors import Invalid
from academy.history import record
from academy.models import Edition
from academy.zones import zone_named
from programme.edits import insist_on_fields
from programme.outline.values import Outline


@transaction.atomic
def found_edition(outline: Outline, *, slug: str, time_zone: str) -> Edition:
    """Make an edition without a programme, for the administrator's shell; the first one is the current edition.

    Raises:
        Invalid: there is one of this address, the outline has no title or no days, or the zone is not known.
    """
    if Edition.objects.filter(slug=slug).exists():
        raise Invalid(_("There is an edition “%(slug)s” already.") % {"slug": slug})
    if not (outline.title and outline.days):
        raise Invalid(_("An edition begins with a title and days; this outline lacks one of them."))
    zone: ZoneInfo = zone_named(time_zone)
    dates = [day.date for day in outline.days]
    edition = Edition(
        slug=slug,
        title=outline.title,
        subtitle=outline.subtitle,
        motto=outline.motto,
        introduction=outline.introduction,
        aims=outline.aims,
        starts=min(dates),
        ends=max(dates),
        time_zone=zone.key,
        is_current=not Edition.objects.exists(),
    )
    insist_on_fields(edition)
    edition.save(force_insert=True)
    record(edition, "edition begun", edition, by=None)
    return edition
