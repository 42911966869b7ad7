"""What people's editors send is taken in: checked, written into the log, and only then acknowledged.

Nothing is acknowledged that is not stored, nothing is passed on that was not acknowledged. What is refused is refused
alone; what the others sent in the same moment is written.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import IntegrityError, transaction
from pycrdt import Doc

from academy import clock
from academy.models import User
from outcome.live.checking import WORDS, Behind, check
from outcome.live.log import Entry, Log, write_lines
from outcome.live.updates import Ranges, Update, covers, holds, parse
from outcome.locking import DocumentFixed
from outcome.models import Document, Editor, LogLine
from outcome.permissions import who_may_draft

# Why an update was refused: what its editor does about it is written in static/src/ts/clause-editor-line.ts.
FIXED, NOT_ALLOWED, BEHIND, MOVED, NOT_YOURS, BROKEN = (
    "fixed",
    "not-allowed",
    "behind",
    "moved",
    "not-yours",
    "broken",
)
# After these the line is closed: an editor of ours never sends them.
HOSTILE = frozenset({NOT_YOURS, BROKEN})
UPDATE_BYTES = 256 * 1024

logger = logging.getLogger(__name__)


class Refusal(Exception):
    """Why an update does not enter the log."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code


class MovedMeanwhile(Exception):
    """After the updates were judged, and before they were written, a command put words elsewhere."""


@dataclass(frozen=True)
class Parcel:
    """An update as somebody's editor sent it.

    `client` is the editor's number now; `base` the last line of the log that it had seen when it began to write this.
    """

    user: User
    client: int
    update: bytes
    base: int


@dataclass
class Answer:
    """How a parcel was answered: the number of its line, or why it was refused."""

    seq: int = 0
    refused: str = ""
    entry: Entry | None = field(default=None, repr=False)
    read: Update | None = field(default=None, repr=False)


@dataclass
class Taken:
    """The answers in the order of the parcels, and all lines that are new since the log was last asked."""

    answers: list[Answer]
    lines: list[LogLine]


def take(log: Log, document: Document, parcels: Sequence[Parcel]) -> Taken:
    """Take in what several editors sent, in one transaction.

    `log` may be somewhat behind the database: it is brought up to date under the document's row, and what was judged
    without a line that moves words is judged again. After an error of the database it is worth nothing and has to be
    read anew.
    """
    lines: list[LogLine] = []
    answers = _judge_all(log, document, parcels)
    if entries := [answer.entry for answer in answers if answer.entry]:
        try:
            with transaction.atomic():
                written = write_lines(document.pk, entries, log.seq, log.chain)
                _insist_that_nothing_moved(log, written[0].seq)
        except MovedMeanwhile:
            known = log.seq
            _start_over(log, ())
            missed = LogLine.objects.filter(document=log.document, seq__gt=known, seq__lte=log.seq)
            again = take(log, document, parcels)
            return Taken(again.answers, [*lines, *missed.order_by("seq"), *again.lines])
        except (DocumentFixed, IntegrityError):
            # Frozen in this moment, or by the seal: whatever was applied here is not in the log.
            _refuse(answers, FIXED)
            _start_over(log, ())
            return Taken(answers, lines)
        lines += _between(log, written)
        waiting = iter(written)
        for answer in answers:
            if answer.entry:
                answer.seq = next(waiting).seq
            elif not answer.refused:
                answer.seq = log.seq
    else:
        lines = log.catch_up()
    return Taken(answers, lines)


def _insist_that_nothing_moved(log: Log, first: int) -> None:
    """Under the document's row: no line came before ours that we have not judged by, unless it moves nothing.

    Raises:
        MovedMeanwhile
    """
    if first == log.seq + 1:
        return
    if LogLine.objects.filter(document=log.document, seq__gt=log.seq, seq__lt=first, moves=True).exists():
        raise MovedMeanwhile


def _between(log: Log, written: list[LogLine]) -> list[LogLine]:
    """The lines up to the ones just written: what another process wrote before them, then they themselves."""
    first, foreign = written[0].seq, []
    if first != log.seq + 1:
        others = LogLine.objects.filter(document=log.document, seq__gt=log.seq, seq__lt=first)
        foreign = list(others.order_by("seq"))
    for line in foreign:
        log.follow(line)
    for line in written:
        log.follow(line, is_applied=True)
    return [*foreign, *written]


