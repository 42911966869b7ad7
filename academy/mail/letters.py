"""Letters to many: drafted, planned for a time, taken back until then, and written into the outbox at it.

Every mail of a letter has the key "mailing:<letter>:<participant>", so that writing it twice writes nothing twice.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError, Invalid
from academy.history import Mismatch, record, verify_contents
from academy.mail.audience import recipients
from academy.mail.filling import message_to, scene_of
from academy.mail.placeholders import EXPLANATIONS, OF_A_SESSION, insist_on_placeholders
from academy.mail.planners import is_planner_shut_out
from academy.mail.sessions import session_of
from academy.mail.times import goes_out_at, is_late, with_times
from academy.mail.turning import DISCARDED, HELD, LATE, PLANNED, TAKEN_BACK, kept_back, stopped
from academy.mail.turns import mailing_in_turn
from academy.models import Edition, Mailing, Message, User
from academy.outbox import queue_all
from academy.permissions import insist, is_organiser
from academy.registration import in_turn
from academy.text import tidy

# For so long a letter that is sent now can be taken back.
UNDO = timedelta(seconds=60)
SUBJECT, BODY, BECAUSE = 150, 10_000, 300
State = Mailing.State


class NotADraft(DomainError):
    """The letter is on its way already, or was discarded."""

    message = gettext_lazy("This letter is not a draft any more. Nothing was changed.")


class ChangedMeanwhile(DomainError):
    """Somebody else has changed the words that these were written on."""

    message = gettext_lazy("Somebody else has changed this draft meanwhile. Your words are not kept yet.")


class NotPlanned(DomainError):
    """There is nothing to take back: the letter has been written, or is a draft."""

    message = gettext_lazy("This letter has gone out, or was taken back already. Nothing was changed.")


class NobodyToWriteTo(DomainError):
    """The filters ask for nobody who can be written to."""

    message = gettext_lazy("Nobody would get this letter. Choose for whom it is.")


class NothingWritten(DomainError):
    """The letter has no words yet."""

    message = gettext_lazy("This letter has no words yet. Write a subject and a text.")


class TimeUnknown(DomainError):
    """The session has no time in the programme, or is not in it."""

    message = gettext_lazy("The programme does not say when this session starts. Choose another time.")


def letter_words(letter: Mailing) -> dict[str, Any]:
    """What the history commits to of a letter: its state, its words, for whom and when."""
    words = {
        "kind": letter.kind,
        "state": letter.state,
        "texts": letter.texts,
        "audience": letter.audience,
        "essential": letter.is_essential,
        "send_at": letter.send_at.astimezone(UTC).isoformat() if letter.send_at else None,
        "session": str(letter.session or ""),
        "minutes": letter.minutes,
    }
    if letter.because:
        words["because"] = letter.because
    if letter.own_words_for_all:
        words["for all"] = True
    return words


def version_of(letter: Mailing, language: str) -> str:
    """What changes whenever somebody changes what the form of a draft shows in one language."""
    words = letter.texts.get(language)
    shown = (words, str(letter.session or ""), letter.with_calendar, letter.is_essential, letter.because)
    return sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]


def verify_letters(edition: Edition) -> Iterator[Mismatch]:
    """Yield the letters that are not as the history last said."""
    letters = Mailing.objects.filter(edition=edition)
    yield from verify_contents(edition, Mailing, {str(row.pk): letter_words(row) for row in letters})


def placeholders_of(letter: Mailing) -> dict[str, str]:
    """{placeholder: what it stands for} for those that this letter can use."""
    left_out: frozenset[str] = frozenset() if letter.session else OF_A_SESSION
    return {name: str(words) for name, words in EXPLANATIONS.items() if name not in left_out}


# --- Drafting ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """What a draft says in one language, and how all of it goes out."""

    language: str
    subject: str
    body: str
    is_essential: bool = False
    session: UUID | None = None
    with_calendar: bool = False
    because: str = ""


@transaction.atomic
def begin_letter(edition: Edition, words: Words, *, audience: Mapping[str, str], by: User) -> Mailing:
    """Begin a letter to those whom the filters ask for.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        Invalid, TimeUnknown: as `edit_letter`.
    """
    insist(is_organiser(by, edition))
    edition = in_turn(edition)
    letter = Mailing(edition=edition, audience=dict(audience), written_by=by, created_at=clock.now())
    return _kept(_worded(letter, words), "letter begun", by)


@transaction.atomic
def edit_letter(letter: Mailing, words: Words, *, seen: str = "", by: User) -> Mailing:
    """Change what a draft says in one language, its session, its calendar entry, and whether it is essential.

    Args:
        seen: the `version_of` what the words were written on; empty if it does not matter.

    Raises:
        NotAllowed, NotADraft
        ChangedMeanwhile: somebody changed it since it was seen.
        Invalid: nothing is written, a placeholder cannot be filled, or it is essential without a reason.
        TimeUnknown: the session is not in the programme.
    """
    letter = _draft(letter, by)
    before = version_of(letter, words.language)
    if seen and seen != before:
        raise ChangedMeanwhile
    letter = _worded(letter, words)
    if version_of(letter, words.language) == before:
        return letter
    return _kept(letter, "letter changed", by)


@transaction.atomic
def choose_audience(letter: Mailing, audience: Mapping[str, str], *, by: User) -> Mailing:
    """Change whom a draft is for.

    Raises:
        NotAllowed, NotADraft
    """
    letter = _draft(letter, by)
    letter.audience = dict(audience)
    return _kept(letter, "letter changed", by)


def _worded(letter: Mailing, words: Words) -> Mailing:
    """The letter with these words, not yet kept.

    Raises:
        Invalid, TimeUnknown
    """
    letter.session, letter.is_essential = words.session, words.is_essential
    letter.because = tidy(words.because, limit=BECAUSE, what=_("The reason")) if words.is_essential else ""
    if letter.session and session_of(letter.edition, letter.session) is None:
        raise TimeUnknown
    letter.with_calendar = words.with_calendar and letter.session is not None
    texts = {
        "subject": " ".join(tidy(words.subject, limit=SUBJECT, what=_("Subject")).split()),
        "body": tidy(words.body, limit=BODY, what=_("Text")),
    }
    for text in texts.values():
        insist_on_placeholders(text, placeholders_of(letter))
    letter.texts = {**letter.texts, words.language: texts}
    return letter


@transaction.atomic
def drop_words(letter: Mailing, language: str, *, by: User) -> Mailing:
    """Take the words in one language out of a draft.

    Raises:
        NotAllowed, NotADraft
    """
    letter = _draft(letter, by)
    letter.texts = {code: words for code, words in letter.texts.items() if code != language}
    return _kept(letter, "letter changed", by)


@transaction.atomic
def discard(letter: Mailing, *, by: User) -> Mailing:
    """Give a draft up; its words are not kept.

    Raises:
        NotAllowed, NotADraft
    """
    letter = _draft(letter, by)
    letter.state, letter.texts = State.CANCELLED, {}
    return _kept(letter, DISCARDED, by)


# --- Planning ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def plan(
    letter: Mailing, *, send_at: datetime | None = None, minutes: int | None = None, by: User
) -> Mailing:
    """Have a letter go out: in a minute, at a time, or so many minutes from the start of its session.

    Args:
        minutes: before (negative) or after the start, as the programme says it by then.

    Raises:
        NotAllowed, NotADraft, NothingWritten, NobodyToWriteTo
        TimeUnknown: nobody knows when the session starts.
        Invalid: a placeholder cannot be filled, or the time has passed.
    """
    letter = _draft(letter, by)
    if not letter.texts:
        raise NothingWritten
    for words in letter.texts.values():
        for text in words.values():
            insist_on_placeholders(text, placeholders_of(letter))
    if not recipients(letter).exists():
        raise NobodyToWriteTo
    letter.minutes = minutes
    letter.send_at = None if minutes is not None else send_at or clock.now() + UNDO
    moment = goes_out_at(letter)
    if moment is None:
        raise TimeUnknown
    if moment < clock.now():
        raise Invalid(_("This time has passed. Choose a later one, or send it now."))
    letter.state = State.PLANNED
    return _kept(letter, PLANNED, by)


@transaction.atomic
def take_back(letter: Mailing, *, by: User) -> Mailing:
    """Make a planned letter a draft again, before its time has come.

    Raises:
        NotAllowed
        NotPlanned: it is in the outbox already.
    """
    letter = _locked(letter, by)
    if letter.state != State.PLANNED or letter.kind != Mailing.Kind.LETTER:
        raise NotPlanned
    letter.state, letter.send_at, letter.minutes = State.DRAFT, None, None
    return _kept(letter, TAKEN_BACK, by)


@transaction.atomic
def stop(letter: Mailing, *, by: User) -> int:
    """Keep back what of a letter has not gone out yet; returns how many mails.

    Raises:
        NotAllowed
    """
    return stop_waiting(_locked(letter, by), by=by)


def stop_waiting(letter: Mailing, *, by: User | None, also: tuple[str, ...] = ()) -> int:
    """Keep back what waits of a letter, reminder or summary that is locked; returns how many mails.

    What is being sent just now is not tried again if it is refused for now, and is not counted: it may have gone out.

    Args:
        also: further states of mails that are kept back, such as those that failed and could be sent again.
    """
    mails = Message.objects.filter(mailing=letter)
    count = mails.filter(state__in=(Message.State.QUEUED, *also)).update(state=Message.State.CANCELLED)
    mails.filter(state=Message.State.SENDING).update(state=Message.State.CANCELLED)
    if count:
        record(letter.edition, stopped(letter.kind), letter, by=by, data={"count": count})
    return count


# --- Writing ----------------------------------------------------------------------------------------------------------


def due_letters() -> list[UUID]:
    """The planned letters whose time has come."""
    planned = Mailing.objects.filter(state=State.PLANNED, kind=Mailing.Kind.LETTER).select_related("edition")
    return [letter.pk for letter, moment in with_times(planned) if moment and moment <= clock.now()]


def wake_what_is_due() -> None:
    """Have what is due written soon: beat asks for it twice a minute, but not every installation has one."""
    if due_letters():
        announce("letters due")


@transaction.atomic
def write_letter(key: UUID) -> int:
    """Put a letter whose time has come into the outbox, a mail for each recipient; returns how many.

    One whose time passed long ago becomes a draft again, which remembers the time: nobody gets old words. So does one
    that was planned from an account which is closed now.
    """
    letter = mailing_in_turn(key)
    if letter is None or letter.state != State.PLANNED or not _is_due(letter):
        return 0
    if is_planner_shut_out(letter):
        put_back(letter, kept_back(letter.kind))
        return 0
    if is_late(letter):
        put_back(letter, LATE)
        return 0
    scene = scene_of(letter)
    written = queue_all(message_to(person, letter, scene) for person in recipients(letter))
    letter.state, letter.written_at = State.WRITTEN, clock.now()
    letter.save(update_fields=["state", "written_at"])
    facts = {"count": written}
    record(letter.edition, "letter written", letter, by=None, data=facts, content=letter_words(letter))
    return written


@transaction.atomic
def put_back_due() -> int:
    """Make drafts of the letters whose time has come: a restored academy may have sent them already; how many."""
    count = 0
    for key in due_letters():
        letter = mailing_in_turn(key)
        if letter is not None and letter.state == State.PLANNED and _is_due(letter):
            put_back(letter, HELD)
            count += 1
    return count


def put_back(letter: Mailing, verb: str) -> None:
    """Make a planned letter, which is locked, a draft again, with nobody's doing.

    Args:
        verb: why, as `academy.mail.turning` knows it.
    """
    letter.state = State.DRAFT
    letter.save(update_fields=["state"])
    record(letter.edition, verb, letter, by=None, content=letter_words(letter))


def _is_due(letter: Mailing) -> bool:
    moment = goes_out_at(letter)
    return moment is not None and moment <= clock.now()


def _locked(letter: Mailing, by: User) -> Mailing:
    insist(is_organiser(by, letter.edition))
    found = mailing_in_turn(letter.pk)
    if found is None:
        raise NotADraft
    return found


def _draft(letter: Mailing, by: User) -> Mailing:
    """The letter, locked.

    Raises:
        NotAllowed, NotADraft
    """
    letter = _locked(letter, by)
    if letter.state != State.DRAFT or letter.kind != Mailing.Kind.LETTER:
        raise NotADraft
    return letter


def _kept(letter: Mailing, verb: str, by: User) -> Mailing:
    letter.save()
    record(letter.edition, verb, letter, by=by, content=letter_words(letter))
    return letter
