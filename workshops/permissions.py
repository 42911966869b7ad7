"""Who may read and write on a group's board."""

from academy.models import Edition
from academy.permissions import Visitor, is_known, is_organiser, takes_part
from programme.permissions import leads_session
from workshops.models import Group, Seat


def leads_group(user: Visitor | None, group: Group) -> bool:
    """Whether this person moderates or co-facilitates the group."""
    return leads_session(user, group.session)


def runs_group(user: Visitor | None, group: Group) -> bool:
    """Whether this person may record findings, open and close the board: its leads, and organisers."""
    return leads_group(user, group) or is_organiser(user, group.workshop.edition)


def sits_in(user: Visitor | None, group: Group) -> bool:
    return is_known(user) and Seat.objects.filter(group=group, participant__user=user).exists()


def may_read_board(user: Visitor | None, group: Group) -> bool:
    """The group itself at any time; everybody who takes part once it is closed."""
    if runs_group(user, group) or sits_in(user, group):
        return True
    return group.state == Group.State.CLOSED and takes_part(user, group.workshop.edition)


def may_allocate(user: Visitor | None, edition: Edition) -> bool:
    return is_organiser(user, edition)
