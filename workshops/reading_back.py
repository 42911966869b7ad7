"""Reading back: the room hears the sentences that will stand for it, and confirms each or asks for a correction.

The sentences are those of the draft of the summary and the agreed findings. A corrected sentence is asked about anew;
what was answered before counts for the earlier words. Whose answer it was is shown to nobody.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError, Invalid
from academy.history import Mismatch, record, record_all, verify_contents
from academy.models import Edition, Participant, User
from academy.permissions import insist, participation
from academy.text import tidy
from workshops.findings import reword_finding
from workshops.ledger import open_board
from workshops.models import (
    CORRECTION_LENGTH,
    SENTENCE_LENGTH,
    Answer,
    Finding,
    Group,
    ReadBack,
    Sentence,
)
from workshops.permissions import may_answer, runs_group

DRAFT_LENGTH = 4000
MOST_SENTENCES = 120
# Where a sentence ends: at a line break, or after a stop before something that does not go on in small letters.
END_OF_SENTENCE = re.compile(r"\s*\n\s*|(?<=[.!?…。！？؟])\s+(?=[^\sa-z])")


class NotBeingRead(DomainError):
    """There is no such reading back, or it is over."""

    message = gettext_lazy("This is not being read back any more. Nothing was changed.")


class ReadAgain(DomainError):
    """The sentence was corrected in the meantime."""

    message = gettext_lazy("This sentence was corrected in the meantime. Please read it again.")


@dataclass(frozen=True)
class Heard:
    """A sentence with how the room answered to it as it now stands."""

    sentence: Sentence
    confirmed: int
    corrections: tuple[str, ...]
    own: str | None = None

    @property
    def has_own(self) -> bool:
        """Whether the viewer has answered to it."""
        return self.own is not None


@dataclass(frozen=True)
class Hearing:
    """How a reading back stands: its sentences, and how many people confirmed all of them."""

    read_back: ReadBack
    sentences: tuple[Heard, ...]
    confirmed_all: int

    @property
    def uncorrected(self) -> int:
        """How many sentences somebody asked to correct, and nobody has."""
        return sum(bool(heard.corrections) for heard in self.sentences)

    @property
    def draft(self) -> str:
        """The summary as it now stands, a sentence a line."""
        return "\n".join(h.sentence.text for h in self.sentences if h.sentence.finding_id is None)

    @property
    def unanswered(self) -> int:
        """How many sentences the viewer has not answered to."""
        return sum(not heard.has_own for heard in self.sentences)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, without blanks around them."""
    return [sentence for sentence in END_OF_SENTENCE.split(text.strip()) if sentence]


@transaction.atomic
def begin_reading(group: Group, *, draft: str, by: User) -> ReadBack:
    """Read a draft of the summary and the agreed findings back to the room; an earlier reading ends.

    Raises:
        NotAllowed, BoardClosed
        Invalid: the draft is empty or too long, or a sentence of it is.
    """
    insist(runs_group(by, group))
    words = sentences_of(tidy(draft, limit=DRAFT_LENGTH, what=_("The draft")))
    if any(len(sentence) > SENTENCE_LENGTH for sentence in words):
        raise Invalid(
            _("A sentence has more than %(limit)s characters. Please make two of it.")
            % {"limit": SENTENCE_LENGTH}
        )
    group = open_board(group)
    end_reading(group)
    read_back = ReadBack.objects.create(group=group, begun_at=clock.now())
    agreed = Finding.objects.unattributed().filter(group=group, state=Finding.State.AGREED)
    texts: list[tuple[str, Finding | None]] = [(sentence, None) for sentence in words]
    texts += [(finding.text, finding) for finding in agreed.order_by("part__letter", "number")]
    sentences = Sentence.objects.bulk_create(
        Sentence(read_back=read_back, position=position, text=text, finding=finding)
        for position, (text, finding) in enumerate(texts[:MOST_SENTENCES])
    )
    edition = group.workshop.edition
    record_all(edition, "sentence read back", [(one, sentence_words(one)) for one in sentences], by=by)
    record(edition, "read back", read_back, by=by, data={"sentences": len(sentences)})
    announce("board changed", group=str(group.pk), number=group.head)
    return read_back


@transaction.atomic
def answer_sentence(sentence: Sentence, *, version: int, correction: str = "", by: User) -> Answer:
    """Confirm a sentence, or say shortly what to correct in it; said again, the earlier answer is replaced.

    Args:
        version: of the sentence that was read.

    Raises:
        NotAllowed, BoardClosed, NotBeingRead, ReadAgain, Invalid
    """
    words = tidy(correction, limit=CORRECTION_LENGTH, what=_("The correction")) if correction.strip() else ""
    group, fresh = _being_read(sentence, by=by, allowed=may_answer(by, sentence.read_back.group))
    if fresh.version != version:
        raise ReadAgain
    answer, _fresh = Answer.objects.update_or_create(
        sentence=fresh,
        version=version,
        participant=participation(by, group.workshop.edition),
        defaults={"correction": words, "answered_at": clock.now()},
    )
    record(group.workshop.edition, "correction asked" if words else "sentence confirmed", fresh, by=by)
    announce("board changed", group=str(group.pk), number=group.head)
    return answer


