"""What the programme tells letters: its sessions and times, whose they are, calendar entries, and new versions."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from academy.mail.posting import address_of
from academy.mail.sessions import News, SessionFacts
from academy.models import Edition
from programme.addresses import Addresses
from programme.calendar_history import traces_up_to
from programme.calendars import Subject, calendar_of
from programme.cleaning import one_line
from programme.entries import Entry, entries_of
from programme.models import Release
from programme.releases import current_release


def sessions_for_mail(edition: Edition) -> dict[str, SessionFacts]:
    """{key: session} of the newest release, in the order of the programme."""
    release = current_release(edition)
    return {entry.id: _facts(entry, edition) for entry in entries_of(release.content)} if release else {}


def _facts(entry: Entry, edition: Edition) -> SessionFacts:
    return SessionFacts(
        id=entry.id,
        title=entry.full_title,
        short=one_line(entry.node["title"]) or entry.slug,
        starts=entry.starts,
        ends=entry.ends,
        parent=entry.parent.id if entry.parent else "",
        address=address_of("programme:session", edition.slug, entry.slug),
    )


def calendar_for_mail(edition: Edition, session: str) -> str:
    """One session of the newest release as a calendar file; empty if it is not in it."""
    release = current_release(edition)
    entry = next((one for one in entries_of(release.content) if one.id == session), None) if release else None
    if release is None or entry is None:
        return ""
    subject = Subject(
        name=entry.full_title,
        source=address_of("programme:session_calendar", edition.slug, entry.slug),
        zone=ZoneInfo(release.content["edition"]["time_zone"]),
        starts=edition.starts,
        ends=edition.ends,
    )
    traces = traces_up_to(release)
    return calendar_of(subject, [entry], release.content, traces, _addresses(edition)).decode()


def _addresses(edition: Edition) -> Addresses:
    programme = address_of("programme:agenda", edition.slug)
    return Addresses(
        site=address_of("index"),
        programme=programme,
        session=lambda slug: f"{programme}{slug}/",
        join=lambda slug: f"{programme}{slug}/join/",
        material=lambda identifier: f"{programme}materials/{identifier}/",
    )


def versions_between(edition: Edition, since: datetime, until: datetime) -> list[News]:
    """The versions of the programme that were released in this time, as news."""
    released = Release.objects.filter(edition=edition, released_at__gte=since, released_at__lte=until)
    words = gettext_lazy("A new version of the programme (%(label)s)")
    return [
        News(words, label, address_of("programme:released", edition.slug, str(number)))
        for label, number in released.order_by("number").values_list("label", "number")
    ]
