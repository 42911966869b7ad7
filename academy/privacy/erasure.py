"""Erasing a person: the account, and what every edition knows about them, in one transaction.

What they found in their groups, their seats, positions and roles stay, and lead to nobody. The history's chain still
verifies, as it holds commitments to the actors and never their names (docs/decisions/0017-erasure.md).
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import DomainError
from academy.models import Consent, Edition, Participant, Role, User
from academy.permissions import insist
from academy.privacy.declarations import Declaration, Fate, declarations
from academy.privacy.erased import note
from academy.privacy.ground import invitations_of, letters_asking_for
from academy.registration import in_turn, withdraw
from academy.roles import end_role

log = logging.getLogger(__name__)

STANDING = (
    Participant.State.APPLIED,
    Participant.State.WAITING,
    Participant.State.OFFERED,
    Participant.State.CONFIRMED,
)
# What rests on others goes first, the account last of all.
APPS_IN_ORDER = ("outcome", "workshops", "programme", "academy")
ACCOUNT = "academy.User"
BATCH = 1_000
CHECKPOINT_MILLISECONDS = 2_000


class HandOverFirst(DomainError):
    """An academy is never left without an organiser."""

    def __init__(self, editions: list[Edition]) -> None:
        titles = ", ".join(edition.title for edition in editions)
        super().__init__(
            _(
                "You are the only organiser of %(titles)s. Give this role to somebody else first; nothing was erased."
            )
            % {"titles": titles}
        )


@dataclass(frozen=True)
class Line:
    """One kind of data on the page that asks: what it is, how many there are, and what becomes of it."""

    title: str | Promise
    count: int
    because: str | Promise


def what_erasure_does(user: User) -> dict[str, list[Line]]:
    """{"lost": what goes, "stays": what is kept without the person}, only of what there is."""
    lines: dict[str, list[Line]] = {"lost": [], "stays": []}
    for one in declarations():
        if count := one.rows(user).count():
            kept = one.erasure.fate == Fate.PSEUDONYMOUS
            lines["stays" if kept else "lost"].append(Line(one.title, count, one.erasure.because))
    return lines


def sole_organiser_of(user: User) -> list[Edition]:
    """The editions that would have no organiser without this person."""
    active = Role.objects.active().filter(kind=Role.Kind.ORGANISER)
    others = active.exclude(user=user).filter(user__is_active=True).values("edition")
    own = active.filter(user=user).exclude(edition__in=others).values("edition")
    return list(Edition.objects.filter(pk__in=own).order_by("slug"))


@transaction.atomic
def erase(user: User, *, by: User | None) -> dict[str, int]:
    """Erase a person; returns how many rows of each kind were deleted or blanked.

    Args:
        by: the person themself; None for the administrator's shell, and for accounts that nobody uses any more.

    Raises:
        NotAllowed: somebody else's account.
        HandOverFirst: an edition would be left without an organiser.
    """
    insist(by is None or by.pk == user.pk)
    for edition in _editions_of(user):
        in_turn(edition)
    user = User.objects.select_for_update().get(pk=user.pk)
    if alone := sole_organiser_of(user):
        raise HandOverFirst(alone)
    _step_down(user)
    _give_up_places(user)
    # All rows are found before the first is changed: some are found by a name or an address that is gone afterwards.
    found = [(one, list(one.rows(user).values_list("pk", flat=True))) for one in declarations()]
    counts = {one.key: _fade(one, keys) for one, keys in sorted(found, key=_order)}
    note(user.pk)
    transaction.on_commit(overwrite_log)
    log.info("Erased account %s", user.pk)
    return {key: count for key, count in counts.items() if count}


def erase_again(accounts: Iterable[UUID]) -> tuple[list[UUID], dict[UUID, str]]:
    """Erase those of these accounts that a restore brought back; (who is erased now, {who could not be: why})."""
    erased, refused = [], {}
    for user in User.objects.filter(pk__in=list(accounts)).order_by("pk"):
        try:
            erase(user, by=None)
            erased.append(user.pk)
        except DomainError as error:
            refused[user.pk] = str(error)
    return erased, refused


def _editions_of(user: User) -> list[Edition]:
    """The editions in which something of this person is changed, in the order in which they are locked."""
    known = (user.participations.all(), user.roles.all(), invitations_of(user), letters_asking_for(user))
    named = Q.create([("pk__in", rows.values("edition")) for rows in known], Q.OR)
    return list(Edition.objects.filter(named).order_by("pk"))


def _step_down(user: User) -> None:
    for role in Role.objects.active().filter(user=user).select_related("edition").order_by("pk"):
        end_role(role, by=None)


def _give_up_places(user: User) -> None:
    """Free the places, so that others move up, and take back every consent."""
    places = user.participations.filter(state__in=STANDING).order_by("pk")
    for participant in places.select_related("edition", "user"):
        withdraw(participant, by=user)
    standing = Consent.objects.filter(participant__user=user, withdrawn_at=None)
    standing.update(withdrawn_at=clock.now())


def _fade(one: Declaration, keys: list[Any]) -> int:
    rows = one.table._base_manager
    batches = (keys[start : start + BATCH] for start in range(0, len(keys), BATCH))
    return sum(one.erasure.act(rows.filter(pk__in=batch)) for batch in batches)


def _order(found: tuple[Declaration, list[Any]]) -> int:
    one, _keys = found
    app = one.model.partition(".")[0]
    place = APPS_IN_ORDER.index(app) if app in APPS_IN_ORDER else len(APPS_IN_ORDER)
    return len(APPS_IN_ORDER) + 1 if one.model == ACCOUNT else place


def overwrite_log() -> None:
    """On SQLite, empty the file of the last writes: what was deleted stands there too. Busy readers put it off."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA busy_timeout").fetchone()[0]
        cursor.execute(f"PRAGMA busy_timeout={CHECKPOINT_MILLISECONDS}")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.execute(f"PRAGMA busy_timeout={before}")
