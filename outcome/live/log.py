"""The log of a document that is written together: numbered updates, the authority for its words.

The shared document (a Yjs document) is only the log read from its first line; whoever holds one in memory holds a
cache. Lines are written under the document's row, so that their numbers are the order of the commits, and in the same
statement that asks whether the text may still change.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.db.models import F
from pycrdt import Doc, Map, Text, XmlFragment, merge_updates

from academy import clock
from academy.announcements import announce
from outcome.live.checking import FRAME, WORDS
from outcome.live.updates import Ranges, Update, parse, vector_of
from outcome.locking import DocumentFixed
from outcome.models import Document, LogLine, LogSummary

BLOCKS = "blocks"
# An update without structures and deletions.
NOTHING = b"\x00\x00"
# A summary is made anew when so many lines have followed the last one.
SUMMARY_EVERY = 400


@dataclass(frozen=True)
class Entry:
    """An update on its way into the log; `client` is the editor's number, none for the server."""

    update: bytes
    client: int | None = None
    moves: bool = False


class Log:
    """A document's shared text, as of a line of its log.

    `owners` are the people whose editors' numbers were asked for. `touched` says which clauses were written in by which
    editors since the clauses last showed the text; `moved` keeps {line: deletions} of the lines that moved words
    elsewhere.
    """

    def __init__(self, document: UUID, *, notes: bool = True) -> None:
        self.document, self.notes = document, notes
        self.seq, self.chain = 0, ""
        self.doc: Doc[Any] = Doc(client_id=WORDS, allow_multithreading=True)
        self.blocks = self.doc.get(BLOCKS, type=Map)
        self.touched: defaultdict[str, set[int | None]] = defaultdict(set)
        self.moved: dict[int, Ranges] = {}
        self.fresh: list[Entry] = []
        self._known: dict[int, int] | None = None
        self.owners: dict[int, UUID | None] = {}

    @classmethod
    def read(cls, document: Document, *, notes: bool = True) -> Self:
        """The log as it stands in the database; call it under the document's lock to change it.

        Args:
            notes: whether it notes who writes where, for the history.
        """
        log = cls(document.pk, notes=notes)
        # The summary may hold lines whose writers the history has not named yet: those are read one by one.
        summary = LogSummary.objects.filter(document=document, seq__lte=document.shown or 0).first()
        if summary:
            log.doc.apply_update(bytes(summary.update))
            log.seq = summary.seq
            chains = LogLine.objects.filter(document=document, seq=summary.seq)
            log.chain = chains.values_list("chain", flat=True).get()
            moving = LogLine.objects.filter(document=document, seq__lte=summary.seq, moves=True)
            for line in moving:
                log.moved[line.seq] = parse(bytes(line.update)).deletes
        log.catch_up(shown=document.shown or 0)
        return log

    def catch_up(self, *, shown: int = 0) -> list[LogLine]:
        """Read the lines that were written since, and return them."""
        lines = list(LogLine.objects.filter(document=self.document, seq__gt=self.seq).order_by("seq"))
        for line in lines:
            self.follow(line, is_shown=line.seq <= shown)
        return lines

    def follow(self, line: LogLine, *, is_shown: bool = False, is_applied: bool = False) -> None:
        """Take in the next line."""
        update = bytes(line.update)
        if not is_applied:
            self.apply(update, line.client, is_shown=is_shown)
        if line.moves:
            self.moved[line.seq] = parse(update).deletes
        self.seq, self.chain = line.seq, line.chain

    def apply(
        self, update: bytes, client: int | None, *, is_shown: bool = False, read: Update | None = None
    ) -> None:
        """Apply an update; if the clauses do not show it yet, note in which of them this editor wrote.

        Args:
            read: the update taken apart, if it was checked that it finds its place.
        """
        self._expect(read)
        if is_shown or not self.notes:
            self.doc.apply_update(update)
            return
        paths: set[str] = set()

        def note(events: list[Any]) -> None:
            paths.update(str(event.path[0]) for event in events if event.path)

        watching = self.blocks.observe_deep(note)
        try:
            self.doc.apply_update(update)
        finally:
            self.blocks.unobserve(watching)
        for path in paths:
            self.touched[path].add(client)

    def _expect(self, read: Update | None) -> None:
        """Count what an update brings, instead of asking the document anew what it holds."""
        if read is None or self._known is None:
            self._known = None
            return
        for struct in read.structs:
            end = struct.clock + struct.length
            self._known[struct.client] = max(end, self._known.get(struct.client, 0))

    # --- What the server writes itself --------------------------------------------------------------------------------

    def change_frame(self, change: Callable[[Map[Any]], None]) -> None:
        """Change which clauses there are, and where they stand."""
        frame: Doc[Any] = Doc(client_id=FRAME)
        frame.apply_update(self.doc.get_update())
        update = _updates_of(frame, lambda: change(frame.get(BLOCKS, type=Map)))
        if update:
            self.doc.apply_update(update)
            self._known = None
            self.fresh.append(Entry(update))

    def change_words(self, change: Callable[[Map[Any]], None], *, moves: bool = False) -> None:
        """Change words in clauses, as a forward edit. With `moves`, what it deletes was put elsewhere."""
        update = _updates_of(self.doc, lambda: change(self.blocks))
        self._known = None
        if update:
            self.fresh.append(Entry(update, moves=moves))

    def save(self) -> None:
        """Write what the server changed into the log; inside the rule's transaction, under the document's lock.

        Raises:
            DocumentFixed: the text may not change any more.
        """
        if not self.fresh:
            return
        for line in write_lines(self.document, self.fresh, self.seq, self.chain):
            self.follow(line, is_applied=True)
        self.fresh = []
        announce("document written", document=str(self.document), seq=self.seq)

    # --- Reading it ---------------------------------------------------------------------------------------------------

    def block(self, clause: UUID | str) -> Any:
        """A clause in the shared document; None if it is not there."""
        return self.blocks.get(str(clause))

    def known(self) -> dict[int, int]:
        """{client: how much of it the log holds}."""
        if self._known is None:
            self._known = vector_of(self.doc.get_state())
        return self._known

    @property
    def holds_what_it_should(self) -> bool:
        """Whether everything that was applied found its place in the document."""
        return self._known is None or self._known == vector_of(self.doc.get_state())

    def deleted(self) -> Ranges:
        """What is deleted."""
        return parse(self.doc.get_update(self.doc.get_state()), most=1_000_000).deletes


