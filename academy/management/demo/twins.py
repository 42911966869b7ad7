"""What follows the groups' talk in the demo: their dots, the twin groups compared, the summaries of the days chosen."""

from collections import Counter
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from academy import clock
from academy.management.content import content
from academy.management.demo.keys import key_of
from academy.models import Edition, Participant, User
from programme.models import Day
from workshops.models import Finding, Group, Support
from workshops.summing_up import leave_out_of_summary
from workshops.twins.deciding import decide


def give_dots(group: Group, entries: list[dict[str, Any]]) -> None:
    """Let seven of eight of those who have a seat give dots: as many as each finding has, evenly over the people."""
    seated = Participant.objects.filter(seats__group=group).order_by("user__email")
    people = [person for number, person in enumerate(seated, start=1) if number % 8]
    given: Counter[tuple[str, Any]] = Counter()
    supports = []
    for number, entry in enumerate(entries):

        def turn(person: Participant, entry: dict[str, Any] = entry, number: int = number) -> Any:
            asked = person.actor != entry.get("dots_from", person.actor)
            return (
                asked,
                given[entry["part"], person.pk],
                (people.index(person) * 7 + number * 3) % len(people),
            )

        able = [person for person in people if given[entry["part"], person.pk] < group.dots]
        for person in sorted(able, key=turn)[: entry.get("dots", 0)]:
            given[entry["part"], person.pk] += 1
            supports.append(
                Support(finding_id=key_of(entry["key"]), participant=person, changed_at=clock.now())
            )
    Support.objects.bulk_create(supports)


def compare_groups(edition: Edition, *, by: User) -> None:
    """Decide which findings of the closed twin groups say the same; some proposals stay open."""
    found = Finding.objects.select_related("group__workshop__edition", "group__session")
    findings = {row.pk: row for row in found.filter(group__state=Group.State.CLOSED)}
    for entry in content("demo-twins")["decisions"]:
        one, other = (findings.get(key_of(entry[name])) for name in ("one", "other"))
        if one and other:
            with clock.set_to(one.group.closed_at or clock.now()):
                decide(one, other, verdict=entry["verdict"], seen=0, by=by)


def sum_up(edition: Edition, *, by: User) -> None:
    """Leave a finding out of a day's summary, with the reason."""
    for entry in content("demo-twins")["left_out"]:
        day = Day.objects.select_related("edition").get(edition=edition, slug=entry["day"])
        finding = Finding.objects.select_related("group__workshop").get(pk=key_of(entry["finding"]))
        with clock.set_to(datetime.combine(day.date, time(15, 10), ZoneInfo(edition.time_zone))):
            leave_out_of_summary(day, finding, reason=entry["reason"], by=by)
