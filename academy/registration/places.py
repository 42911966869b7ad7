"""Places: how many are left, who waits in which order, and how a free one is handed on.

Everybody who counts places holds the edition's row (`in_turn`): whoever comes at once is served one after the other.
A place is taken by who is confirmed and by whom it is offered to; an open invitation holds one until it expires.
"""

from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from academy import clock
from academy.models import Edition, Invitation, Participant
from academy.registration.letters import LAPSED, PROMOTED
from academy.registration.standing import change_state

State = Participant.State


def in_turn(edition: Edition) -> Edition:
    """The edition's row, locked: those who come at once are served one after the other.

    It is locked before the history is written, as everywhere, so that two transactions never wait for each other.
    """
    return Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)


def free_places(edition: Edition, *, invited: bool = False) -> int | None:
    """How many places are left now; None if there is no limit.

    Places that invitations hold are left for those who are `invited`.
    """
    if edition.capacity is None:
        return None
    taken = Participant.objects.filter(edition=edition, state__in=(State.CONFIRMED, State.OFFERED)).count()
    held = 0 if invited else held_places(edition)
    return max(0, edition.capacity - taken - held)


def held_places(edition: Edition) -> int:
    """How many places wait for those who are invited."""
    return _open_invitations(edition).count()


def _open_invitations(edition: Edition) -> QuerySet[Invitation]:
    """Invitations that hold a place: not accepted yet, or accepted by somebody who still has to confirm the address."""
    accepted = Q(state=Invitation.State.ACCEPTED, participant__state=State.APPLIED)
    return Invitation.objects.filter(
        Q(state=Invitation.State.OPEN) | accepted, edition=edition, expires_at__gt=clock.now()
    )


def next_number(edition: Edition) -> int:
    """The number behind the last one on the waiting list."""
    last = Participant.objects.filter(edition=edition).aggregate(last=Max("waiting_number"))["last"]
    return (last or 0) + 1


def waiting_position(participant: Participant) -> int | None:
    """The place in the waiting list, 1 for who is next; None for somebody who does not wait."""
    if participant.state != State.WAITING:
        return None
    before = _waiting(participant.edition_id).filter(waiting_number__lt=participant.waiting_number)
    return before.count() + 1


def _waiting(edition: UUID) -> QuerySet[Participant]:
    """Who waits, in order."""
    return Participant.objects.filter(edition=edition, state=State.WAITING).order_by("waiting_number")


@transaction.atomic
def settle(edition: Edition) -> list[Participant]:
    """Take back the offers that ran out, and hand free places on; a second call finds nothing to do.

    Returns:
        Those whose registration changed.
    """
    return hand_on(in_turn(edition))


def hand_on_all() -> list[Participant]:
    """Settle every edition in which somebody waits, or has an offer that ran out; may run twice."""
    lapsed = Q(state=State.OFFERED, offered_until__lte=clock.now())
    editions = Edition.objects.filter(
        pk__in=Participant.objects.filter(lapsed | Q(state=State.WAITING)).values("edition")
    )
    return [row for edition in editions for row in settle(edition)]


def hand_on(edition: Edition) -> list[Participant]:
    """As `settle`, for an edition whose turn it is."""
    changed = [_take_back(row) for row in _lapsed(edition)]
    if _is_over(edition):
        return changed
    free = free_places(edition)
    rows = _waiting(edition.pk).select_for_update(of=("self",)).select_related("edition", "user")
    return changed + [_give(row) for row in (rows if free is None else rows[:free])]


def _lapsed(edition: Edition) -> list[Participant]:
    """Whose time to answer is over, the first one first."""
    rows = Participant.objects.select_for_update(of=("self",)).select_related("edition", "user")
    ran_out = rows.filter(edition=edition, state=State.OFFERED, offered_until__lte=clock.now())
    return list(ran_out.order_by("offered_until", "pk"))


def _take_back(row: Participant) -> Participant:
    return change_state(row, State.WAITING, by=None, verb=LAPSED, waiting_number=next_number(row.edition))


def _give(row: Participant) -> Participant:
    """Offer a place for a while; or give it, where this edition does not ask back."""
    if not row.edition.offer_hours:
        return change_state(row, State.CONFIRMED, by=None, verb=PROMOTED)
    until = clock.now() + timedelta(hours=row.edition.offer_hours)
    return change_state(row, State.OFFERED, by=None, offered_until=until)


def _is_over(edition: Edition) -> bool:
    """Whether the last day has passed in the academy's zone: then no place is handed on any more."""
    return clock.now().astimezone(ZoneInfo(edition.time_zone)).date() > edition.ends
