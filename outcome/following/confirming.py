"""An organiser says whether somebody may speak for an organisation."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.history import record
from academy.models import User
from academy.permissions import insist
from academy.text import tidy
from outcome.following.endorsing import others_confirmed
from outcome.following.errors import AlreadyDecided, AlreadyEndorsed
from outcome.following.locking import locked_endorsement
from outcome.following.recording import endorsement_words
from outcome.following.telling import tell_decision
from outcome.models import Endorsement
from outcome.permissions import may_confirm_endorsements

REASON_LENGTH = 500
State = Endorsement.State


@transaction.atomic
def confirm_endorsement(endorsement: Endorsement, *, by: User) -> Endorsement:
    """Confirm that who asked speaks for the organisation; it is public from then on, and they are told.

    Raises:
        NotAllowed, AlreadyDecided
        AlreadyEndorsed: the organisation has, by somebody else.
    """
    insist(may_confirm_endorsements(by, endorsement.edition))
    row = locked_endorsement(endorsement)
    if row.state != State.ASKED:
        raise AlreadyDecided
    if others_confirmed(row.edition, country=row.country, key=row.organisation_key, domain=row.domain):
        raise AlreadyEndorsed(_another())
    row.state, row.way = State.CONFIRMED, Endorsement.Way.ORGANISER
    row.decided_at, row.decided_by = clock.now(), by
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "way", "decided_at", "decided_by"])
    except IntegrityError as error:
        raise AlreadyEndorsed(_another()) from error
    tell_decision(row)
    record(
        row.edition,
        "endorsement confirmed",
        row,
        by=by,
        data={"way": row.way},
        content=endorsement_words(row),
    )
    return row


@transaction.atomic
def decline_endorsement(endorsement: Endorsement, *, reason: str, by: User) -> Endorsement:
    """Decline an endorsement, also one that was confirmed wrongly: nobody sees it any more, and who asked is told why.

    Raises:
        NotAllowed, AlreadyDecided
        Invalid: no reason.
    """
    insist(may_confirm_endorsements(by, endorsement.edition))
    row = locked_endorsement(endorsement)
    if not row.is_standing:
        raise AlreadyDecided
    row.reason = tidy(reason, limit=REASON_LENGTH, what=_("The reason"))
    row.state, row.decided_at, row.decided_by = State.DECLINED, clock.now(), by
    row.save(update_fields=["state", "reason", "decided_at", "decided_by"])
    tell_decision(row)
    record(row.edition, "endorsement declined", row, by=by, content=endorsement_words(row))
    return row


def _another() -> str:
    return _(
        "An organisation of this name, or with this website, has endorsed already. Decline this one, and say so in the "
        "reason."
    )
