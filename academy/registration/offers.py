"""A place that became free is offered for a while; whom it is offered to accepts it or lets the next one have it."""

from django.db import transaction

from academy.models import Participant, User
from academy.permissions import insist
from academy.registration import places
from academy.registration.deciding import withdraw
from academy.registration.refusals import NoOffer
from academy.registration.standing import change_state, locked

State = Participant.State


def accept_offer(participant: Participant, *, by: User) -> Participant:
    """Take the place that is offered; taking it twice is the same as once.

    Raises:
        NotAllowed: somebody else's registration.
        NoOffer: nothing is offered, or the time to answer is over.
    """
    insist(by.pk == participant.user_id)
    # What ran out has run out, whatever becomes of this: hence a transaction of its own.
    places.settle(participant.edition)
    with transaction.atomic():
        places.in_turn(participant.edition)
        row = locked(participant)
        if row.state == State.CONFIRMED:
            return row
        if row.state != State.OFFERED:
            raise NoOffer
        return change_state(row, State.CONFIRMED, by=by, verb="offer accepted")


def decline_offer(participant: Participant, *, by: User) -> Participant:
    """Let the next one have the place: the registration is withdrawn.

    Raises:
        NotAllowed, NoOffer
    """
    insist(by.pk == participant.user_id)
    places.settle(participant.edition)
    with transaction.atomic():
        places.in_turn(participant.edition)
        if locked(participant).state != State.OFFERED:
            raise NoOffer
        return withdraw(participant, by=by)
