"""Stage "workshops": people are spread over the groups, and the groups of days 1 to 3 record what they find."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from academy import clock
from academy.management.content import content
from academy.management.demo.keys import key_of
from academy.management.demo.people import People
from academy.management.demo.twins import compare_groups, give_dots, sum_up
from academy.models import Edition, User
from programme.joining import check_in
from programme.models import Day, Session
from workshops.closing import close_group, go_to_part, open_group
from workshops.findings import agree_on_finding, merge_finding, note_finding, park_finding
from workshops.models import Finding, Group
from workshops.seating import allocate
from workshops.thoughts import keep_thoughts

LAST_HELD = {"workshops": 2, "drafting": 3, "adopted": 3}


def seed_rooms(edition: Edition, people: People, *, stage: str, seed: int) -> None:
    """Allocate every slot, and hold the workshops of the days that this stage has behind it.

    At stage "workshops" the groups of day 3 are open and in the middle of their part A.
    """
    organiser = people["amara"].user
    slots = Session.objects.filter(edition=edition, parent=None, kind="workshop").order_by("starts_at")
    with clock.set_to(datetime.combine(edition.starts, time(9), ZoneInfo(edition.time_zone))):
        for slot in slots:
            allocate(slot, seed=seed, by=organiser)
    for group in (
        Group.objects.of_edition(edition).filter(workshop__number__lte=3).order_by("workshop__number", "slug")
    ):
        held = group.workshop.number <= LAST_HELD[stage]
        _hold(group, people, to_the_end=held)
    thoughts = {entry["day"]: entry for entry in content("demo-summaries")["thoughts"]}
    for day in Day.objects.filter(edition=edition, slug__in=thoughts).order_by("date")[: LAST_HELD[stage]]:
        entry = thoughts[day.slug]
        with clock.set_to(datetime.combine(day.date, time(15, 30), ZoneInfo(edition.time_zone))):
            keep_thoughts(
                day,
                speaker=entry["speaker"],
                affiliation=entry["affiliation"],
                text=entry["text"],
                publish=True,
                by=organiser,
            )
    compare_groups(edition, by=organiser)
    sum_up(edition, by=organiser)


def _hold(group: Group, people: People, *, to_the_end: bool) -> None:
    """Let a group meet: its findings of both parts, or of the first half of part A."""
    number, slug = group.workshop.number, group.slug
    findings = [
        entry
        for entry in content("demo-findings")
        if entry["workshop"] == number and f"group-{entry['group']}" == slug
    ]
    by = people[findings[0]["author"]].user
    starts = group.session.starts_at
    assert starts is not None  # noqa: S101  # the groups of days 1 to 3 have times
    _arrive(group, starts)
    with clock.set_to(starts):
        group = open_group(group, by=by)
    parts = {part.letter: part for part in group.workshop.parts.all()}
    if not to_the_end:
        findings = [entry for entry in findings if entry["part"] == "A"][:6]
    for minute, entry in enumerate(findings):
        with clock.set_to(starts + timedelta(minutes=2 * minute)):
            if group.part and group.part.letter != entry["part"]:
                give_dots(group, [other for other in findings if other["part"] == group.part.letter])
                group = go_to_part(group, parts[entry["part"]], by=by)
            _note(entry, group, by=by)
    with clock.set_to(starts + timedelta(minutes=52)):
        _decide([entry for entry in findings if to_the_end], by=by)
        if to_the_end:
            give_dots(group, [entry for entry in findings if entry["part"] == "B"])
    if to_the_end:
        summary = next(
            entry["text"]
            for entry in content("demo-summaries")["summaries"]
            if entry["workshop"] == number and f"group-{entry['group']}" == slug
        )
        with clock.set_to(starts + timedelta(minutes=60)):
            close_group(group, summary=summary, by=by)


def _arrive(group: Group, starts: datetime) -> None:
    """Let those who have a seat come in, but one in twelve."""
    seats = group.seats.select_related("participant__user").order_by("participant__user__email")
    for number, seat in enumerate(seats, start=1):
        if number % 12:
            with clock.set_to(starts - timedelta(seconds=10 * (len(seats) - number))):
                check_in(seat.participant.user, group.session)


def _note(entry: dict[str, Any], group: Group, *, by: User) -> None:
    part = group.workshop.parts.get(letter=entry["part"])
    question = part.questions.get(position=entry["question"]) if entry["question"] is not None else None
    note_finding(
        group,
        key=key_of(entry["key"]),
        part=part,
        question=question,
        kind=entry["kind"],
        text=entry["text"],
        language=entry["language"],
        by=by,
    )


def _decide(entries: list[dict[str, Any]], *, by: User) -> None:
    """What the room decides about its findings at the end."""
    for entry in entries:
        finding = Finding.objects.select_related("group__workshop__edition", "group__session").get(
            pk=key_of(entry["key"])
        )
        if entry["state"] == "agreed":
            agree_on_finding(finding, by=by)
        elif entry["state"] == "parked":
            park_finding(finding, reason=entry["reason"], by=by)
        elif entry["state"] == "merged":
            merge_finding(finding, Finding.objects.get(pk=key_of(entry["merged_into"])), by=by)
