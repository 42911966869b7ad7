"""A programme far larger than the real one: 60 days with 25 items each, made for a measurement.

Each day has what the real ones have: items side by side, a workshop in two groups, breaks, people in roles, languages.
"""

from datetime import UTC, date, datetime, timedelta

from academy.models import Edition
from programme.models import Day, Session, SessionRole, Strand

DAYS, ITEMS = 60, 25
# Of each day: the item held in groups, and the one that takes place beside the item before it.
WORKSHOP, SIDE_BY_SIDE = 7, 11


def large_edition(slug: str = "large") -> Edition:
    """An edition with 1,500 items and 120 groups, not released yet."""
    first = date(2022, 3, 1)
    edition = Edition.objects.create(
        slug=slug, title="A large academy", starts=first, ends=first + timedelta(days=DAYS - 1)
    )
    strands = Strand.objects.bulk_create(
        Strand(edition=edition, slug=f"s{n}", title=f"Strand {n}", short_title=f"Strand {n}", colour=colour)
        for n, colour in enumerate(("teal", "ochre", "violet"))
    )
    days = Day.objects.bulk_create(
        Day(
            edition=edition,
            date=first + timedelta(days=n),
            slug=f"day-{n + 1}",
            title=f"Day {n + 1}: what works, and for whom",
            short_title=f"Day {n + 1}",
            colour=strands[n % 3].colour,
            strand=strands[n % 3],
        )
        for n in range(DAYS)
    )
    sessions = Session.objects.bulk_create(
        _session(edition, day, number) for day in days for number in range(ITEMS)
    )
    Session.objects.bulk_create(
        _group(session, n) for session in sessions if session.kind == Session.Kind.WORKSHOP for n in (1, 2)
    )
    SessionRole.objects.bulk_create(
        SessionRole(
            session=session,
            kind=kind,
            guest_name=f"Guest {session.position} {kind}",
            guest_affiliation="A city that does it",
            position=position,
        )
        for session in sessions
        if session.kind != Session.Kind.BREAK
        for position, kind in enumerate((SessionRole.Kind.SPEAKER, SessionRole.Kind.MODERATOR))
    )
    return edition


def _kind(number: int) -> Session.Kind:
    if number % 5 == 4:
        return Session.Kind.BREAK
    return Session.Kind.WORKSHOP if number == WORKSHOP else Session.Kind.PLENARY


def _group(workshop: Session, number: int) -> Session:
    return Session(
        edition=workshop.edition,
        day=workshop.day,
        strand=workshop.strand,
        parent=workshop,
        kind=Session.Kind.GROUP,
        slug=f"{workshop.slug}-group-{number}",
        title=f"Group {number}",
        position=number,
    )


def _session(edition: Edition, day: Day, number: int) -> Session:
    place = number - 1 if number == SIDE_BY_SIDE else number
    starts = datetime(day.date.year, day.date.month, day.date.day, 7, tzinfo=UTC) + timedelta(
        minutes=25 * place
    )
    return Session(
        edition=edition,
        day=day,
        strand=day.strand,
        kind=_kind(number),
        slug=f"{day.slug}-item-{number}",
        title=f"Item {number + 1} of {day.short_title}",
        subtitle="What has worked, and what has not",
        description="People who did it tell how it went. " * 6,
        position=number,
        starts_at=starts,
        ends_at=starts + timedelta(minutes=20),
        language="en",
        interpretation=["fr", "es"],
    )
