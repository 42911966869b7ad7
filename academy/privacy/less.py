"""Showing less of somebody than they chose: for an organiser when a name leaked, and after a restore. Never more.

The person is not told by a mail, as somebody else may read it; they can choose anew in their registration.
"""

import secrets

from django.db import transaction
from django.utils.translation import gettext_lazy

from academy.consent import follow_visibility
from academy.errors import DomainError
from academy.history import record
from academy.models import Edition, Participant, User, Visibility
from academy.permissions import has_right, insist
from academy.privacy.shown import end_all_of
from academy.registration import in_turn, is_taken, participant_words
from academy.rights import Right

# From what shows most to what shows least.
WIDTH = (Visibility.LISTED, Visibility.UNLISTED, Visibility.PROTECTED)
SHOWN_LESS, REPLACED = "shown less", "pseudonym replaced"


class NotLess(DomainError):
    """It would show as much of the person as now, or more."""

    message = gettext_lazy(
        "Others would see as much of this person as now, or more, which only the person can choose. "
        "Nothing was changed."
    )


def ways_to_show_less(participant: Participant) -> list[Visibility]:
    """How somebody can be seen that shows less than now; whoever is protected can get another pseudonym."""
    narrower = [way for way in WIDTH if is_narrower(way, participant.visibility)]
    return narrower or [Visibility.PROTECTED]


@transaction.atomic
def show_less(participant: Participant, chosen: Visibility, *, by: User | None) -> Participant:
    """Show less of somebody, at once and everywhere; whoever is or becomes protected has a new pseudonym.

    Where they chose for one thing to be named all the same, as at an endorsement, they are named no longer.

    Args:
        by: an organiser; None for the administrator's shell.

    Raises:
        NotAllowed: somebody who does not manage the people of this edition.
        NotLess
    """
    insist(by is None or has_right(by, participant.edition, Right.MANAGE_PEOPLE))
    _take_all_turns()
    rows = Participant.objects.select_for_update(of=("self",)).select_related("edition", "user")
    row = rows.get(pk=participant.pk)
    if row.erased_at is not None or chosen not in ways_to_show_less(row):
        raise NotLess
    end_all_of(row.user)
    verb = REPLACED if row.visibility == Visibility.PROTECTED else SHOWN_LESS
    narrow(row, chosen, verb=verb, by=by)
    return row


@transaction.atomic
def end_names(user: User) -> list[str]:
    """End, in every academy, where somebody chose to be named all the same, also for whoever is unlisted or registered
    nowhere; for the administrator's shell. Returns what it was of each, such as "name at an endorsement".
    """
    _take_all_turns()
    return end_all_of(user)


def _take_all_turns() -> None:
    """What is ended may be of other academies: all in their order, so that nobody waits for the other."""
    for edition in Edition.objects.order_by("pk"):
        in_turn(edition)


def narrow(row: Participant, chosen: Visibility, *, verb: str, by: User | None = None) -> None:
    """Have a registration, which is locked, seen so from now on, under a pseudonym of nobody's choice if protected."""
    was, called = row.visibility, row.pseudonym
    row.visibility = chosen
    row.pseudonym = new_pseudonym(row) if chosen == Visibility.PROTECTED else ""
    row.save(update_fields=["visibility", "pseudonym"])
    follow_visibility(row, was=was, called=called)
    facts = {"visibility": row.visibility}
    record(row.edition, verb, row, by=by, data=facts, content=participant_words(row))


def is_narrower(chosen: str, than: str) -> bool:
    """Whether this way of being seen shows less than that one."""
    return WIDTH.index(Visibility(chosen)) > WIDTH.index(Visibility(than))


def new_pseudonym(row: Participant) -> str:
    """A pseudonym that leads to nobody: the one that was chosen is in no list, and an older one may be known."""
    while True:
        name = f"Participant {secrets.token_hex(3).upper()}"
        if not is_taken(name, row.edition, but=row):
            return name
