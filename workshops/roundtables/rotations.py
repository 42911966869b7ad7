"""How the tables of one time rotate, who rotates, and a draft of who sits where; organisers decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from academy.errors import DomainError, Invalid
from academy.history import record
from academy.mail.audience import addressed
from academy.models import Actor, Participant, User
from academy.ordering import sort_key
from academy.permissions import insist
from programme.models import Session, SessionRole
from workshops.allocation import Impossible
from workshops.allocation.rotating import Rota, Rotated, Rotations, company_bound, repeated, rotate
from workshops.models import Rotation, Roundtable, RoundtableSeat, Wish
from workshops.permissions import may_allocate
from workshops.seating import drawn_people

MOST_ROTATIONS, LONGEST, MOST_PLACES = 12, 240, 999


class RotationsMoved(DomainError):
    """Somebody else changed the rotations since they were looked at."""

    message = gettext_lazy(
        "Somebody changed these rotations since you opened the page. Look at them as they are now, then decide again. "
        "Nothing was changed."
    )


class CannotRotate(DomainError):
    """The tables cannot hold these people in so many rotations."""

    message = gettext_lazy(
        "The tables cannot hold everybody at another table each time. Raise a capacity, or take fewer rotations."
    )


@dataclass(frozen=True)
class Turn:
    """One rotation: its number and its times, None while the time of the whole is not known."""

    number: int
    starts: datetime | None
    ends: datetime | None


@dataclass(frozen=True)
class Settings:
    """How organisers set the rotations: how many, how long, how much time to change tables, for whom."""

    count: int
    minutes: int
    change_minutes: int
    who: str


# --- What fits --------------------------------------------------------------------------------------------------------


def minutes_of(slot: Session) -> int | None:
    """How many minutes the programme gives; None while the times are not known."""
    if slot.starts_at is None or slot.ends_at is None:
        return None
    return int((slot.ends_at - slot.starts_at).total_seconds() // 60)


def most_that_fit(minutes: int, length: int, change: int) -> int:
    """How many rotations of a length fit, with the time to change tables between them."""
    return max(0, (minutes + change) // (length + change)) if length + change else 0


def longest_that_fits(minutes: int, count: int, change: int) -> int:
    """How long each of so many rotations can be."""
    return max(0, (minutes - (count - 1) * change) // count)


def what_fits(slot: Session, change: int, tables: int) -> list[str]:
    """What the time of the programme holds, in sentences, for one rotation up to as many as there are tables."""
    minutes = minutes_of(slot)
    if minutes is None:
        return []
    sentences = []
    for count in range(1, min(tables, MOST_ROTATIONS) + 1):
        length = longest_that_fits(minutes, count, change if count > 1 else 0)
        if length < 5:
            break
        words = ngettext(
            "%(count)s rotation of up to %(length)s minutes",
            "%(count)s rotations of up to %(length)s minutes, with %(change)s to change tables",
            count,
        )
        sentences.append(words % {"count": count, "length": length, "change": change})
    return sentences


def turns_of(slot: Session, settings: Rotation) -> list[Turn]:
    """The rotations with their times, one after the other from the beginning of the slot."""
    return [
        turn_at(slot, number, settings.minutes, settings.change_minutes)
        for number in range(1, settings.count + 1)
    ]


def turn_at(slot: Session, number: int, minutes: int, change: int) -> Turn:
    """One rotation with its times, if each is as long as this, with so much time between them."""
    if slot.starts_at is None:
        return Turn(number, None, None)
    starts = slot.starts_at + (number - 1) * timedelta(minutes=minutes + change)
    return Turn(number, starts, starts + timedelta(minutes=minutes))


# --- Tables and people ------------------------------------------------------------------------------------------------


def tables_at(slot: Session) -> list[Roundtable]:
    """The tables of a time, in their order."""
    rows = Roundtable.objects.filter(session__parent=slot, session__removed_at=None)
    return list(rows.select_related("session__edition").order_by("number"))


def rotation_of(slot: Session) -> Rotation:
    """How the tables rotate; as the outline has it if nobody decided yet: once, for as long as a table lasts."""
    known = Rotation.objects.filter(slot=slot).first()
    if known:
        known.slot = slot
        return known
    tables = tables_at(slot)
    return Rotation(slot=slot, minutes=tables[0].minutes if tables else 45)


def hosts_at(tables: Sequence[Roundtable]) -> list[SessionRole]:
    """The experts who stay at their tables."""
    rows = SessionRole.objects.filter(
        session__in=[table.session_id for table in tables], kind=SessionRole.Kind.HOST
    )
    return list(rows.select_related("participant").order_by("session", "position"))


def who_rotates(slot: Session, who: str) -> list[Participant]:
    """Whoever changes tables: by their kind of actor or their wishes, but not the hosts."""
    tables = tables_at(slot)
    hosts = {role.participant_id for role in hosts_at(tables)}
    people = drawn_people(slot.edition).exclude(pk__in=[key for key in hosts if key]).order_by("pk")
    if who == Rotation.Who.EVERYBODY:
        return list(people)
    wishing = set(Wish.objects.filter(slot=slot).values_list("participant", flat=True))
    return [row for row in people if row.actor == Actor.NEXT_GENERATION or row.pk in wishing]


@dataclass(frozen=True)
class Outdated:
    """What became of the people since a draft was drawn, by name: hosts who sit in it, and who has no table in it."""

    hosts: list[str]
    missing: list[str]


def outdated(row: Rotation, drafted: Sequence[RoundtableSeat]) -> Outdated:
    """Whom a draft seats at several tables though they host one now, and who rotates and has no table in it."""
    hosting = {role.participant_id for role in hosts_at(tables_at(row.slot))}
    seated = {seat.participant_id: seat.participant for seat in drafted}
    hosts = {addressed(person) for key, person in seated.items() if key in hosting}
    missing = [addressed(person) for person in who_rotates(row.slot, row.who) if person.pk not in seated]
    return Outdated(sorted(hosts, key=sort_key), sorted(missing, key=sort_key) if drafted else [])


# --- Deciding ---------------------------------------------------------------------------------------------------------


def hold(slot: Session, *, seen: int, by: User | None) -> Rotation:
    """The rotations of a time, locked, if they are still what the organiser saw.

    Raises:
        NotAllowed, RotationsMoved
        Invalid: there are no tables at this time.
    """
    insist(by is None or may_allocate(by, slot.edition))
    row = Session.objects.select_for_update(of=("self",)).select_related("edition").get(pk=slot.pk)
    if not tables_at(row):
        raise Invalid(_("At this time there are no roundtables."))
    settings = rotation_of(row)
    if settings.number != seen:
        raise RotationsMoved
    return settings


@transaction.atomic
def set_rotations(
    slot: Session, said: Settings, capacities: Mapping[UUID, int | None], *, seen: int, by: User | None
) -> Rotation:
    """Say how many rotations there are, how long they are and who rotates; a draft made for others is dropped.

    Raises:
        NotAllowed, RotationsMoved
        Invalid: more rotations than tables, or more than fit into the time.
    """
    row = hold(slot, seen=seen, by=by)
    slot, tables = row.slot, tables_at(row.slot)
    insist_on_fit(slot, said, len(tables))
    if (row.count, row.who) != (said.count, said.who):
        RoundtableSeat.objects.filter(slot=slot, is_draft=True).delete()
        row.seed = row.cost = row.bound = None
    row.count, row.minutes = said.count, said.minutes
    row.change_minutes, row.who, row.number = said.change_minutes, said.who, row.number + 1
    row.save()
    for table in tables:
        table.capacity = capacities.get(table.pk)
    Roundtable.objects.bulk_update(tables, ["capacity"])
    record(slot.edition, "rotations of tables set", slot, by=by, data={**vars(said)})
    return row


def insist_on_fit(slot: Session, said: Settings, tables: int) -> None:
    """Refuse rotations that the tables or the time do not hold, and say what they do.

    Raises:
        Invalid
    """
    if not (said.count >= 1 and 1 <= said.minutes <= LONGEST and 0 <= said.change_minutes <= LONGEST):
        raise Invalid(_("There is at least one rotation, of at least one minute."))
    if said.count > tables:
        words = _("Nobody sits at a table twice: %(tables)s tables allow at most %(tables)s rotations.")
        raise Invalid(words % {"tables": tables})
    minutes = minutes_of(slot)
    needed = said.count * said.minutes + (said.count - 1) * said.change_minutes
    if minutes is not None and needed > minutes:
        words = _(
            "That takes %(needed)s minutes, and the programme gives %(minutes)s. So many rotations can last "
            "%(length)s minutes each."
        )
        length = longest_that_fits(minutes, said.count, said.change_minutes)
        raise Invalid(words % {"needed": needed, "minutes": minutes, "length": length})


@transaction.atomic
def draw_tables(slot: Session, *, seed: int, seen: int, by: User | None) -> Rotated:
    """Draw a draft of who sits at which table when; participants see nothing until it is published.

    Raises:
        NotAllowed, RotationsMoved, Invalid
        CannotRotate: the places do not let everybody sit at another table each time.
    """
    row = hold(slot, seen=seen, by=by)
    found = searched(row, seed=seed)
    RoundtableSeat.objects.filter(slot=row.slot, is_draft=True).delete()
    RoundtableSeat.objects.bulk_create(
        (
            RoundtableSeat(
                slot=row.slot,
                table_id=UUID(table),
                rotation=number,
                participant_id=UUID(person),
                is_draft=True,
            )
            for number, seats in enumerate(found.rotations, start=1)
            for person, table in seats.items()
        ),
        batch_size=500,
    )
    row.seed, row.cost, row.bound, row.number = seed, found.cost, found.bound, row.number + 1
    row.save()
    facts = {"seed": seed, "cost": found.cost, "bound": found.bound, "again": found.again}
    record(row.slot.edition, "tables drawn", row.slot, by=by, data=facts)
    return found


def searched(row: Rotation, *, seed: int) -> Rotated:
    """The rotations that the search finds for these settings.

    Raises:
        Invalid: nobody rotates.
        CannotRotate
    """
    people = who_rotates(row.slot, row.who)
    if not people:
        raise Invalid(_("Nobody rotates: there is nobody of the next generation, and no wishes are stated."))
    try:
        return rotate(rota_of(row, [str(person.pk) for person in people]), seed=seed)
    except Impossible as error:
        raise CannotRotate from error


def rota_of(row: Rotation, people: Sequence[str]) -> Rota:
    """What is to be rotated: these people, the tables with their places, the wishes.

    Raises:
        CannotRotate
    """
    tables = tables_at(row.slot)
    ranks = Wish.objects.filter(slot=row.slot).values_list("participant", "session", "rank")
    home = {table.session_id: str(table.pk) for table in tables}
    wishes = {(str(person), home[session]): rank for person, session, rank in ranks if session in home}
    try:
        return Rota(people, {str(table.pk): table.capacity for table in tables}, row.count, wishes)
    except Impossible as error:
        raise CannotRotate from error


# --- Reading ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """How good the seats of a time are: repeated company with its bound, and how many sat at which choice."""

    people: int
    again: int
    again_bound: int
    met: list[tuple[int, int]]
    unmet: int


def seats_of(slot: Session, *, is_draft: bool) -> list[RoundtableSeat]:
    """The seats of a time, of those who still take part; the draft's, or what is published."""
    rows = RoundtableSeat.objects.filter(slot=slot, is_draft=is_draft)
    confirmed = rows.filter(participant__state=Participant.State.CONFIRMED)
    return list(
        confirmed.select_related("participant", "table__session").order_by("rotation", "table__number")
    )


def rotations_in(seats: Sequence[RoundtableSeat], count: int) -> Rotations:
    """The seats as {person: table} for each of so many rotations."""
    rotations: list[dict[str, str]] = [{} for _number in range(count)]
    for seat in seats:
        if seat.rotation <= count:
            rotations[seat.rotation - 1][str(seat.participant_id)] = str(seat.table_id)
    return tuple(rotations)


def standing_of(slot: Session, seats: Sequence[RoundtableSeat], row: Rotation) -> Standing:
    """The numbers of a draft, or of what is published."""
    people = {seat.participant_id for seat in seats}
    ranks = {
        (person, session): rank
        for person, session, rank in Wish.objects.filter(slot=slot).values_list(
            "participant", "session", "rank"
        )
    }
    wishing = {person for person, _session in ranks} & people
    got = [
        ranks.get((seat.participant_id, seat.table.session_id), 0)
        for seat in seats
        if seat.participant_id in wishing
    ]
    return Standing(
        people=len(people),
        again=repeated(rotations_in(seats, row.count)),
        again_bound=company_bound(len(people), len(tables_at(slot)), row.count),
        met=[(rank, got.count(rank)) for rank in sorted(set(ranks.values()))],
        unmet=got.count(0),
    )
