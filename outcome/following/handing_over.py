"""Another person acts for an organisation from now on: an organiser offers it to an address, whoever has it accepts.

Nobody is made responsible without having said so, and the organiser does not learn whether an address has an account.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import Invalid
from academy.history import record
from academy.models import User
from academy.permissions import insist
from academy.text import has_forbidden_characters, tidy
from outcome.following.endorsing import SIGNER_LENGTH
from outcome.following.errors import NoOffer, NotConfirmed
from outcome.following.locking import locked_endorsement
from outcome.following.naming import note_former, note_signer
from outcome.following.organisations import belongs_to, domain_of_address
from outcome.following.protecting import is_protected
from outcome.following.recording import endorsement_words
from outcome.following.telling import tell_handed_over, tell_offered
from outcome.models import Endorsement
from outcome.permissions import OFFER_DAYS, may_confirm_endorsements, may_take_over

State, Way = Endorsement.State, Endorsement.Way
OFFER_LASTS = timedelta(days=OFFER_DAYS)
ADDRESS_LENGTH = 254


@dataclass(frozen=True)
class Successor:
    """What somebody says who acts for an organisation from now on."""

    signer: str
    function: str
    shows_signer: bool = False


@transaction.atomic
def offer_endorsement(endorsement: Endorsement, *, address: str, by: User) -> Endorsement:
    """Offer an endorsement to whoever has this e-mail address; they are told by mail, and until they accept nothing
    changes. A further offer takes the place of the one before.

    Raises:
        NotAllowed
        NotConfirmed: only what is confirmed is handed over.
        Invalid: no address, or that of the account that acts for it now.
    """
    insist(may_confirm_endorsements(by, endorsement.edition))
    row = locked_endorsement(endorsement)
    if row.state != State.CONFIRMED:
        raise NotConfirmed
    address = _checked(address)
    if row.account and row.account.email.casefold() == address.casefold():
        raise Invalid(_("This account acts for the organisation already."))
    row.successor_address, row.offered_at = address, clock.now()
    row.save(update_fields=["successor_address", "offered_at"])
    entry = record(row.edition, "endorsement offered", row, by=by, content=endorsement_words(row))
    tell_offered(row, entry)
    return row


@transaction.atomic
def take_offer_back(endorsement: Endorsement, *, by: User) -> Endorsement:
    """Take an offer back; twice is the same as once.

    Raises:
        NotAllowed
    """
    insist(may_confirm_endorsements(by, endorsement.edition))
    row = locked_endorsement(endorsement)
    if not row.successor_address:
        return row
    row.successor_address, row.offered_at = "", None
    row.save(update_fields=["successor_address", "offered_at"])
    record(row.edition, "endorsement offer taken back", row, by=by, content=endorsement_words(row))
    return row


@transaction.atomic
def take_over(endorsement: Endorsement, said: Successor, *, by: User) -> Endorsement:
    """Act for an organisation from now on, in the place of who did. Whose it was is told, and acts for it no longer.

    How it was confirmed is true of the new address, too: by its domain, or else by the organiser who offered it.

    Raises:
        NoOffer: it is not offered to an address of this person, or not any more.
        Invalid
    """
    row = locked_endorsement(endorsement)
    if not may_take_over(by, row):
        raise NoOffer
    former = row.account
    note_former(row)
    row.signer = tidy(said.signer, limit=SIGNER_LENGTH, what=_("Your name"))
    row.function = tidy(said.function, limit=SIGNER_LENGTH, what=_("Your function"))
    row.shows_signer = said.shows_signer and not is_protected(by)
    domain = domain_of_address(row.successor_address)
    is_theirs = belongs_to(domain, row.domain)
    row.way, row.address_domain = (Way.DOMAIN, domain) if is_theirs else (Way.ORGANISER, "")
    row.account, row.successor_address, row.offered_at = by, "", None
    row.save()
    note_signer(row)
    entry = record(
        row.edition,
        "endorsement handed over",
        row,
        by=by,
        data={"way": row.way},
        content=endorsement_words(row),
    )
    if former is not None and former.pk != by.pk:
        tell_handed_over(row, former, entry)
    return row


def _checked(address: str) -> str:
    said = address.strip()
    try:
        validate_email(said)
    except ValidationError as error:
        raise Invalid(_("Please write an e-mail address.")) from error
    if has_forbidden_characters(said) or len(said) > ADDRESS_LENGTH:
        raise Invalid(_("Please write an e-mail address."))
    return said
