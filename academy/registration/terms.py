"""The terms of registration: mode, window, capacity, deadlines; set by organisers, with history."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from academy.errors import Invalid
from academy.history import record
from academy.models import Edition, User
from academy.permissions import insist, is_organiser
from academy.registration import places

LONGEST_OFFER = 336


@dataclass(frozen=True)
class Terms:
    """How one gets a place at an academy, when, how many there are, until when things can be changed."""

    mode: str
    registration_opens: datetime | None = None
    registration_closes: datetime | None = None
    capacity: int | None = None
    changes_until: datetime | None = None
    offer_hours: int = 48
    contact: str = ""


def terms_of(edition: Edition) -> Terms:
    """The terms as they are."""
    return Terms(**{name: getattr(edition, name) for name in Terms.__dataclass_fields__})


@transaction.atomic
def change_terms(edition: Edition, terms: Terms, *, by: User) -> Edition:
    """Set the terms of registration; places that there are more of are handed on at once.

    Fewer places than there are people take nobody's place away: nobody new gets one until enough are free.

    Raises:
        NotAllowed: `by` is no organiser.
        Invalid: the window closes before it opens, or a number is out of bounds.
    """
    insist(is_organiser(by, edition))
    _insist_on_sense(terms)
    row = places.in_turn(edition)
    before = terms_of(row)
    if before == terms:
        return row
    for name, value in vars(terms).items():
        setattr(row, name, value)
    row.save(update_fields=[*vars(terms)])
    record(row, "terms of registration changed", row, by=by, data=_facts(terms, before))
    places.hand_on(row)
    return row


def _insist_on_sense(terms: Terms) -> None:
    opens, closes = terms.registration_opens, terms.registration_closes
    if terms.mode not in Edition.Mode.values:
        raise Invalid(_("There is no such way to register."))
    if opens and closes and closes <= opens:
        raise Invalid(_("Registration closes before it opens."))
    if terms.capacity is not None and not 1 <= terms.capacity <= 1_000_000:
        raise Invalid(_("The number of places is 1 or more; leave it empty for no limit."))
    if not 0 <= terms.offer_hours <= LONGEST_OFFER:
        raise Invalid(
            _("An offer is kept for up to two weeks (336 hours); 0 gives the place without asking.")
        )


def _facts(terms: Terms, before: Terms) -> dict[str, Any]:
    """What the history holds of the terms: no address, but whether that of the organisers has changed."""
    facts = {name: value for name, value in vars(terms).items() if name != "contact"}
    if terms.contact != before.contact:
        facts["contact"] = "changed" if terms.contact else "removed"
    return {
        name: value.isoformat() if isinstance(value, datetime) else value for name, value in facts.items()
    }
