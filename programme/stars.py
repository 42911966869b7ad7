"""The sessions that people mark for themselves.

A star is nobody else's business: it is not recorded in the history, shown to nobody, and goes with the registration.
"""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from academy.announcements import announce
from academy.models import Participant, User
from academy.permissions import insist
from programme.models import Session, Star


def starred_sessions(participant: Participant | None) -> frozenset[str]:
    """The ids of the sessions that a participant marked."""
    if not participant:
        return frozenset()
    return frozenset(
        str(session)
        for session in Star.objects.filter(participant=participant).values_list("session", flat=True)
    )


@transaction.atomic
def mark(participant: Participant, sessions: Collection[UUID], *, by: User) -> int:
    """Mark sessions of the participant's edition; those already marked stay so, unknown ones are passed over.

    Returns:
        How many are marked now that were not before.

    Raises:
        NotAllowed: the stars are somebody else's.
    """
    insist(by.pk == participant.user_id)
    known = Session.objects.filter(edition=participant.edition_id, pk__in=sessions).exclude(
        stars__participant=participant
    )
    stars = [Star(participant=participant, session=session) for session in known]
    Star.objects.bulk_create(stars, ignore_conflicts=True)
    announce("own pages changed", person=str(by.pk))
    return len(stars)


def unmark(participant: Participant, session: UUID, *, by: User) -> None:
    """Take a mark away; there may be none.

    Raises:
        NotAllowed: the star is somebody else's.
    """
    insist(by.pk == participant.user_id)
    Star.objects.filter(participant=participant, session=session).delete()
    announce("own pages changed", person=str(by.pk))