class Desk:
    """What is asked once for all parcels of a round: who of their senders may write, and whose the numbers are."""

    def __init__(self, log: Log, document: Document, parcels: Sequence[Parcel]) -> None:
        self.document = document
        self.writers = who_may_draft({parcel.user for parcel in parcels}, document.edition)
        # Whose a number is, it stays for ever. Those that no database holds are refused before anybody asks.
        self.owners = log.owners
        clients = {parcel.client for parcel in parcels if WORDS < parcel.client < 2**32} - self.owners.keys()
        if clients:
            rows = Editor.objects.filter(document=document, client__in=clients)
            self.owners.update(rows.values_list("client", "user"))

    def is_theirs(self, client: int, user: User) -> bool:
        """Whether a client number is this person's; one that nobody has becomes theirs."""
        if client not in self.owners:
            values = {"user": user, "since": clock.now()}
            editor, _fresh = Editor.objects.get_or_create(
                document=self.document, client=client, defaults=values
            )
            self.owners[client] = editor.user_id
        return self.owners[client] == user.pk


def _judge_all(log: Log, document: Document, parcels: Sequence[Parcel]) -> list[Answer]:
    """Judge the parcels in their order, and bring those that may enter the log into the text in memory.

    Whether all of it found its place is asked once for all of them, and for each only if it did not.
    """
    desk = Desk(log, document, parcels)
    answers = [_judged_and_applied(log, desk, parcel) for parcel in parcels]
    if log.holds_what_it_should:
        return answers
    _start_over(log, ())
    answers = []
    for parcel in parcels:
        answer = _judged_and_applied(log, desk, parcel)
        if not log.holds_what_it_should:
            _start_over(log, answers)
            answer = Answer(refused=BROKEN)
        answers.append(answer)
    return answers


def _judged_and_applied(log: Log, desk: Desk, parcel: Parcel) -> Answer:
    answer = _judged(log, desk, parcel)
    if answer.entry:
        try:
            log.apply(answer.entry.update, answer.entry.client, read=answer.read)
        except ValueError:
            return Answer(refused=BROKEN)
    return answer


def _judged(log: Log, desk: Desk, parcel: Parcel) -> Answer:
    """Whether a parcel may enter the log."""
    try:
        return _weighed(log, desk, parcel)
    except Refusal as refusal:
        if refusal.code not in (BEHIND, MOVED):
            facts = {"document": str(desk.document.pk), "code": refusal.code}
            logger.warning("an update was refused: %s", refusal, extra=facts)
        return Answer(refused=refusal.code)


def _weighed(log: Log, desk: Desk, parcel: Parcel) -> Answer:
    if parcel.user.pk not in desk.writers:
        raise Refusal(NOT_ALLOWED, "no right to write")
    if len(parcel.update) > UPDATE_BYTES or not WORDS < parcel.client < 2**32:
        raise Refusal(BROKEN, "too large, or by nobody")
    update = _read(log, parcel.update)
    if says_nothing_new(update, log):
        return Answer(seq=log.seq)
    if _writes_among_moved(update, log.moved, parcel.base):
        raise Refusal(MOVED)
    clients = update.clients | {parcel.client}
    if not all(desk.is_theirs(client, parcel.user) for client in sorted(clients)):
        raise Refusal(NOT_YOURS, "written under somebody else’s number")
    return Answer(entry=Entry(parcel.update, parcel.client), read=update)


def _read(log: Log, data: bytes) -> Update:
    """The update, taken apart, if it holds nothing that it may not."""
    try:
        update = parse(data)
        check(update, log.known(), log.deleted)
        Doc().apply_update(data)
    except Behind as error:
        raise Refusal(BEHIND) from error
    except ValueError as error:
        raise Refusal(BROKEN, str(error)) from error
    return update


def _refuse(answers: list[Answer], code: str) -> None:
    """Refuse what was to be written, and what was only known from that."""
    first = next(place for place, answer in enumerate(answers) if answer.entry)
    for answer in answers[first:]:
        answer.entry, answer.seq, answer.refused = None, 0, answer.refused or code


def _start_over(log: Log, answers: Sequence[Answer]) -> None:
    """Read the text from the log again, and what was judged good since but is not written yet."""
    fresh = Log.read(Document.objects.get(pk=log.document), notes=log.notes)
    for answer in answers:
        if answer.entry:
            fresh.apply(answer.entry.update, answer.entry.client)
    log.__dict__.update(fresh.__dict__)


def says_nothing_new(update: Update, log: Log) -> bool:
    """Whether the log holds all of this already: a repeated write is the same write."""
    known = log.known()
    if any(struct.clock + struct.length > known.get(struct.client, 0) for struct in update.structs):
        return False
    return covers(log.deleted(), update.deletes)


def _writes_among_moved(update: Update, moved: dict[int, Ranges], base: int) -> bool:
    """Whether new text hangs on words that were put elsewhere after the writer last looked."""
    late = [ranges for seq, ranges in moved.items() if seq > base]
    return any(
        holds(ranges, place)
        for ranges in late
        for struct in update.structs
        for place in (struct.origin or struct.right, struct.parent)
        if place
    )
