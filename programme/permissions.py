"""Who may see and do what in the programme."""

from academy.models import Edition, Participant
from academy.permissions import Visitor, has_right, is_known
from academy.rights import Right, parts_with
from programme.models import Session, SessionRole

LEADS = tuple(sorted(parts_with(Right.RUN_GROUPS)))


def may_edit(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person may change the draft of the programme."""
    return has_right(user, edition, Right.EDIT_PROGRAMME)


def may_release(user: Visitor | None, edition: Edition) -> bool:
    return has_right(user, edition, Right.EDIT_PROGRAMME)


def has_part(user: Visitor | None, session: Session, right: Right) -> bool:
    """Whether a part in this session gives the person a right there."""
    return (
        is_known(user)
        and SessionRole.objects.filter(
            session=session,
            kind__in=parts_with(right),
            participant__user=user,
            participant__state=Participant.State.CONFIRMED,
        ).exists()
    )


def leads_session(user: Visitor | None, session: Session) -> bool:
    """Whether this person moderates or co-facilitates the session."""
    return has_part(user, session, Right.RUN_GROUPS)


def enters_early(user: Visitor | None, session: Session) -> bool:
    """Whether the session's link opens to this person before the others, to prepare."""
    return has_part(user, session, Right.ENTER_EARLY) or has_right(user, session.edition, Right.ENTER_EARLY)
