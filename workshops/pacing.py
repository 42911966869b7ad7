"""How a group's hour is run: its clock stopped, started and extended, who may write, how many dots people have."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import User
from academy.permissions import insist
from workshops.dots import MOST_DOTS
from workshops.ledger import open_board
from workshops.models import Group
from workshops.permissions import runs_group

EXTRA_MINUTES = 5
LONGEST = timedelta(hours=4)


class NoClock(DomainError):
    """The clock is not in a state in which this can be done."""

    message = gettext_lazy("The clock of this part is not running like that now. Nothing was changed.")


@transaction.atomic
def stop_clock(group: Group, *, by: User) -> Group:
    """Let the part's clock stand, with what is left on it.

    Raises:
        NotAllowed, BoardClosed
        NoClock: it stands already, or there is none.
    """
    group = _held(group, by=by)
    if group.part_ends_at is None:
        raise NoClock
    left = max(timedelta(0), group.part_ends_at - clock.now())
    group.part_ends_at, group.part_left = None, round(left.total_seconds())
    return _told(group, "clock stopped", by=by)


@transaction.atomic
def start_clock(group: Group, *, by: User) -> Group:
    """Let the clock go on with what was left.

    Raises:
        NotAllowed, BoardClosed
        NoClock: it is not standing.
    """
    group = _held(group, by=by)
    if group.part_left is None:
        raise NoClock
    group.part_ends_at, group.part_left = clock.now() + timedelta(seconds=group.part_left), None
    return _told(group, "clock started", by=by)


@transaction.atomic
def extend_part(group: Group, *, by: User) -> Group:
    """Give the part five minutes more; counted from now if its time is up, or if a board was opened again without one.

    Raises:
        NotAllowed, BoardClosed
        NoClock: it shows four hours already.
    """
    group = _held(group, by=by)
    more = timedelta(minutes=EXTRA_MINUTES)
    if group.part_left is not None:
        group.part_left = round((timedelta(seconds=group.part_left) + more).total_seconds())
    elif group.part_ends_at is not None:
        group.part_ends_at = max(group.part_ends_at, clock.now()) + more
    else:
        group.part_ends_at = clock.now() + more
    ends_in = (
        group.part_ends_at - clock.now() if group.part_ends_at else timedelta(seconds=group.part_left or 0)
    )
    if ends_in > LONGEST:
        raise NoClock
    return _told(group, "part extended", by=by)


@transaction.atomic
def let_participants_write(group: Group, *, allowed: bool, by: User) -> Group:
    """Let the people of the group note findings themselves, or leave it to those who run it, from now on.

    Raises:
        NotAllowed, BoardClosed
    """
    group = _held(group, by=by)
    group.participants_write = allowed
    return _told(group, "writing opened" if allowed else "writing closed", by=by)


@transaction.atomic
def set_dots(group: Group, *, dots: int, by: User) -> Group:
    """Say how many dots each person has in each part; dots that were given before stay.

    Raises:
        NotAllowed, BoardClosed, Invalid
    """
    if not 1 <= dots <= MOST_DOTS:
        raise Invalid(_("Please choose between 1 and %(most)s dots.") % {"most": MOST_DOTS})
    group = _held(group, by=by)
    group.dots = dots
    return _told(group, "dots set", by=by)


def _held(group: Group, *, by: User) -> Group:
    insist(runs_group(by, group))
    return open_board(group)


def _told(group: Group, verb: str, *, by: User) -> Group:
    group.save(update_fields=["part_ends_at", "part_left", "participants_write", "dots"])
    record(group.workshop.edition, verb, group, by=by)
    announce("board changed", group=str(group.pk), number=group.head)
    return group
