"""The secret address of a participant's own calendar: made, replaced, revoked.

Calendar programs cannot log in, so the address itself is the key: 192 random bits, found by a unique index. Whoever
has it sees which sessions its owner attends, and nothing else; it can be revoked at any time, and then answers nobody.
"""

from django.db import transaction

from academy import clock
from academy.history import record
from academy.models import Edition, Participant, User
from academy.permissions import insist
from academy.registration import in_turn
from programme.attendance import own_sessions
from programme.models import CalendarKey
from programme.stars import starred_sessions


def key_of(participant: Participant | None) -> CalendarKey | None:
    """The key that is in use, if there is one."""
    return (
        CalendarKey.objects.filter(participant=participant, revoked_at=None).first() if participant else None
    )


@transaction.atomic
def give_key(participant: Participant, *, by: User) -> CalendarKey:
    """A new secret address; the one that was in use stops working.

    Raises:
        NotAllowed: it is somebody else's calendar, or its owner does not take part (any more).
    """
    insist(by.pk == participant.user_id)
    in_turn(participant.edition)
    participant = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    insist(participant.state == Participant.State.CONFIRMED)
    _revoke(participant)
    key = CalendarKey.objects.create(participant=participant, made_at=clock.now())
    record(participant.edition, "calendar address made", key, by=by)
    return key


@transaction.atomic
def revoke_key(participant: Participant, *, by: User) -> bool:
    """Stop the secret address from working; False if there was none.

    Raises:
        NotAllowed: it is somebody else's calendar.
    """
    insist(by.pk == participant.user_id)
    in_turn(participant.edition)
    participant = Participant.objects.select_for_update(no_key=True).get(pk=participant.pk)
    key = key_of(participant)
    if key is None:
        return False
    _revoke(participant)
    record(participant.edition, "calendar address revoked", key, by=by)
    return True


def owner_of(key: str, edition: Edition) -> Participant | None:
    """Whose calendar this key opens: None for one that is unknown, revoked, or of somebody who takes no part."""
    found = (
        CalendarKey.objects.select_related("participant")
        .filter(
            key=key,
            revoked_at=None,
            participant__edition=edition,
            participant__state=Participant.State.CONFIRMED,
            participant__user__is_active=True,
        )
        .first()
    )
    return found.participant if found else None


def calendar_sessions(participant: Participant) -> frozenset[str]:
    """The ids of the sessions in somebody's own calendar: those that are theirs, and those they marked."""
    return own_sessions(participant) | starred_sessions(participant)


def _revoke(participant: Participant) -> None:
    CalendarKey.objects.filter(participant=participant, revoked_at=None).update(revoked_at=clock.now())
