"""An adoption as two organisers set it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from academy.models import Role, User
from academy.roles import grant_role
from outcome.adoption import Plan, confirm_adoption, open_adoption, prepare_adoption
from outcome.deciding import Rules
from tests.factories.people import make_user

if TYPE_CHECKING:
    from academy.models import Edition
    from outcome.models import Document, Procedure

OF_RULES = ("method", "quorum", "quorum_of", "quorum_number", "abstentions")


def second_organiser(edition: Edition) -> User:
    """An organiser who did not prepare the adoption, with an account and no registration."""
    emails = ("p06@example.org", f"second-{edition.slug}@example.org")
    known = User.objects.filter(email__in=emails, roles__edition=edition).order_by("email").first()
    if known:
        return known
    user = make_user(f"second-{edition.slug}")
    grant_role(user, edition, Role.Kind.ORGANISER, by=None)
    return user


def plan(**asked: Any) -> Plan:
    """What is set up: a consensus without a quorum, if nothing else is asked."""
    rules = {key: asked.pop(key) for key in OF_RULES if key in asked}
    return Plan(Rules(**{"method": "consensus", **rules}), **asked)


def confirmed_adoption(document: Document, *, by: User, **asked: Any) -> Procedure:
    """An adoption that one organiser prepared and another confirmed."""
    prepared = prepare_adoption(document, plan(**asked), by=by)
    return confirm_adoption(prepared, by=second_organiser(document.edition))


def opened_adoption(document: Document, *, by: User, **asked: Any) -> Procedure:
    """An adoption that takes positions."""
    return open_adoption(confirmed_adoption(document, by=by, **asked), by=by)
