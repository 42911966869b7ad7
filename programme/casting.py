"""Who does what in a session."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from academy.errors import Invalid
from academy.history import record
from academy.models import Participant, User
from academy.permissions import insist
from programme.models import Session, SessionRole
from programme.permissions import may_edit


class OfAnotherEdition(Invalid):
    """The participant is registered for another edition."""

    message = _("This person is not registered for this academy.")


@transaction.atomic
def cast(participant: Participant, session: Session, kind: str, *, by: User | None) -> SessionRole:
    """Give a participant a role in a session; twice is the same as once.

    Raises:
        NotAllowed: `by` is no organiser.
        OfAnotherEdition: the participant belongs to another edition.
    """
    insist(by is None or may_edit(by, session.edition))
    if participant.edition_id != session.edition_id:
        raise OfAnotherEdition
    role, fresh = SessionRole.objects.get_or_create(session=session, participant=participant, kind=kind)
    if fresh:
        record(session.edition, "role in session given", role, by=by, data={"kind": kind})
    return role
