"""A programme far larger than the real one: 60 days with 25 items each, made for a measurement."""

from datetime import UTC, date, datetime, timedelta

from academy.models import Edition
from programme.models import Day, Session, Strand

DAYS, ITEMS = 60, 25


def large_edition(slug: str = "large") -> Edition:
    """An edition with 1,500 items, not released yet."""
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
    Session.objects.bulk_create(_session(edition, day, number) for day in days for number in range(ITEMS))
    return edition


def _session(edition: Edition, day: Day, number: int) -> Session:
    starts = datetime(day.date.year, day.date.month, day.date.day, 7, tzinfo=UTC) + timedelta(
        minutes=25 * number
    )
    return Session(
        edition=edition,
        day=day,
        strand=day.strand,
        kind=Session.Kind.BREAK if number % 5 == 4 else Session.Kind.PLENARY,
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
