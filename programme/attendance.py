"""Which sessions are a participant's own: those they have a role in, and those that other apps place them in."""

from collections.abc import Callable

from academy.models import Participant
from programme.models import SessionRole

# From a participant to the ids of the sessions that they are placed in.
Placement = Callable[[Participant], set[str]]
_placements: list[Placement] = []


def place(placement: Placement) -> None:
    """Have the sessions that this function names count as a participant's own."""
    if placement not in _placements:
        _placements.append(placement)


def own_sessions(participant: Participant | None) -> frozenset[str]:
    """The ids of the sessions that a confirmed participant runs, speaks in, or is placed in."""
    if not participant or participant.state != Participant.State.CONFIRMED:
        return frozenset()
    roles = SessionRole.objects.filter(participant=participant).values_list("session", flat=True)
    own = {str(session) for session in roles}
    return frozenset(own.union(*(placement(participant) for placement in _placements)))
