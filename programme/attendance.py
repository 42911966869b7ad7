"""Which sessions are a participant's own: those they have a role in, and those that other apps place them in."""

from collections import defaultdict
from collections.abc import Callable

from academy.models import Edition, Participant
from programme.models import SessionRole

# From a participant to the ids of the sessions that they are placed in.
Placement = Callable[[Participant], set[str]]
# From an edition to {participant id: the ids of the sessions that they are placed in}.
Gathering = Callable[[Edition], dict[str, set[str]]]
_placements: list[Placement] = []
_gatherings: list[Gathering] = []


def place(placement: Placement, gathering: Gathering) -> None:
    """Have the sessions that these functions name, for one participant and for all, count as their own."""
    if placement not in _placements:
        _placements.append(placement)
        _gatherings.append(gathering)


def own_sessions(participant: Participant | None) -> frozenset[str]:
    """The ids of the sessions that a confirmed participant runs, speaks in, or is placed in."""
    if not participant or participant.state != Participant.State.CONFIRMED:
        return frozenset()
    roles = SessionRole.objects.filter(participant=participant).values_list("session", flat=True)
    own = {str(session) for session in roles}
    return frozenset(own.union(*(placement(participant) for placement in _placements)))


def everybodys_sessions(edition: Edition) -> dict[str, set[str]]:
    """{participant id: ids of their own sessions} for the confirmed participants of an edition who have any.

    Takes as many queries as there are sources of sessions, whatever the number of people.
    """
    confirmed = Participant.objects.confirmed().filter(edition=edition)
    found: defaultdict[str, set[str]] = defaultdict(set)
    roles = SessionRole.objects.filter(participant__in=confirmed).values_list("participant", "session")
    for participant, session in roles:
        found[str(participant)].add(str(session))
    for gathering in _gatherings:
        for key, sessions in gathering(edition).items():
            found[key] |= sessions
    return dict(found)