@transaction.atomic
def confirm_the_rest(read_back: ReadBack, *, by: User) -> int:
    """Confirm every sentence that one has not answered to; returns how many.

    Raises:
        NotAllowed, BoardClosed, NotBeingRead
    """
    insist(may_answer(by, read_back.group))
    group = open_board(read_back.group)
    if not ReadBack.objects.filter(pk=read_back.pk, ended_at=None).exists():
        raise NotBeingRead
    participant = participation(by, group.workshop.edition)
    answered = set(
        Answer.objects.filter(sentence__read_back=read_back, participant=participant).values_list(
            "sentence", "version"
        )
    )
    open_ones = [one for one in read_back.sentences.all() if (one.pk, one.version) not in answered]
    Answer.objects.bulk_create(
        Answer(sentence=one, version=one.version, participant=participant, answered_at=clock.now())
        for one in open_ones
    )
    record(
        group.workshop.edition, "sentences confirmed", read_back, by=by, data={"sentences": len(open_ones)}
    )
    announce("board changed", group=str(group.pk), number=group.head)
    return len(open_ones)


@transaction.atomic
def correct_sentence(sentence: Sentence, *, text: str, by: User) -> Sentence:
    """Write other words for a sentence; an agreed finding is reworded with it. The room is asked about it anew.

    Raises:
        NotAllowed, BoardClosed, NotBeingRead, Invalid
    """
    limit = SENTENCE_LENGTH
    words = tidy(text, limit=limit, what=_("The sentence")).replace("\n", " ")
    group, fresh = _being_read(sentence, by=by, allowed=runs_group(by, sentence.read_back.group))
    if words == fresh.text:
        raise Invalid(_("These are the same words. Please write the corrected sentence."))
    if fresh.finding:
        fresh.finding.group = group
        reword_finding(fresh.finding, text=words, by=by)
    fresh.text, fresh.version = words, fresh.version + 1
    fresh.save(update_fields=["text", "version"])
    record(group.workshop.edition, "sentence corrected", fresh, by=by, content=sentence_words(fresh))
    announce(
        "board changed",
        group=str(group.pk),
        number=Group.objects.values_list("head", flat=True).get(pk=group.pk),
    )
    return fresh


@transaction.atomic
def finish_reading(read_back: ReadBack, *, by: User) -> None:
    """End the reading back without closing the board; what was answered stays.

    Raises:
        NotAllowed, BoardClosed
    """
    insist(runs_group(by, read_back.group))
    group = open_board(read_back.group)
    end_reading(group)
    record(group.workshop.edition, "reading back ended", read_back, by=by)
    announce("board changed", group=str(group.pk), number=group.head)


def end_reading(group: Group) -> None:
    """The reading back of a locked group that is going on, if there is one, is over."""
    ReadBack.objects.filter(group=group, ended_at=None).update(ended_at=clock.now())


def _being_read(sentence: Sentence, *, by: User, allowed: bool) -> tuple[Group, Sentence]:
    insist(allowed)
    group = open_board(sentence.read_back.group)
    fresh = Sentence.objects.select_related("read_back", "finding").get(pk=sentence.pk)
    if fresh.read_back.ended_at is not None:
        raise NotBeingRead
    return group, fresh


def current_reading(group: Group) -> ReadBack | None:
    """The reading back that is going on."""
    return ReadBack.objects.filter(group=group, ended_at=None).first()


def last_reading(group: Group) -> ReadBack | None:
    return ReadBack.objects.filter(group=group).order_by("-begun_at").first()


def stamp_of_reading(group: Group) -> str:
    """Changes whenever there is something new to show of the reading back; empty if none is going on."""
    reading = current_reading(group)
    if reading is None:
        return ""
    words = reading.sentences.aggregate(sum=Sum("version"))
    answers = Answer.objects.filter(sentence__read_back=reading).aggregate(
        n=Count("pk"), last=Max("answered_at")
    )
    return f"{reading.pk}.{words['sum']}.{answers['n']}.{answers['last'] and answers['last'].isoformat()}"


def hearing_of(read_back: ReadBack, viewer: Participant | None = None) -> Hearing:
    """How the room answered, without who did; the viewer's own answers are told to the viewer."""
    sentences = list(read_back.sentences.order_by("position"))
    current = Q()
    for one in sentences:
        current |= Q(sentence=one, version=one.version)
    answers = list(Answer.objects.filter(current).order_by("answered_at")) if sentences else []
    confirming: dict[Any, int] = {}
    for answer in answers:
        if not answer.correction:
            confirming[answer.participant_id] = confirming.get(answer.participant_id, 0) + 1
    own = {a.sentence_id: a.correction for a in answers if viewer and a.participant_id == viewer.pk}
    return Hearing(
        read_back,
        tuple(
            Heard(
                one,
                sum(a.sentence_id == one.pk and not a.correction for a in answers),
                tuple(a.correction for a in answers if a.sentence_id == one.pk and a.correction),
                own.get(one.pk),
            )
            for one in sentences
        ),
        sum(count == len(sentences) for count in confirming.values()),
    )


def sentence_words(sentence: Sentence) -> dict[str, Any]:
    """What the history commits to of a sentence that was read back."""
    return {"read_back": str(sentence.read_back_id), "text": sentence.text, "version": sentence.version}


def verify_sentences(edition: Edition) -> Iterator[Mismatch]:
    """Yield the sentences that are not as they were read back."""
    rows = Sentence.objects.filter(read_back__group__workshop__edition=edition)
    yield from verify_contents(edition, Sentence, {str(row.pk): sentence_words(row) for row in rows})
