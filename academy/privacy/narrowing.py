"""What people chose after a backup, applied to the academy that was restored from it: only what shows less of them."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from academy.access_needs import keep_need
from academy.consent import ACCESS_NEEDS, LISTED, NEWS, REGISTRATION, WORDINGS, end_consent, follow_visibility
from academy.errors import DomainError
from academy.history import record
from academy.mail.stopping import choose_news
from academy.models import Edition, HistoryEntry, Participant, Visibility
from academy.privacy.choices import unlist
from academy.privacy.erased import Noted
from academy.privacy.erasure import STANDING
from academy.privacy.less import REPLACED, SHOWN_LESS, is_narrower, narrow, new_pseudonym
from academy.registration import in_turn, participant_words, withdraw

RENAMED = "pseudonym replaced again"
NARROWED = "visibility narrowed again"
# With each of these a registration may have got another pseudonym, and it was noted just before.
RENAMING = ("registered", "profile changed", SHOWN_LESS, REPLACED, NARROWED, RENAMED)


@dataclass
class Narrowed:
    """Of whom less is shown now, whose consents ended again, who has another pseudonym, and who could not be helped.

    `refused` is {registration: why}.
    """

    seen: list[UUID] = field(default_factory=list)
    consents: list[UUID] = field(default_factory=list)
    renamed: list[UUID] = field(default_factory=list)
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
                renamed = _rename(row, said.renamed.get(key))
                ended = _end_consents(row, said.consents.get(key, {}))
        except DomainError as error:
            found.refused[key] = str(error)
            continue
        if narrowed:
            found.seen.append(key)
        if renamed:
            found.renamed.append(key)
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
    if not chosen or not is_narrower(chosen, row.visibility):
        return False
    narrow(row, Visibility(chosen), verb=NARROWED)
    return True


def _rename(row: Participant, replaced_at: datetime | None) -> bool:
    """Another pseudonym for somebody protected who has the one from before they replaced it.

    The history says whether the backup is from before: what replaced the pseudonym wrote an entry after it was noted.
    """
    if replaced_at is None or row.visibility != Visibility.PROTECTED:
        return False
    written = HistoryEntry.objects.filter(object_type=Participant._meta.label_lower, object_id=str(row.pk))
    if written.filter(verb__in=RENAMING, at__gte=replaced_at).exists():
        return False
    was, row.pseudonym = row.pseudonym, new_pseudonym(row)
    row.save(update_fields=["pseudonym"])
    follow_visibility(row, was=row.visibility, called=was)
    record(row.edition, RENAMED, row, by=None, content=participant_words(row))
    return True


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
