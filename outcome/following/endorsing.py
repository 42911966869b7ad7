"""Endorsing the adopted text for an organisation, and withdrawing."""

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django_countries import countries

from academy import clock
from academy.errors import Invalid
from academy.history import record
from academy.models import Edition, User
from academy.permissions import insist
from academy.text import tidy
from outcome.following.errors import (
    AddressNotConfirmed,
    AlreadyAsked,
    AlreadyEndorsed,
    NothingAdopted,
)
from outcome.following.locking import standing
from outcome.following.naming import note_signer
from outcome.following.organisations import (
    belongs_to,
    domain_of_address,
    domain_of_website,
    organisation_key,
)
from outcome.following.protecting import insist_on_no_name, is_protected
from outcome.following.recording import endorsement_words
from outcome.models import Endorsement, Procedure, Revision
from outcome.permissions import acts_for

NAME_LENGTH, SIGNER_LENGTH, STATEMENT_LENGTH = 160, 120, 1000
Kind, State, Way = Endorsement.Kind, Endorsement.State, Endorsement.Way


@dataclass(frozen=True)
class Signing:
    """What is said when a text is endorsed.

    Args:
        website: an address or a domain; what the domain of the e-mail address is compared with.
        shows_signer: the name and the function of who signs may be public.
    """

    organisation: str
    kind: str
    country: str
    signer: str
    function: str
    website: str = ""
    statement: str = ""
    shows_signer: bool = False


def adopted_revision(edition: Edition) -> Revision | None:
    """The text that was adopted in this academy."""
    adopted = Procedure.objects.filter(document__edition=edition, state=Procedure.State.ADOPTED)
    procedure = adopted.select_related("revision__document").order_by("-closed_at").first()
    if procedure is None:
        return None
    procedure.revision.document.edition = edition
    return procedure.revision


@transaction.atomic
def endorse(edition: Edition, said: Signing, *, by: User) -> Endorsement:
    """Endorse the adopted text for an organisation.

    Confirmed at once if the confirmed address of who signs is one of the organisation's domain; otherwise it waits for
    an organiser of the academy.

    Raises:
        NothingAdopted, AddressNotConfirmed, AlreadyEndorsed, AlreadyAsked
        Invalid: what was given cannot be.
    """
    revision = adopted_revision(edition)
    if revision is None:
        raise NothingAdopted
    address = confirmed_address(by)
    if not address:
        raise AddressNotConfirmed
    fields = _checked(said, by=by)
    domain = domain_of_address(address)
    if belongs_to(domain, fields["domain"]):
        fields |= {
            "state": State.CONFIRMED,
            "way": Way.DOMAIN,
            "address_domain": domain,
            "decided_at": clock.now(),
        }
    _insist_on_first(edition, fields, by=by)
    try:
        with transaction.atomic():
            made = Endorsement.objects.create(
                edition=edition, revision=revision, account=by, asked_at=clock.now(), **fields
            )
    except IntegrityError as error:
        # Somebody was faster.
        raise AlreadyEndorsed from error
    verb = "endorsement confirmed" if made.state == State.CONFIRMED else "endorsement asked for"
    _note(verb, made, by=by, data={"way": made.way, "kind": made.kind})
    return made


@transaction.atomic
def withdraw_endorsement(endorsement: Endorsement, *, by: User) -> Endorsement:
    """Withdraw an endorsement. If it was public, that it was withdrawn stays public, and nobody's name.

    Raises:
        NotAllowed: somebody else's.
        EndorsementOver
    """
    insist(acts_for(by, endorsement))
    row = standing(endorsement)
    row.state, row.withdrawn_at, row.shows_signer = State.WITHDRAWN, clock.now(), False
    row.save(update_fields=["state", "withdrawn_at", "shows_signer"])
    note_signer(row)
    _note("endorsement withdrawn", row, by=by)
    return row


def confirmed_address(user: User) -> str:
    """The address of an account, if it is known to be this person's."""
    own = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    return user.email if own.exists() else ""


def others_confirmed(edition: Edition, *, country: str, key: str, domain: str) -> bool:
    """Whether an organisation of this name, or of this domain, has endorsed."""
    confirmed = Endorsement.objects.filter(edition=edition, state=State.CONFIRMED)
    if confirmed.filter(country=country, organisation_key=key).exists():
        return True
    return bool(domain) and confirmed.filter(domain=domain).exists()


def _checked(said: Signing, *, by: User) -> dict[str, Any]:
    """The columns of an endorsement, tidied."""
    if said.kind not in Kind.values:
        raise Invalid(_("Please choose whether it is a local government or an organisation."))
    if said.country not in dict(countries):
        raise Invalid(_("Please choose a country."))
    name = tidy(said.organisation, limit=NAME_LENGTH, what=_("The name of the organisation"))
    key = organisation_key(name)
    if not key:
        raise Invalid(_("Please write the name of the organisation in letters."))
    statement = said.statement.strip() and tidy(
        said.statement, limit=STATEMENT_LENGTH, what=_("The statement")
    )
    insist_on_no_name(by, name, statement)
    return {
        "organisation": " ".join(name.split()),
        "organisation_key": key,
        "kind": said.kind,
        "country": said.country,
        "domain": domain_of_website(said.website),
        "statement": statement,
        "signer": tidy(said.signer, limit=SIGNER_LENGTH, what=_("Your name")),
        "function": tidy(said.function, limit=SIGNER_LENGTH, what=_("Your function")),
        "shows_signer": said.shows_signer and not is_protected(by),
    }


def _insist_on_first(edition: Edition, fields: dict[str, Any], *, by: User) -> None:
    country, key = fields["country"], fields["organisation_key"]
    if others_confirmed(edition, country=country, key=key, domain=fields["domain"]):
        raise AlreadyEndorsed
    asked = Endorsement.objects.filter(edition=edition, account=by, state=State.ASKED)
    if "state" not in fields and asked.filter(country=country, organisation_key=key).exists():
        raise AlreadyAsked


def _note(verb: str, row: Endorsement, *, by: User, data: dict[str, Any] | None = None) -> None:
    record(row.edition, verb, row, by=by, data=data, content=endorsement_words(row))
