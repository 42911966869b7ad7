"""Roles of an edition: granted and ended by organisers, with history."""

from collections.abc import Iterable, Iterator

from django.db import transaction
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError
from academy.history import Mismatch, record, record_all, verify_contents
from academy.models import Edition, Role, User
from academy.permissions import has_right, insist
from academy.registration import in_turn
from academy.rights import APART, Right


class RolesApart(DomainError):
    """The person has a role that does not go with this one."""

    message = gettext_lazy(
        "Nobody is a delegate and an observer at once: who observes takes no position. End the other role first."
    )


class LastOrganiser(DomainError):
    """Nobody would be left to run the academy."""

    message = gettext_lazy(
        "The last organiser of an academy cannot be removed. Make somebody else an organiser first."
    )


def grant_role(user: User, edition: Edition, kind: str, *, by: User | None) -> Role:
    """Give a person a role; giving it twice is the same as once.

    Args:
        by: an organiser; None for the administrator's shell.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        RolesApart
    """
    return grant_roles([user], edition, kind, by=by)[0]


@transaction.atomic
def grant_roles(people: Iterable[User], edition: Edition, kind: str, *, by: User | None) -> list[Role]:
    """Give people a role, all of them or none, in as many queries for thousands as for one; whoever has it keeps it.

    Returns:
        The role of each, in their order.

    Raises:
        NotAllowed, RolesApart: as `grant_role`.
    """
    insist(by is None or has_right(by, edition, Right.GIVE_ROLES))
    in_turn(edition)
    chosen = [user.pk for user in people]
    # Asked for the whole academy: thousands of keys are more than one question takes.
    others = Role.objects.active().filter(edition=edition, kind=APART.get(kind, ""))
    if not set(chosen).isdisjoint(others.values_list("user", flat=True)):
        raise RolesApart
    held = {role.user_id: role for role in Role.objects.active().filter(edition=edition, kind=kind)}
    new = [key for key in dict.fromkeys(chosen) if key not in held]
    fresh = [Role(edition=edition, user_id=key, kind=kind, granted_at=clock.now()) for key in new]
    Role.objects.bulk_create(fresh, batch_size=500)
    contents = ((role, role_words(role)) for role in fresh)
    record_all(edition, "role granted", contents, by=by, data={"kind": kind})
    held |= {role.user_id: role for role in fresh}
    return [held[key] for key in chosen]


def end_role(role: Role, *, by: User | None) -> Role:
    """Take a role away again; the row stays as history.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        LastOrganiser
    """
    return end_roles(role.edition, [role], by=by)[0]


@transaction.atomic
def end_roles(edition: Edition, roles: Iterable[Role], *, by: User | None) -> list[Role]:
    """Take several roles away again, all of them or none; one that ended before is left as it is.

    The administrator's shell, which can make an organiser, may also end the last one.

    Raises:
        NotAllowed, LastOrganiser: as `end_role`.
    """
    insist(by is None or has_right(by, edition, Right.GIVE_ROLES))
    in_turn(edition)
    wanted = [role.pk for role in roles]
    rows = list(
        Role.objects.select_for_update(of=("self",)).filter(edition=edition, pk__in=wanted).order_by("pk")
    )
    ending = [row for row in rows if row.ended_at is None]
    if by is not None:
        _insist_on_an_organiser(edition, ending)
    for row in ending:
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        record(edition, "role ended", row, by=by, data={"kind": row.kind}, content=role_words(row))
    return rows


def _insist_on_an_organiser(edition: Edition, ending: list[Role]) -> None:
    organisers = Role.objects.active().filter(edition=edition, kind=Role.Kind.ORGANISER, user__is_active=True)
    going = [role.pk for role in ending]
    if (
        any(role.kind == Role.Kind.ORGANISER for role in ending)
        and not organisers.exclude(pk__in=going).exists()
    ):
        raise LastOrganiser


def role_words(role: Role) -> dict[str, str | bool]:
    """What the history commits to of a role."""
    return {"user": str(role.user_id), "kind": role.kind, "ended": role.ended_at is not None}


def verify_roles(edition: Edition) -> Iterator[Mismatch]:
    """Yield the roles that nobody granted, or that are not as they were granted."""
    roles = Role.objects.filter(edition=edition)
    yield from verify_contents(edition, Role, {str(role.pk): role_words(role) for role in roles})
