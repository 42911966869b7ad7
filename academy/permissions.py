"""Who may do what in an edition: one predicate a decision, composed from roles and registration."""

from collections.abc import Collection, Iterable
from typing import TypeGuard
from uuid import UUID

from django.contrib.auth.models import AnonymousUser

from academy.asked import asked
from academy.errors import NotAllowed
from academy.models import Edition, Participant, Role, User
from academy.rights import TABLE, Right
from academy.second_factor import GUARDED, those_who_lack_a_step

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
    if not is_known(user):
        return frozenset()
    return asked(("roles", user.pk, edition.pk), lambda: roles_of_each([user], edition)[user.pk])


def roles_of_each(
    users: Collection[User], edition: Edition, kinds: Collection[str] = tuple(Role.Kind)
) -> dict[UUID, frozenset[str]]:
    """{key of the account: which of these kinds `roles_of` has}, for many people in at most three questions.

    Plain questions, the later ones only where a role depends on the answer: nested in one, they took four times as
    long to put together as to answer.
    """
    held: dict[UUID, set[str]] = {user.pk: set() for user in users}
    known = {user.pk for user in users if is_known(user)}
    held_now = Role.objects.active().filter(user__in=known, edition=edition, kind__in=kinds)
    for key, kind in held_now.values_list("user", "kind") if known else ():
        held[key].add(kind)
    for key in those_who_lack_a_step(_holders(held, GUARDED)):
        held[key].difference_update(GUARDED)
    following = _holders(held, AS_PARTICIPANT)
    registered = Participant.objects.filter(user__in=following, edition=edition)
    states = dict(registered.values_list("user", "state")) if following else {}
    for key in following:
        if states.get(key) != Participant.State.CONFIRMED:
            held[key].difference_update(WITH_A_PLACE)
        if states.get(key) in GIVEN_UP:
            held[key].difference_update(UNTIL_GIVEN_UP)
    return {key: frozenset(roles) for key, roles in held.items()}


def _holders(held: dict[UUID, set[str]], kinds: tuple[str, ...]) -> set[UUID]:
    """Those who hold one of these kinds of role."""
    return {key for key, roles in held.items() if not roles.isdisjoint(kinds)}


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
    if not is_known(user):
        return False
    confirmed = Participant.objects.confirmed().filter(user=user, edition=edition)
    return asked(("is confirmed", user.pk, edition.pk), confirmed.exists)


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
