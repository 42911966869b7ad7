"""How evenly the people of a slot are spread over its groups. Pure: takes seats, returns numbers."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from academy.models import Actor
from workshops.models import Group, Seat


@dataclass(frozen=True)
class Share:
    """How many people of one kind of actor sit in each group, in the order of the groups."""

    actor: str
    counts: tuple[int, ...]


def balance(seats: Sequence[Seat], groups: Sequence[Group]) -> list[Share]:
    """One row for each kind of actor that anybody in the seats is of."""
    counts: Counter[tuple[str, UUID]] = Counter((seat.participant.actor, seat.group_id) for seat in seats)
    present = {seat.participant.actor for seat in seats}
    return [
        Share(str(actor.label), tuple(counts[actor.value, group.pk] for group in groups))
        for actor in Actor
        if actor.value in present
    ]
