"""Publishing who sits at which table: everybody sees their own tables, and hears of it once if they changed."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from academy import clock
from academy.errors import DomainError
from academy.history import record
from academy.mail.audience import addressed
from academy.mail.dates import day_in_short
from academy.mail.placeholders import as_words
from academy.mail.reading import writing_to
from academy.models import Edition, Message, Participant, User
from academy.outbox import one_line, queue_all
from academy.zones import zone_in_words
from programme.models import Session
from workshops.models import Rotation, RoundtableSeat
from workshops.roundtables.rotations import Turn, hold, outdated, seats_of, turn_at, turns_of


class NothingDrawn(DomainError):
    """There is no draft to publish."""

    message = gettext_lazy("Nobody sits at a table yet. Draw the tables first.")


class HostsRotate(DomainError):
    """Somebody who hosts a table is to change tables."""

    def __init__(self, names: list[str]) -> None:
        words = ngettext(
            "%(names)s hosts a table now, and stays there. Draw the tables again.",
            "%(names)s host tables now, and stay there. Draw the tables again.",
            len(names),
        )
        super().__init__(words % {"names": ", ".join(names)})


@dataclass(frozen=True)
class Sitting:
    """Where somebody sits in one rotation."""

    turn: Turn
    table: Session


@dataclass(frozen=True)
class OwnTables:
    """A time of roundtables with a participant's own tables, in the order of the rotations."""

    slot: Session
    sittings: list[Sitting]


@transaction.atomic
def publish_tables(
    slot: Session, *, seen: int, tells: bool = True, address: str = "", by: User | None
) -> tuple[int, int]:
    """Make the draft what participants see; returns how many people sit at tables, and how many get a mail.

    Raises:
        NotAllowed, RotationsMoved, Invalid, NothingDrawn
        HostsRotate: somebody of the draft became a host since it was drawn.
    """
    row = hold(slot, seen=seen, by=by)
    slot = row.slot
    drafted = seats_of(slot, is_draft=True)
    if not drafted:
        raise NothingDrawn
    if hosts := outdated(row, drafted).hosts:
        raise HostsRotate(hosts)
    times_moved = (row.published_minutes, row.published_change) != (row.minutes, row.change_minutes)
    before, after = _by_person(seats_of(slot, is_draft=False)), _by_person(drafted)
    RoundtableSeat.objects.filter(slot=slot, is_draft=False).delete()
    RoundtableSeat.objects.bulk_create(
        (
            RoundtableSeat(
                slot=slot,
                table_id=seat.table_id,
                rotation=seat.rotation,
                participant_id=seat.participant_id,
                is_draft=False,
            )
            for seat in drafted
        ),
        batch_size=500,
    )
    row.published_at, row.number = clock.now(), row.number + 1
    row.published_minutes, row.published_change = row.minutes, row.change_minutes
    row.save()
    news = {
        key: seats
        for key, seats in after.items()
        if times_moved or _places(seats) != _places(before.get(key, []))
    }
    told = (
        queue_all(_mails(row, news | {key: [] for key in before.keys() - after.keys()}, address))
        if tells
        else 0
    )
    record(slot.edition, "tables published", slot, by=by, data={"people": len(after), "told": told})
    return len(after), told


def _by_person(seats: list[RoundtableSeat]) -> dict[UUID, list[RoundtableSeat]]:
    found: defaultdict[UUID, list[RoundtableSeat]] = defaultdict(list)
    for seat in seats:
        found[seat.participant_id].append(seat)
    return dict(found)


def _places(seats: list[RoundtableSeat]) -> list[tuple[int, UUID]]:
    return sorted((seat.rotation, seat.table_id) for seat in seats)


def tables_of(participant: Participant) -> list[OwnTables]:
    """A participant's own published tables, with the times that were published with them."""
    rows = RoundtableSeat.objects.filter(participant=participant, is_draft=False)
    seats = list(
        rows.select_related("slot__edition", "slot__rotation", "table__session").order_by("rotation")
    )
    by_slot: dict[UUID, list[RoundtableSeat]] = {}
    for seat in seats:
        by_slot.setdefault(seat.slot_id, []).append(seat)
    found = []
    for own in by_slot.values():
        slot = own[0].slot
        minutes, change = _published_times(slot.rotation)
        sittings = [
            Sitting(turn_at(slot, seat.rotation, minutes, change), seat.table.session) for seat in own
        ]
        found.append(OwnTables(slot, sittings))
    return found


def _published_times(row: Rotation) -> tuple[int, int]:
    """The minutes of a rotation, and between two, as they were published; what organisers try since shows nowhere."""
    if row.published_minutes is None or row.published_change is None:
        return row.minutes, row.change_minutes
    return row.published_minutes, row.published_change


def _mails(row: Rotation, news: dict[UUID, list[RoundtableSeat]], address: str) -> list[Message]:
    """A mail for everybody who still takes part: with their seats, or saying that they have none any more."""
    slot = row.slot
    people = Participant.objects.confirmed().in_bulk(news)
    users = User.objects.in_bulk([person.user_id for person in people.values()])
    turns = {turn.number: turn for turn in turns_of(slot, row)}
    mails = []
    for key, person in people.items():
        seats, user = news[key], users[person.user_id]
        sittings = [(turns[seat.rotation], seat.table.session) for seat in seats]
        with writing_to(user, person) as language:
            mail = Message(
                edition=slot.edition,
                user=user,
                key=f"tables:{slot.pk}:{row.number}:{key}",
                to=user.email,
                subject=one_line(_("Your roundtables: %(title)s") % {"title": slot.edition.title}),
                body=_body(person, slot.edition, sittings, address),
                language=language,
                created_at=clock.now(),
            )
        mails.append(mail)
    return mails


def _body(person: Participant, edition: Edition, sittings: list[tuple[Turn, Session]], address: str) -> str:
    """The text of a mail: one's own tables with their times, and nothing about anybody else."""
    starts = next((turn.starts for turn, _table in sittings if turn.starts), None)
    paragraphs = [
        _("Hello %(name)s,") % {"name": as_words(addressed(person))},
        _("this is where you sit at the roundtables:")
        if sittings
        else _("the roundtables were drawn again, and you do not change from table to table any more."),
        "\n".join(f"- {_line(turn, table, edition)}" for turn, table in sittings),
        _("Times are in %(zone)s.") % {"zone": zone_in_words(edition.zone, starts)} if starts else "",
        _("Everything of your own: %(address)s") % {"address": address} if address else "",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _line(turn: Turn, table: Session, edition: Edition) -> str:
    """A table with its time: "Fri 4 Feb 2022, 14:15–14:50: Roundtable 2"."""
    if turn.starts is None or turn.ends is None:
        return f"{turn.number}. {table.title}"
    starts, ends = (moment.astimezone(edition.zone) for moment in (turn.starts, turn.ends))
    return f"{day_in_short(starts)}, {starts:%H:%M}–{ends:%H:%M}: {table.title}"
