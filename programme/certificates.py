"""The certificate of participation: made from recorded attendance, checked by its code, withdrawn.

It attests which sessions somebody went to, and nothing about who they are: the name stands on the paper alone. The
academy keeps a slow, salted digest of it, so that whoever holds the paper can have the name compared.
"""

import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from academy import clock
from academy.errors import DomainError
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, Participant, User
from academy.permissions import insist
from academy.registration import in_turn
from programme.agenda import all_sessions, times_of
from programme.models import Attendance, Certificate
from programme.releases import current_release

# Letters and digits that nobody mistakes for another: 31 of them, 16 of which are 79 random bits.
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
GROUPS, GROUP = 4, 4


class NotOverYet(DomainError):
    """The academy has not ended."""

    message = _("Certificates are made once the academy is over, so that they say everything.")


class NothingAttended(DomainError):
    """No session was recorded for this person."""

    message = _("No session is recorded for you, so there is nothing to certify.")


class NoPseudonym(DomainError):
    """The certificate was to bear a pseudonym that there is not."""

    message = _(
        "You have no pseudonym. Choose your own name, or enter a pseudonym in your registration first."
    )


class NameChanged(DomainError):
    """The name of the registration is not the one that the certificate was made for."""

    message = _(
        "The name in your registration has changed since. Make a new certificate to have it with this name."
    )


@dataclass(frozen=True)
class Attended:
    """A session that somebody went to: its date ("2022-02-01"), its title, how long it was planned for."""

    date: str
    title: str
    minutes: int

    @property
    def day(self) -> datetime:
        return datetime.fromisoformat(self.date)


def is_over(edition: Edition) -> bool:
    """Whether the last day has ended, in the academy's zone."""
    return clock.now().astimezone(ZoneInfo(edition.time_zone)).date() > edition.ends


def attended_sessions(participant: Participant) -> list[Attended]:
    """The sessions of the released programme that a participant went into, in order.

    A part of a session stands for the whole that it belongs to, so that no hour counts twice.
    """
    release = current_release(participant.edition)
    keys = {
        str(key)
        for key in Attendance.objects.filter(participant=participant).values_list("session", flat=True)
    }
    items = [item for item in all_sessions(release.content) if item["id"] in keys] if release else []
    wholes = {item["parent"]["id"] for item in items if item["parent"]}
    return [_attended(item) for item in items if item["id"] not in wholes]


