"""Who may do what in an edition: one predicate a decision, composed from roles and registration."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import TypeGuard
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q

from academy.errors import NotAllowed
from academy.models import Edition, Participant, Role, User
from academy.rights import TABLE, Right
from academy.second_factor import that_count

Visitor = User | AnonymousUser
# The roles that follow the registration of their person: one that needs a place, and one that giving it up ends.
WITH_A_PLACE, UNTIL_GIVEN_UP = (Role.Kind.DELEGATE,), (Role.Kind.OBSERVER,)
AS_PARTICIPANT = (*UNTIL_GIVEN_UP, *WITH_A_PLACE)
GIVEN_UP = (Participant.State.DECLINED, Participant.State.WITHDRAWN)


def is_known(user: Visitor | None) -> TypeGuard[User]:
    """Whether this is a logged-in person whose account is active."""
    return isinstance(user, User) and user.is_active


def roles_of(user: Visitor | None, edition: Edition) -> frozenset[str]:
    """The kinds of role that this person has now in this edition, and that count.

    Organisers need a second step. Delegates need a confirmed registration: before it, on the waiting list, and after it
    the role gives nothing. Who observes needs no registration, but after withdrawing or being declined the role gives
    nothing either. The other roles are as good without a registration.
    """
    return roles_of_each([user], edition)[user.pk] if is_known(user) else frozenset()


def roles_of_each(
    users: Collection[User], edition: Edition, kinds: Collection[str] = tuple(Role.Kind)
) -> dict[UUID, frozenset[str]]:
    """{key of the account: which of these kinds `roles_of` has}, for many people in one question."""
    keys = {user.pk for user in users if is_known(user)}
    held: defaultdict[UUID, set[str]] = defaultdict(set)
    counting = that_count(Role.objects.active().filter(user__in=keys, edition=edition, kind__in=kinds))
    own = Participant.objects.filter(user=OuterRef("user"), edition=edition)
    if not set(WITH_A_PLACE).isdisjoint(kinds):
        counting = counting.filter(~Q(kind__in=WITH_A_PLACE) | Exists(own.confirmed()))
    if not set(UNTIL_GIVEN_UP).isdisjoint(kinds):
        counting = counting.exclude(Q(kind__in=UNTIL_GIVEN_UP) & Exists(own.filter(state__in=GIVEN_UP)))
    for key, kind in counting.values_list("user", "kind") if keys else ():
        held[key].add(kind)
    return {user.pk: frozenset(held[user.pk]) for user in users}


def has_role(user: Visitor | None, edition: Edition, kinds: Iterable[str]) -> bool:
    return not roles_of(user, edition).isdisjoint(kinds)


def is_organiser(user: Visitor | None, edition: Edition) -> bool:
    return has_role(user, edition, (Role.Kind.ORGANISER,))


def has_right(user: Visitor | None, edition: Edition, right: Right) -> bool:
    """Whether this person holds a right in the whole academy, by a role or by taking part."""
    line = TABLE[right]
    roles = roles_of(user, edition)
    if not roles.isdisjoint(line.roles):
        return True
    return line.confirmed and roles.isdisjoint(line.without) and is_confirmed(user, edition)


def who_has_right(users: Collection[User], edition: Edition, right: Right) -> set[UUID]:
    """The keys of those of whom `has_right` says yes, asked for many people at once."""
    line = TABLE[right]
    roles = roles_of_each(users, edition, tuple(Role.Kind) if line.confirmed else line.roles)
    holders = {key for key, kinds in roles.items() if not kinds.isdisjoint(line.roles)}
    if line.confirmed:
        others = {user.pk for user in users if is_known(user)} - holders
        others = {key for key in others if roles[key].isdisjoint(line.without)}
        confirmed = Participant.objects.confirmed().filter(user__in=others, edition=edition)
        holders |= set(confirmed.values_list("user", flat=True))
    return holders


def participation(user: Visitor | None, edition: Edition) -> Participant | None:
    """This person's registration for the edition, in whatever state."""
    if not is_known(user):
        return None
    return Participant.objects.filter(user=user, edition=edition).first()


def is_confirmed(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person takes part: a confirmed registration."""
    return is_known(user) and Participant.objects.confirmed().filter(user=user, edition=edition).exists()


def takes_part(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person may see what the participants see: confirmed, or by a role that gives this right."""
    return has_right(user, edition, Right.READ_INSIDE)


def who_take_part(users: Collection[User], edition: Edition) -> set[UUID]:
    """The keys of those of whom `takes_part` says yes, asked for many people at once."""
    return who_has_right(users, edition, Right.READ_INSIDE)


def insist(allowed: bool) -> None:
    """Refuse unless allowed.

    Raises:
        NotAllowed: the person may not do this.
    """
    if not allowed:
        raise NotAllowed
