"""What people chose after a backup, applied to the academy that was restored from it: only what shows less of them."""

import secrets
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from academy.access_needs import keep_need
from academy.consent import ACCESS_NEEDS, LISTED, NEWS, REGISTRATION, WORDINGS, end_consent, follow_visibility
from academy.errors import DomainError
from academy.history import record
from academy.mail.stopping import choose_news
from academy.models import Edition, Participant, Visibility
from academy.privacy.choices import unlist
from academy.privacy.erased import Noted
from academy.privacy.erasure import STANDING
from academy.registration import in_turn, is_taken, participant_words, withdraw

# From what shows most to what shows least.
WIDTH = (Visibility.LISTED, Visibility.UNLISTED, Visibility.PROTECTED)


@dataclass
class Narrowed:
    """Of whom less is shown now, whose consents ended again, and who could not be helped: {registration: why}."""

    seen: list[UUID] = field(default_factory=list)
    consents: list[UUID] = field(default_factory=list)
    refused: dict[UUID, str] = field(default_factory=dict)


def narrow_again(said: Noted) -> Narrowed:
    """Bring each registration to what its person chose last, if that shows less; nobody is shown more than before.

    Whoever was erased is left as they are.
    """
    found = Narrowed()
    for key in said.participants:
        try:
            with transaction.atomic():
                row = _in_turn(key)
                if row is None:
                    continue
                narrowed = _narrow(row, said.seen.get(key, ""))
                ended = _end_consents(row, said.consents.get(key, {}))
        except DomainError as error:
            found.refused[key] = str(error)
            continue
        if narrowed:
            found.seen.append(key)
        if ended:
            found.consents.append(key)
    return found


def _in_turn(key: UUID) -> Participant | None:
    """The registration, locked after its edition; None for one that is erased, or not in this academy."""
    edition = Edition.objects.filter(participants=key).first()
    if edition is None:
        return None
    in_turn(edition)
    rows = Participant.objects.select_for_update(of=("self",)).select_related("edition", "user")
    return rows.filter(pk=key, erased_at=None).first()


def _narrow(row: Participant, chosen: str) -> bool:
    if not chosen or not _is_narrower(chosen, row.visibility):
        return False
    was, row.visibility = row.visibility, Visibility(chosen)
    row.pseudonym = _new_pseudonym(row) if chosen == Visibility.PROTECTED else ""
    row.save(update_fields=["visibility", "pseudonym"])
    follow_visibility(row, was=was)
    facts = {"visibility": row.visibility}
    record(row.edition, "visibility narrowed again", row, by=None, data=facts, content=participant_words(row))
    return True


def _is_narrower(chosen: str, than: str) -> bool:
    return WIDTH.index(Visibility(chosen)) > WIDTH.index(Visibility(than))


def _new_pseudonym(row: Participant) -> str:
    """A pseudonym that leads to nobody: the one that was chosen is in no list, and an older one may be known."""
    while True:
        name = f"Participant {secrets.token_hex(3).upper()}"
        if not is_taken(name, row.edition, but=row):
            return name


def _end_consents(row: Participant, consents: dict[str, bool]) -> bool:
    """End what was taken back, with what it allowed; whether there was anything to end."""
    taken_back = [purpose for purpose, stands in consents.items() if not stands]
    standing = set(row.consents.filter(withdrawn_at=None).values_list("purpose", flat=True))
    if row.wants_news:  # it goes out without a consent too
        standing.add(NEWS.purpose)
    ended = [purpose for purpose in sorted(taken_back) if purpose in standing]
    for purpose in ended:
        _end(row, purpose)
    return bool(ended)


def _end(row: Participant, purpose: str) -> None:
    if purpose == NEWS.purpose:
        choose_news(row, False, by=None)
        return
    if purpose == REGISTRATION.purpose and row.state in STANDING:
        withdraw(row, by=None)
        return
    if purpose == LISTED.purpose:
        unlist(row)
    elif purpose == ACCESS_NEEDS.purpose:
        keep_need(row, "")
    end_consent(row, WORDINGS[purpose])
    facts = {"purpose": purpose}
    record(row.edition, "consent withdrawn", row, by=None, data=facts, content=participant_words(row))