def _attended(item: dict[str, Any]) -> Attended:
    starts, ends = times_of(item)
    minutes = int((ends - starts).total_seconds() // 60) if starts and ends else item["minutes"] or 0
    title = f"{item['parent']['title']}: {item['title']}" if item["parent"] else item["title"]
    return Attended(item["day"]["date"], title, minutes)


def certificate_of(participant: Participant | None) -> Certificate | None:
    """The certificate that is in use, if there is one."""
    rows = Certificate.objects.filter(participant=participant, withdrawn_at=None)
    return rows.select_related("participant__edition").first() if participant else None


@transaction.atomic
def make_certificate(participant: Participant, *, with_pseudonym: bool, by: User) -> Certificate:
    """Make a certificate; the one that was in use is withdrawn with it.

    Raises:
        NotAllowed: it is somebody else's, or its owner does not take part (any more).
        NotOverYet, NothingAttended, NoPseudonym
    """
    insist(by.pk == participant.user_id)
    in_turn(participant.edition)
    rows = Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("edition")
    participant = rows.get(pk=participant.pk)
    insist(participant.state == Participant.State.CONFIRMED)
    if not is_over(participant.edition):
        raise NotOverYet
    sessions = attended_sessions(participant)
    if not sessions:
        raise NothingAttended
    name = participant.pseudonym if with_pseudonym else participant.name
    if not name:
        raise NoPseudonym
    _withdraw(participant, by=by)
    made = Certificate.objects.create(
        participant=participant,
        code=new_code(),
        content=_content(participant.edition, sessions),
        name_digest=make_password(_comparable(name)),
        is_pseudonym=with_pseudonym,
        made_at=clock.now(),
    )
    record(participant.edition, "certificate made", made, by=by, content=certificate_words(made))
    return made


@transaction.atomic
def withdraw_certificate(participant: Participant, *, by: User) -> bool:
    """Withdraw the certificate in use: from now on its page says so. False if there was none.

    Raises:
        NotAllowed: it is somebody else's.
    """
    insist(by.pk == participant.user_id)
    in_turn(participant.edition)
    rows = Participant.objects.select_for_update(no_key=True, of=("self",)).select_related("edition")
    return _withdraw(rows.get(pk=participant.pk), by=by)


def _withdraw(participant: Participant, *, by: User) -> bool:
    row = certificate_of(participant)
    if row is None:
        return False
    row.withdrawn_at = clock.now()
    row.save(update_fields=["withdrawn_at"])
    record(participant.edition, "certificate withdrawn", row, by=by, content=certificate_words(row))
    return True


def name_on(certificate: Certificate) -> str:
    """The name that the paper bears.

    Raises:
        NameChanged: the registration says another one now.
    """
    owner = certificate.participant
    name = owner.pseudonym if certificate.is_pseudonym else owner.name
    if not bears(certificate, name):
        raise NameChanged
    return name


# --- Checking ---------------------------------------------------------------------------------------------------------


def certificate_with(code: str, edition: Edition) -> Certificate | None:
    """The certificate with this code, however it was typed; None if there is none in this edition."""
    wanted = written(code)
    rows = Certificate.objects.filter(code=wanted, participant__edition=edition)
    return rows.select_related("participant").first() if wanted else None


def is_valid(certificate: Certificate) -> bool:
    """Whether the certificate stands: not withdrawn, and its owner still agrees to be certified."""
    owner = certificate.participant
    return (
        certificate.withdrawn_at is None
        and owner.state == Participant.State.CONFIRMED
        and owner.erased_at is None
    )


def bears(certificate: Certificate, name: str) -> bool:
    """Whether this is the name on the paper; capitals, accents and blanks do not count."""
    wanted = _comparable(name)
    return bool(wanted and certificate.name_digest) and check_password(wanted, certificate.name_digest)


def written(code: str) -> str:
    """A code as it stands on the paper ("7K3M-9QXT-…"), from whatever was typed; "" if it cannot be one."""
    letters = [letter for letter in code.upper() if letter.isalnum()]
    if len(letters) != GROUPS * GROUP or not set(letters) <= set(ALPHABET):
        return ""
    return "-".join("".join(letters[start : start + GROUP]) for start in range(0, len(letters), GROUP))


def new_code() -> str:
    """A code that nobody can guess."""
    return written("".join(secrets.choice(ALPHABET) for _place in range(GROUPS * GROUP)))


def _comparable(name: str) -> str:
    plain = "".join(
        letter for letter in unicodedata.normalize("NFKD", name) if not unicodedata.combining(letter)
    )
    return " ".join(plain.casefold().split())[:200]


# --- What it says -----------------------------------------------------------------------------------------------------


def _content(edition: Edition, sessions: list[Attended]) -> dict[str, Any]:
    """What is attested, as a JSON value that stays as it is."""
    return {
        "title": edition.title,
        "starts": edition.starts.isoformat(),
        "ends": edition.ends.isoformat(),
        "sessions": [vars(session) for session in sessions],
        "minutes": sum(session.minutes for session in sessions),
        "days": len({session.date for session in sessions}),
    }


def certificate_words(certificate: Certificate) -> dict[str, Any]:
    """What the history commits to of a certificate. Not the name's digest: it goes when the person is erased."""
    return {
        "code": certificate.code,
        "content": certificate.content,
        "pseudonym": certificate.is_pseudonym,
        "withdrawn": certificate.withdrawn_at is not None,
    }


def verify_certificates(edition: Edition) -> Iterator[Mismatch]:
    """Yield the certificates that were changed without an entry in the history."""
    rows = Certificate.objects.filter(participant__edition=edition)
    yield from verify_contents(edition, Certificate, {str(row.pk): certificate_words(row) for row in rows})


def last_day(edition: Edition) -> datetime:
    """Noon of the last day, for saying when certificates can be made."""
    return datetime(
        edition.ends.year, edition.ends.month, edition.ends.day, 12, tzinfo=ZoneInfo(edition.time_zone)
    )
