"""Who may read and write on a group's board."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from academy.models import Edition, Participant, User
from academy.permissions import Visitor, has_right, is_known, takes_part, who_has_right, who_take_part
from academy.rights import Right, parts_with
from programme.models import Day, Session, SessionRole
from programme.permissions import LEADS, leads_session
from workshops.models import Finding, Group, Seat, Workshop


def leads_group(user: Visitor | None, group: Group) -> bool:
    """Whether this person moderates or co-facilitates the group."""
    return leads_session(user, group.session)


def runs_group(user: Visitor | None, group: Group) -> bool:
    """Whether this person may record findings, open and close the board: its leads, and organisers."""
    return leads_group(user, group) or has_right(user, group.workshop.edition, Right.RUN_GROUPS)


def sits_in(user: Visitor | None, group: Group) -> bool:
    """Whether this person has a seat in the group, and still takes part."""
    return (
        is_known(user)
        and Seat.objects.filter(
            group=group, participant__user=user, participant__state=Participant.State.CONFIRMED
        ).exists()
    )


def may_read_board(user: Visitor | None, group: Group) -> bool:
    """The group itself at any time; everybody who takes part once it is closed."""
    if runs_group(user, group) or sits_in(user, group):
        return True
    return group.state == Group.State.CLOSED and takes_part(user, group.workshop.edition)


def who_may_read(users: Collection[User], group: Group) -> set[UUID]:
    """Those of whom `may_read_board` says yes, asked for a whole room at once."""
    keys = {user.pk for user in users}
    confirmed = Participant.objects.confirmed().filter(user__in=keys, edition=group.workshop.edition_id)
    seated = Seat.objects.filter(group=group, participant__in=confirmed)
    leading = SessionRole.objects.filter(session=group.session_id, kind__in=LEADS, participant__in=confirmed)
    readers = set(seated.values_list("participant__user", flat=True))
    readers |= set(leading.values_list("participant__user", flat=True))
    edition = group.workshop.edition
    if others := [user for user in users if user.pk not in readers]:
        readers |= who_has_right(others, edition, Right.RUN_GROUPS)
    if group.state == Group.State.CLOSED and (others := [user for user in others if user.pk not in readers]):
        readers |= who_take_part(others, edition)
    return readers


def may_note(user: Visitor | None, group: Group) -> bool:
    """Whether this person may note findings: those who run the group, and its people if the moderator lets them."""
    return runs_group(user, group) or (group.participants_write and sits_in(user, group))


def may_reword(user: Visitor | None, group: Group, finding: Finding) -> bool:
    """Whether this person may change the words: those who run the group; who noted it, until the room agreed."""
    if runs_group(user, group):
        return True
    return finding.state == Finding.State.NOTED and may_note(user, group) and noted_it(user, finding)


def noted_it(user: Visitor | None, finding: Finding) -> bool:
    """Whether this person noted the finding; nobody else learns it."""
    return is_known(user) and Finding.objects.filter(pk=finding.pk, author__user=user).exists()


def may_give_dots(user: Visitor | None, group: Group) -> bool:
    """Whether this person supports findings here: everybody who has a seat."""
    return sits_in(user, group)


def may_answer(user: Visitor | None, group: Group) -> bool:
    """Whether this person confirms what is read back, or asks for a correction: everybody who has a seat."""
    return sits_in(user, group)


def may_write_guides(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person words the guides of the edition."""
    return has_right(user, edition, Right.EDIT_PROGRAMME)


def readable_boards(user: Visitor | None, edition: Edition) -> frozenset[UUID]:
    """The groups of the edition of which `may_read_board` says yes, asked for all of them at once."""
    if not is_known(user):
        return frozenset()
    groups = Group.objects.filter(workshop__edition=edition)
    if not has_right(user, edition, Right.RUN_GROUPS):
        confirmed = Participant.objects.confirmed().filter(user=user, edition=edition)
        leading = SessionRole.objects.filter(kind__in=LEADS, participant__in=confirmed).values("session")
        seated = Seat.objects.filter(participant__in=confirmed).values("group")
        own = Q(session__in=leading) | Q(pk__in=seated)
        groups = groups.filter(own | Q(state=Group.State.CLOSED) if takes_part(user, edition) else own)
    return frozenset(groups.values_list("pk", flat=True))


def may_allocate(user: Visitor | None, edition: Edition) -> bool:
    return has_right(user, edition, Right.PLACE_PEOPLE)


def may_keep_thoughts(user: Visitor | None, day: Day) -> bool:
    """Whether this person writes down what a guest said at the end of a day: organisers, and who leads its closing."""
    if has_right(user, day.edition, Right.KEEP_THOUGHTS):
        return True
    return (
        is_known(user)
        and SessionRole.objects.filter(
            session__day=day,
            session__kind=Session.Kind.CLOSING,
            session__removed_at=None,
            kind__in=parts_with(Right.KEEP_THOUGHTS),
            participant__in=Participant.objects.confirmed().filter(user=user),
        ).exists()
    )


def may_compare(user: Visitor | None, workshop: Workshop) -> bool:
    """Whether this person decides which findings of the workshop's groups say the same.

    Organisers at any time; those who lead one of its groups once all of them have closed.
    """
    if has_right(user, workshop.edition, Right.COMPARE_GROUPS):
        return True
    return (
        is_known(user)
        and all_closed(workshop)
        and SessionRole.objects.filter(
            session__group__workshop=workshop,
            kind__in=parts_with(Right.COMPARE_GROUPS),
            participant__in=Participant.objects.confirmed().filter(user=user),
        ).exists()
    )


def may_read_twins(user: Visitor | None, workshop: Workshop) -> bool:
    """Whether this person sees the groups side by side: organisers at any time, who takes part once all have closed."""
    if has_right(user, workshop.edition, Right.COMPARE_GROUPS):
        return True
    return takes_part(user, workshop.edition) and all_closed(workshop)


def all_closed(workshop: Workshop) -> bool:
    """Whether the workshop has groups, and every one of them has closed its board."""
    states = set(Group.objects.planned().filter(workshop=workshop).values_list("state", flat=True))
    return states == {Group.State.CLOSED}


def may_sum_up(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person chooses what the summary of a day shows."""
    return has_right(user, edition, Right.SUM_UP)


def may_reopen(user: Visitor | None, group: Group) -> bool:
    """Whether this person may open a closed board again."""
    return has_right(user, group.workshop.edition, Right.REOPEN_GROUPS)


def may_wish(user: Visitor | None, participant: Participant) -> bool:
    """Whether this person states these choices: their own, if they are spread over groups."""
    is_own = is_known(user) and user.pk == participant.user_id
    is_spread = participant.state == Participant.State.CONFIRMED
    return is_own and is_spread and has_right(user, participant.edition, Right.SIT_IN_GROUPS)
