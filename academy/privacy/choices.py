"""Consent as its giver sees it: read, given and taken back purpose by purpose; each takes effect in the same moment."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from academy.access_needs import keep_need
from academy.consent import (
    ACCESS_NEEDS,
    LISTED,
    NEWS,
    REGISTRATION,
    Wording,
    end_consent,
    follow_visibility,
    give_consent,
)
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.mail.stopping import choose_news
from academy.models import Consent, Participant, User, Visibility
from academy.permissions import insist
from academy.registration import in_turn, participant_words


class NoLongerRegistered(DomainError):
    """A registration that is over has no consents to give."""

    message = _("This registration is over. Nothing was changed.")


class ChosenElsewhere(Invalid):
    """The consent belongs to a form with more than a yes."""

    message = _("This is chosen on another page.")


class Protected(Invalid):
    """Whoever is protected is not named by one word on a page of many: they choose it where they read what changes."""

    message = _(
        "You are protected: others see your pseudonym, never your name. If you want to be named instead, choose it in "
        "your registration, under “Who sees you”. Nothing was changed."
    )


@dataclass(frozen=True)
class Choice:
    """One purpose as a participant sees it: the words, and since when or until when they were agreed to.

    `is_old` says that the words have changed since. `gives_here` and `takes_here` say whether it is given and taken
    back on the page of one's data; the others belong to a form of their own. `stands` says whether it counts now.
    """

    wording: Wording
    title: str
    given_at: datetime | None
    withdrawn_at: datetime | None
    is_old: bool
    gives_here: bool
    takes_here: bool
    stands: bool


# What each is called, and whether it is given and taken back on the page of one's data.
TITLES = (
    (REGISTRATION, _("Taking part"), False, False),
    (LISTED, _("Being named, and standing in the list of participants"), True, True),
    (ACCESS_NEEDS, _("Access needs"), False, True),
    (NEWS, _("Mail that is not necessary"), True, True),
)


def choices_of(participant: Participant) -> list[Choice]:
    """The purposes that a participant is or was asked about, as they stand now."""
    last: dict[str, Consent] = {}
    for consent in participant.consents.order_by("given_at"):
        last[consent.purpose] = consent
    found = []
    for wording, title, gives, takes in TITLES:
        given = last.get(wording.purpose)
        given_at, withdrawn_at = (given.given_at, given.withdrawn_at) if given else (None, None)
        is_old = given is not None and given.wording_digest != wording.digest
        stands = given is not None and withdrawn_at is None
        if wording == NEWS:  # sent until somebody objects, with or without a word of agreement
            stands = participant.wants_news
        is_hidden = wording == LISTED and participant.visibility == Visibility.PROTECTED
        gives_here = gives and not is_hidden
        found.append(Choice(wording, str(title), given_at, withdrawn_at, is_old, gives_here, takes, stands))
    return found


@transaction.atomic
def agree(participant: Participant, purpose: str, *, by: User) -> Participant:
    """Give a consent; what it allows is done from now on.

    Raises:
        NotAllowed: somebody else's registration.
        NoLongerRegistered
        ChosenElsewhere: this purpose is not given by a word alone.
        Protected: to be named, a protected person chooses it in the registration.
    """
    row = _standing(participant, by=by)
    wording = _wording(purpose, giving=True)
    if wording == NEWS:
        choose_news(row, True, by=by)
    elif row.visibility == Visibility.PROTECTED:
        raise Protected
    else:
        was, row.visibility, row.pseudonym = row.visibility, Visibility.LISTED, ""
        row.save(update_fields=["visibility", "pseudonym"])
        follow_visibility(row, was=was)
    give_consent(row, wording)
    _record(row, "consent given", wording, by)
    return row


@transaction.atomic
def take_back(participant: Participant, purpose: str, *, by: User) -> Participant:
    """Take a consent back; what it allowed ends with this transaction, on every page.

    Raises:
        NotAllowed, NoLongerRegistered, ChosenElsewhere
    """
    row = _standing(participant, by=by)
    wording = _wording(purpose, giving=False)
    if wording == LISTED:
        unlist(row)
    elif wording == ACCESS_NEEDS:
        keep_need(row, "")
    else:
        choose_news(row, False, by=by)
    end_consent(row, wording)
    _record(row, "consent withdrawn", wording, by)
    return row


def unlist(row: Participant) -> None:
    """Name somebody no more who was listed; part of a rule that holds the row and records it."""
    if row.visibility == Visibility.LISTED:
        row.visibility = Visibility.UNLISTED
        row.save(update_fields=["visibility"])
        follow_visibility(row, was=Visibility.LISTED)


def _standing(participant: Participant, *, by: User) -> Participant:
    """The registration, locked after its edition."""
    insist(by.pk == participant.user_id)
    in_turn(participant.edition)
    row = Participant.objects.select_for_update(of=("self",)).select_related("edition").get(pk=participant.pk)
    if row.erased_at or row.state in (Participant.State.DECLINED, Participant.State.WITHDRAWN):
        raise NoLongerRegistered
    return row


def _wording(purpose: str, *, giving: bool) -> Wording:
    for wording, _title, gives, takes in TITLES:
        if wording.purpose == purpose and (gives if giving else takes):
            return wording
    raise ChosenElsewhere


def _record(row: Participant, verb: str, wording: Wording, by: User) -> None:
    facts = {"purpose": wording.purpose, "consent": wording.digest}
    record(row.edition, verb, row, by=by, data=facts, content=participant_words(row))
