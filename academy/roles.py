"""Roles of an edition: granted and ended by organisers, with history."""

from collections.abc import Iterator

from django.db import transaction

from academy import clock
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, Role, User
from academy.permissions import insist, is_organiser


@transaction.atomic
def grant_role(user: User, edition: Edition, kind: str, *, by: User | None) -> Role:
    """Give a person a role; giving it twice is the same as once.

    Args:
        by: an organiser; None for the administrator's shell.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
    """
    insist(by is None or is_organiser(by, edition))
    role, fresh = Role.objects.get_or_create(
        edition=edition, user=user, kind=kind, ended_at=None, defaults={"granted_at": clock.now()}
    )
    if fresh:
        record(edition, "role granted", role, by=by, data={"kind": kind}, content=role_words(role))
    return role


@transaction.atomic
def end_role(role: Role, *, by: User | None) -> Role:
    """Take a role away again; the row stays as history.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
    """
    insist(by is None or is_organiser(by, role.edition))
    role = Role.objects.select_for_update(of=("self",)).get(pk=role.pk)
    if role.ended_at is None:
        role.ended_at = clock.now()
        role.save(update_fields=["ended_at"])
        record(role.edition, "role ended", role, by=by, data={"kind": role.kind}, content=role_words(role))
    return role


def role_words(role: Role) -> dict[str, str | bool]:
    """What the history commits to of a role."""
    return {"user": str(role.user_id), "kind": role.kind, "ended": role.ended_at is not None}


def verify_roles(edition: Edition) -> Iterator[Mismatch]:
    """Yield the roles that nobody granted, or that are not as they were granted."""
    roles = Role.objects.filter(edition=edition)
    yield from verify_contents(edition, Role, {str(role.pk): role_words(role) for role in roles})
