"""An adopted text and who endorses it, for the tests of what follows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from outcome import adoption
from outcome.following.committing import Promise, commit
from outcome.following.endorsing import Signing, endorse
from tests.factories import opened_adoption

if TYPE_CHECKING:
    from uuid import UUID

    from academy.models import Edition, User
    from outcome.models import Commitment, Document, Endorsement

FAR = date(2070, 12, 31)
# What the form of endorsing sends.
SENT = {
    "organisation": "City of Examples",
    "kind": "local-government",
    "country": "AT",
    "website": "https://www.example.org/city",
    "statement": "We stand behind it.",
    "signer": "Dawit Bekele",
    "function": "Head of office",
    "authorised": "on",
}


def adopt(document: Document, *, by: User, voter: User) -> None:
    """Adopt a frozen document with one position."""
    procedure = opened_adoption(document, by=by)
    adoption.take_position(procedure, choice="join", by=voter)
    adoption.close_adoption(procedure, by=by)


def signing(**said: Any) -> Signing:
    """What is said when a city endorses; its domain is that of the cast's addresses."""
    usual = {
        "organisation": "City of Examples",
        "kind": "local-government",
        "country": "AT",
        "signer": "Dawit Bekele",
        "function": "Head of office",
        "website": "example.org",
    }
    return Signing(**{**usual, **said})


def endorsed(edition: Edition, *, by: User, **said: Any) -> Endorsement:
    """A city that has endorsed."""
    return endorse(edition, signing(**said), by=by)


def promise(*clauses: UUID, **said: Any) -> Promise:
    """What is said when a commitment is made."""
    usual = {"what": "Anchor it in the budget.", "responsible": "Treasury", "due": FAR}
    return Promise(clauses=clauses, **{**usual, **said})


def committed(endorsement: Endorsement, *clauses: UUID, by: User, **said: Any) -> Commitment:
    """A commitment of those who endorsed."""
    return commit(endorsement, promise(*clauses, **said), by=by)