def write_lines(document: UUID, entries: Sequence[Entry], seq: int, chain: str) -> list[LogLine]:
    """Write updates into the log, in this order, inside a transaction; the lines that came of it.

    Args:
        seq, chain: the last line that the caller knows, and its digest.

    Raises:
        DocumentFixed: the text may not change any more.
    """
    rows = Document.objects.filter(pk=document, state__in=Document.OPEN, head__isnull=False)
    if not rows.update(head=F("head") + len(entries)):
        raise DocumentFixed
    head = Document.objects.values_list("head", flat=True).get(pk=document) or 0
    before = head - len(entries)
    if before != seq:
        chain = LogLine.objects.values_list("chain", flat=True).get(document=document, seq=before)
    lines = []
    for number, entry in enumerate(entries, start=before + 1):
        chain = next_chain(chain, number, entry.update)
        lines.append(
            LogLine(
                document_id=document,
                seq=number,
                client=entry.client,
                update=entry.update,
                moves=entry.moves,
                chain=chain,
                at=clock.now(),
            )
        )
    return LogLine.objects.bulk_create(lines)


def next_chain(chain: str, seq: int, update: bytes) -> str:
    """The digest of the log up to a line: sha256 over the digest before it, its number and its bytes."""
    return hashlib.sha256(f"{chain}:{seq}:".encode() + update).hexdigest()


def summarise(document: Document) -> None:
    """Merge the lines that the clauses show into one update, if many have gathered; the lines themselves stay.

    Merged as updates, never through a document, which would drop what waits for something before it.
    """
    summary = LogSummary.objects.filter(document=document).first()
    start, shown = summary.seq if summary else 0, document.shown or 0
    if shown - start < SUMMARY_EVERY:
        return
    lines = LogLine.objects.filter(document=document, seq__gt=start, seq__lte=shown).order_by("seq")
    parts = [bytes(update) for update in lines.values_list("update", flat=True)]
    if summary:
        parts.insert(0, bytes(summary.update))
    values = {"seq": shown, "update": merge_updates(*parts)}
    LogSummary.objects.update_or_create(document=document, defaults=values)


def _updates_of(doc: Doc[Any], change: Callable[[], None]) -> bytes:
    """The update that a change makes of a document; empty if it changes nothing."""
    made: list[bytes] = []
    watching = doc.observe(lambda event: made.append(event.update))
    try:
        with doc.transaction():
            change()
    finally:
        doc.unobserve(watching)
    return next((update for update in made if update != NOTHING), b"")


def new_block(**facts: Any) -> Map[Any]:
    """A clause for the frame: what is known of it, with an empty heading and an empty body."""
    return Map({**facts, "heading": Text(), "body": XmlFragment()})
