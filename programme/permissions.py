"""Who may see and do what in the programme."""

from academy.models import Edition, Participant
from academy.permissions import Visitor, is_known, is_organiser
from programme.models import Session, SessionRole

LEADS = (SessionRole.Kind.MODERATOR, SessionRole.Kind.CO_FACILITATOR)


def may_edit(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person may change the draft of the programme."""
    return is_organiser(user, edition)


def may_release(user: Visitor | None, edition: Edition) -> bool:
    return is_organiser(user, edition)


def leads_session(user: Visitor | None, session: Session) -> bool:
    """Whether this person moderates or co-facilitates the session."""
    return (
        is_known(user)
        and SessionRole.objects.filter(
            session=session,
            kind__in=LEADS,
            participant__user=user,
            participant__state=Participant.State.CONFIRMED,
        ).exists()
    )
