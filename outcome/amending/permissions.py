"""Who may propose amendments, comment, and lead a finalisation round; and whether the document takes them now."""

from datetime import datetime

from academy import clock
from academy.models import Edition, Participant
from academy.permissions import Visitor, has_right, is_known, takes_part
from academy.rights import Right, parts_with
from outcome.models import Amendment, ContributionRules, Document, Round
from outcome.permissions import may_draft
from programme.models import SessionRole


def has_amending_right(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person is one of those who propose and co-sign, once the document takes amendments."""
    return takes_part(user, edition) and has_right(user, edition, Right.AMEND)


def has_commenting_right(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person is one of those who comment, once the document takes comments."""
    return takes_part(user, edition) and has_right(user, edition, Right.COMMENT)


def may_amend(user: Visitor | None, edition: Edition, rules: ContributionRules | None) -> bool:
    """Whether this person may propose and co-sign now: delegates and organisers early, everybody from the set date."""
    if rules is None or not rules.takes_amendments or not has_amending_right(user, edition):
        return False
    return has_right(user, edition, Right.AMEND_EARLY) or _has_come(rules.amendments_from)


def may_comment(user: Visitor | None, edition: Edition, rules: ContributionRules | None) -> bool:
    """Whether this person may comment now: delegates and organisers early, everybody from the set date."""
    if rules is None or not rules.takes_comments or not has_commenting_right(user, edition):
        return False
    return has_right(user, edition, Right.AMEND_EARLY) or _has_come(rules.comments_from)


def _has_come(moment: datetime | None) -> bool:
    return moment is not None and moment <= clock.now()


def may_moderate_comments(user: Visitor | None, edition: Edition) -> bool:
    return has_right(user, edition, Right.MODERATE_COMMENTS)


def leads_round(user: Visitor | None, found: Round) -> bool:
    """Whether this person records what the room says: organisers, and the moderators of the workshop's groups."""
    edition = found.document.edition
    if has_right(user, edition, Right.FINALISE):
        return True
    if found.workshop is None or not is_known(user):
        return False
    sessions = [
        found.workshop.session_id,
        *found.workshop.groups.values_list("session", flat=True),
    ]
    return SessionRole.objects.filter(
        session__in=sessions,
        kind__in=parts_with(Right.FINALISE),
        participant__user=user,
        participant__state=Participant.State.CONFIRMED,
    ).exists()


def is_proposer(user: Visitor | None, amendment: Amendment) -> bool:
    """Whether the amendment is this person's own; an organiser's without a registration is all organisers'."""
    if amendment.proposer_id is None:
        return may_draft(user, amendment.document.edition)
    return is_known(user) and Participant.objects.filter(pk=amendment.proposer_id, user=user).exists()


def rules_of(document: Document | None) -> ContributionRules | None:
    """What the document takes from participants; none if nobody ever said so."""
    return ContributionRules.objects.filter(document=document).first() if document else None
