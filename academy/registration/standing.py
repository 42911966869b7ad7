"""The state of a registration: the one place where it changes, and what the history says of it."""

from collections.abc import Iterator
from typing import Any

from academy import clock
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, Participant, User
from academy.registration.letters import write_about

State = Participant.State
GIVEN_UP = (State.DECLINED, State.WITHDRAWN)


def participant_words(participant: Participant) -> dict[str, str]:
    """What the history commits to of a registration: its state, and how the person appears; never a name."""
    return {"state": participant.state, "visibility": participant.visibility}


def verify_registrations(edition: Edition) -> Iterator[Mismatch]:
    """Yield the registrations whose state or visibility was changed without an entry in the history."""
    people = Participant.objects.filter(edition=edition)
    yield from verify_contents(edition, Participant, {str(row.pk): participant_words(row) for row in people})


def locked(participant: Participant) -> Participant:
    """The registration as it is now, locked until the end of the transaction."""
    rows = Participant.objects.select_for_update(of=("self",)).select_related("edition", "user")
    return rows.get(pk=participant.pk)


def change_state(
    row: Participant,
    state: Participant.State,
    *,
    by: User | None,
    verb: str = "",
    reason: str = "",
    **places: Any,
) -> Participant:
    """Bring a registration to a state, tell the person, and record it; the row is locked, its edition in turn.

    Args:
        verb: what was done, if it is not "registration <state>".
        places: `waiting_number` or `offered_until`, for the states that have them.
    """
    stand(row, state, reason=reason, **places)
    row.save(update_fields=["state", "pseudonym", "decided_at", "waiting_number", "offered_until", "reason"])
    write_about(row, verb)
    verb = verb or f"registration {state}"
    record(row.edition, verb, row, by=by, content=participant_words(row))
    return row


def stand(row: Participant, state: Participant.State, *, reason: str = "", **places: Any) -> None:
    """Set a state with everything that belongs to it, without saving it.

    Whoever was told nothing about the pseudonym so far, as the address was not known to be theirs, gets a free one.
    """
    if row.state == State.APPLIED and row.pseudonym:
        row.pseudonym = _free_pseudonym(row)
    row.state, row.decided_at, row.reason = state, clock.now(), reason
    row.waiting_number, row.offered_until = places.get("waiting_number"), places.get("offered_until")


def is_taken(pseudonym: str, edition: Edition, *, but: Participant | None = None) -> bool:
    """Whether somebody whose registration was decided on has this pseudonym; `but` does not count."""
    decided = Participant.objects.filter(edition=edition).exclude(state=State.APPLIED)
    if but is not None:
        decided = decided.exclude(pk=but.pk)
    return bool(pseudonym) and decided.filter(pseudonym__iexact=pseudonym).exists()


def _free_pseudonym(row: Participant) -> str:
    """The participant's pseudonym, with a number behind it if somebody else has it."""
    wanted, number = row.pseudonym, 1
    while is_taken(f"{wanted} {number}" if number > 1 else wanted, row.edition, but=row):
        number += 1
    return f"{wanted} {number}" if number > 1 else wanted
