"""Who may read and write the outcome document, take part in its adoption, and act for who endorses it."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from academy import clock
from academy.invitations.accepting import has_address
from academy.models import Edition, Participant, User
from academy.permissions import Visitor, has_right, is_known, takes_part, who_has_right
from academy.rights import Right
from outcome.models import Elector, Endorsement, Procedure, Revision

# For how long an endorsement is offered to another account.
OFFER_DAYS = 30


def may_draft(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person may write the document, publish revisions and run the adoption."""
    return has_right(user, edition, Right.WRITE_DOCUMENT)


def who_may_draft(users: Collection[User], edition: Edition) -> set[UUID]:
    """The keys of those of whom `may_draft` says yes, in one question."""
    return who_has_right(users, edition, Right.WRITE_DOCUMENT)


def may_follow(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person may read the document while it is written: who writes, and moderators of the academy."""
    return has_right(user, edition, Right.FOLLOW_WRITING)


def who_may_follow(users: Collection[User], edition: Edition) -> set[UUID]:
    """The keys of those of whom `may_follow` says yes, in one question."""
    return who_has_right(users, edition, Right.FOLLOW_WRITING)


def shown_to_writers(users: Collection[User], edition: Edition) -> dict[UUID, str]:
    """{key of the account: the name under which the others at the writing page see somebody}.

    Whoever is not shown by name has an empty one, or none.
    """
    rows = Participant.objects.as_shown().filter(user__in={user.pk for user in users}, edition=edition)
    return {row.user_id: row.shown_name for row in rows}


def audiences_of(user: Visitor | None, edition: Edition) -> tuple[str, ...]:
    """The audiences that this person belongs to, for asking which revisions they may read."""
    audiences = [Revision.Audience.PUBLIC]
    if takes_part(user, edition):
        audiences.append(Revision.Audience.PARTICIPANTS)
    if may_draft(user, edition):
        audiences.append(Revision.Audience.ORGANISERS)
    return tuple(audiences)


def elector_of(user: Visitor | None, procedure: Procedure) -> Elector | None:
    """This person's place in the electorate; none for somebody who withdrew since the opening."""
    if not is_known(user):
        return None
    return Elector.objects.filter(
        procedure=procedure, participant__user=user, participant__state=Participant.State.CONFIRMED
    ).first()


def may_confirm_endorsements(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person may confirm and decline endorsements."""
    return has_right(user, edition, Right.CONFIRM_ENDORSEMENTS)


def acts_for(user: Visitor | None, endorsement: Endorsement) -> bool:
    """Whether this person acts for the organisation: the account that endorsed for it."""
    return is_known(user) and endorsement.account_id == user.pk


def may_take_over(user: Visitor | None, endorsement: Endorsement) -> bool:
    """Whether an endorsement is offered to this person: to a confirmed address of theirs, and not for too long."""
    if endorsement.state != Endorsement.State.CONFIRMED or not endorsement.offered_at or not is_known(user):
        return False
    is_over = endorsement.offered_at + timedelta(days=OFFER_DAYS) <= clock.now()
    address = endorsement.successor_address
    return bool(address) and not is_over and has_address(user, address)


def may_see_endorsement(user: Visitor | None, endorsement: Endorsement) -> bool:
    """Whether this person may see it: everybody once it was confirmed; before, who asked for it, and who decides."""
    was_confirmed = endorsement.state == Endorsement.State.CONFIRMED or (
        endorsement.state == Endorsement.State.WITHDRAWN and endorsement.decided_at is not None
    )
    return was_confirmed or acts_for(user, endorsement) or may_confirm_endorsements(user, endorsement.edition)
