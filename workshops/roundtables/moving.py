"""Somebody of a draft to another table by hand, with what that changes shown before; nobody sits at a table twice."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from academy.errors import Invalid
from academy.history import record
from academy.models import User
from programme.models import Session
from workshops.allocation.rotating import Rotations, cost_of, repeated
from workshops.models import Rotation, Roundtable, RoundtableSeat, Wish
from workshops.roundtables.rotations import hold, rota_of, rotations_in, seats_of, tables_at


@dataclass(frozen=True)
class Option:
    """Another table for somebody in one rotation, and what sitting there would change.

    Args:
        turned: the rotation in which they sit there already; in that one they take their present table instead.
        size: how many people would sit there.
        again, before: how many repetitions of company there would be, and how many there are.
        rank: the table's rank among the person's wishes, 0 if it is not among them.
        full: the table that would hold more people than it has places for, if any.
    """

    table: Roundtable
    turned: int | None
    size: int
    again: int
    before: int
    rank: int
    full: Roundtable | None


@dataclass(frozen=True)
class _Sitting:
    """Somebody's tables in a draft: the seats of everybody, {table: its row}, and the rotation that is looked at."""

    rotations: Rotations
    tables: dict[str, Roundtable]
    person: str
    number: int

    @property
    def here(self) -> str:
        return self.rotations[self.number - 1][self.person]

    def turned(self, table: str) -> int | None:
        """The rotation in which the person sits at a table already."""
        numbers = (n for n, seats in enumerate(self.rotations, start=1) if seats.get(self.person) == table)
        return next(numbers, None)

    def moved_to(self, table: str) -> "_Sitting":
        """The tables after the move."""
        gone = {self.number: table}
        if turned := self.turned(table):
            gone[turned] = self.here
        rotations = tuple(
            seats | {self.person: gone[n]} if n in gone else seats
            for n, seats in enumerate(self.rotations, start=1)
        )
        return replace(self, rotations=rotations)

    def size(self, table: str, number: int) -> int:
        return list(self.rotations[number - 1].values()).count(table)

    def overfull(self, table: str, number: int) -> bool:
        capacity = self.tables[table].capacity
        return capacity is not None and self.size(table, number) > capacity


def _sitting(
    slot: Session, seats: Sequence[RoundtableSeat], row: Rotation, person: UUID, number: int
) -> _Sitting:
    """Raises Invalid: the person has no seat in that rotation of the draft."""
    tables = {str(table.pk): table for table in tables_at(slot)}
    sitting = _Sitting(rotations_in(seats, row.count), tables, str(person), number)
    if not 1 <= number <= row.count or sitting.person not in sitting.rotations[number - 1]:
        raise Invalid(_("This person has no seat in this rotation of the draft."))
    return sitting


def options_for(slot: Session, row: Rotation, person: UUID, number: int) -> tuple[Roundtable, list[Option]]:
    """Where somebody sits in one rotation of the draft, and every other table with what it would change.

    Raises:
        Invalid: the person has no seat in that rotation of the draft.
    """
    sitting = _sitting(slot, seats_of(slot, is_draft=True), row, person, number)
    wishes = Wish.objects.filter(slot=slot, participant=person).values_list("session", "rank")
    ranks = dict(wishes)
    before = repeated(sitting.rotations)
    others = [key for key in sitting.tables if key != sitting.here]
    return sitting.tables[sitting.here], [_option(sitting, key, before, ranks) for key in others]


def _option(sitting: _Sitting, key: str, before: int, ranks: dict[UUID, int]) -> Option:
    table, turned, after = sitting.tables[key], sitting.turned(key), sitting.moved_to(key)
    full = table if after.overfull(key, sitting.number) else None
    if turned and not full and after.overfull(sitting.here, turned):
        full = sitting.tables[sitting.here]
    return Option(
        table=table,
        turned=turned,
        size=after.size(key, sitting.number),
        again=repeated(after.rotations),
        before=before,
        rank=ranks.get(table.session_id, 0),
        full=full,
    )


@transaction.atomic
def move_to_table(
    slot: Session, person: UUID, number: int, table: UUID, *, seen: int, by: User | None
) -> None:
    """Seat somebody of the draft at another table in one rotation; who sat there in another one changes both.

    Raises:
        NotAllowed, RotationsMoved
        Invalid: the person or the table is not of this draft, or a table would be too full.
    """
    row = hold(slot, seen=seen, by=by)
    here, options = options_for(row.slot, row, person, number)
    option = next((one for one in options if one.table.pk == table), None)
    if option is None:
        raise Invalid(_("This table is not one of the others at this time."))
    if option.full:
        words = _("%(table)s has %(places)s places, and would be too full. Nothing was changed.")
        raise Invalid(words % {"table": option.full.session.title, "places": option.full.capacity})
    gone = {number: option.table}
    if option.turned:
        gone[option.turned] = here
    drafted = RoundtableSeat.objects.filter(slot=row.slot, participant=person, is_draft=True)
    drafted.filter(rotation__in=gone).delete()  # both at once: nobody has two seats at one table in between
    RoundtableSeat.objects.bulk_create(
        RoundtableSeat(slot=row.slot, table=at, rotation=turn, participant_id=person, is_draft=True)
        for turn, at in gone.items()
    )
    rotations = rotations_in(seats_of(row.slot, is_draft=True), row.count)
    people = sorted({key for seats in rotations for key in seats})
    row.cost, row.number = cost_of(rota_of(row, people), rotations), row.number + 1
    row.save()
    facts = {"rotation": number, "from": str(here.pk), "to": str(table), "turned": option.turned}
    record(row.slot.edition, "table changed by hand", row.slot, by=by, data=facts)
