"""Decisions: organisers confirm and decline, with a reason if they like; a participant withdraws."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from academy.access_needs import keep_need
from academy.consent import LISTED, REGISTRATION, end_consent
from academy.errors import Invalid
from academy.models import Edition, Participant, User
from academy.permissions import insist, is_organiser
from academy.registration import places
from academy.registration.letters import TAKEN_BACK
from academy.registration.refusals import NotWaiting
from academy.registration.standing import change_state, locked
from academy.text import tidy

State = Participant.State
REASON_LENGTH = 1000
# What nobody needs of a registration that was withdrawn; access needs go with their consent.
UNTOLD: dict[str, Any] = {"organisation": "", "motivation": "", "interests": [], "answers": {}}


@transaction.atomic
def confirm(*participants: Participant, by: User, reason: str = "") -> list[Participant]:
    """An organiser gives places to people who applied, wait or were declined, in the order in which they registered.

    When all places are taken, they wait; who has a place, or is offered one, has it. All of them or none: the rows are
    locked in one order before the first decision.

    Args:
        reason: told to each of them, word by word.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        NotWaiting: a registration was withdrawn.
        Invalid: the reason is too long, or holds control characters.
    """
    reason = _tidy(reason)
    rows = _to_decide(participants, by=by)
    if any(row.state == State.WITHDRAWN for row in rows):
        raise NotWaiting
    rows.sort(key=lambda row: (row.waiting_number or 0, row.registered_at, row.pk))
    return [_give_place(row, by=by, reason=reason) for row in rows]


@transaction.atomic
def decline(*participants: Participant, by: User, reason: str = "") -> list[Participant]:
    """An organiser declines registrations, all of them or none; an offer is taken back, and so is a place.

    Whoever had a place reads why it is taken back; it goes to the next one in the same moment.

    Raises:
        NotAllowed
        NotWaiting: a registration was withdrawn.
        Invalid: the reason cannot be used, or there is none although somebody had a place.
    """
    reason = _tidy(reason)
    rows = _to_decide(participants, by=by)
    if any(row.state == State.WITHDRAWN for row in rows):
        raise NotWaiting
    if not reason and any(row.state == State.CONFIRMED for row in rows):
        raise Invalid(_("Say why: whoever loses a place reads the reason. Nothing was changed."))
    declined = [_decline(row, by=by, reason=reason) for row in rows]
    for edition in {row.edition for row in declined}:
        places.hand_on(edition)
    return declined


@transaction.atomic
def withdraw(participant: Participant, *, by: User | None) -> Participant:
    """A participant gives up the registration, and takes back the consents; who it was stays, what was told goes.

    A place that becomes free so is handed on in the same moment.

    Args:
        by: the person; None for a restored academy, which does again what the person did.

    Raises:
        NotAllowed: somebody else's registration.
        NotWaiting: it is declined or withdrawn already.
    """
    insist(by is None or by.pk == participant.user_id)
    edition = places.in_turn(participant.edition)
    row = locked(participant)
    if row.state == State.WITHDRAWN:
        return row
    if row.state == State.DECLINED:
        raise NotWaiting
    keep_need(row, "")
    for wording in (REGISTRATION, LISTED):
        end_consent(row, wording)
    for field, value in UNTOLD.items():
        setattr(row, field, copy(value))
    row.save(update_fields=[*UNTOLD])
    row = change_state(row, State.WITHDRAWN, by=by)
    places.hand_on(edition)
    return row


def _tidy(reason: str) -> str:
    return tidy(reason, limit=REASON_LENGTH, what=_("The reason")) if reason.strip() else ""


def _to_decide(participants: Iterable[Participant], *, by: User) -> list[Participant]:
    """The rows to decide on, with the edition and then themselves locked in the order of their keys."""
    chosen = list(participants)
    editions = Edition.objects.filter(pk__in={participant.edition_id for participant in chosen})
    for edition in editions.order_by("pk"):
        insist(is_organiser(by, edition))
        places.hand_on(places.in_turn(edition))
    rows = Participant.objects.select_for_update(of=("self",)).select_related("edition", "user")
    return list(rows.filter(pk__in=[participant.pk for participant in chosen]).order_by("pk"))


def _decline(row: Participant, *, by: User, reason: str) -> Participant:
    if row.state == State.DECLINED:
        return row
    verb = TAKEN_BACK if row.state == State.CONFIRMED else ""
    return change_state(row, State.DECLINED, by=by, verb=verb, reason=reason)


def _give_place(row: Participant, *, by: User, reason: str) -> Participant:
    """Confirm while there are places, else put on the waiting list; who waits already keeps the place in it."""
    if row.state == State.CONFIRMED:
        return row
    if row.state != State.OFFERED and places.free_places(row.edition) == 0:
        if row.state == State.WAITING:
            return row
        number = places.next_number(row.edition)
        return change_state(row, State.WAITING, by=by, reason=reason, waiting_number=number)
    return change_state(row, State.CONFIRMED, by=by, reason=reason)
