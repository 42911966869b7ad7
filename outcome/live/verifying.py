"""Whether the log of a document is as it was written, and the clauses say what it says."""

from collections.abc import Iterator

from academy.history import Mismatch
from academy.models import Edition, HistoryEntry
from outcome.live.log import Log, next_chain
from outcome.live.showing import facts_of, words_of
from outcome.models import Clause, Document, LogLine


def verify_log(document: Document) -> Iterator[Mismatch]:
    """Yield where the log was changed after it was written, and which clauses do not say what it says."""
    if not document.is_live:
        return
    log, chains, expected = Log(document.pk), {0: ""}, 1
    for line in LogLine.objects.filter(document=document).order_by("seq").iterator():
        name = f"log of the outcome document, line {line.seq}"
        if line.seq != expected:
            yield Mismatch(name, f"line {expected} is missing before it")
        if line.chain != next_chain(chains.get(line.seq - 1, ""), line.seq, bytes(line.update)):
            yield Mismatch(name, "it was changed after it was written")
        chains[line.seq] = line.chain
        expected = line.seq + 1
        if line.seq <= (document.shown or 0):
            log.follow(line, is_shown=True)
    if expected - 1 != document.head:
        yield Mismatch(
            "log of the outcome document", f"it ends at line {expected - 1}, not at {document.head}"
        )
    yield from _verify_mentions(document.edition, chains)
    yield from _verify_clauses(document, log)


def _verify_mentions(edition: Edition, chains: dict[int, str]) -> Iterator[Mismatch]:
    """The history says up to which line a clause was reworded, and the digest of the log there."""
    entries = HistoryEntry.objects.filter(edition=edition, verb="clause reworded").order_by("number")
    for number, data in entries.values_list("number", "data").iterator():
        if "log" in data and chains.get(data.get("line", 0)) != data["log"]:
            yield Mismatch(
                f"history entry {number} (clause reworded)", "the log is not what it was at that moment"
            )


def _verify_clauses(document: Document, log: Log) -> Iterator[Mismatch]:
    for clause in Clause.objects.filter(document=document).order_by("pk"):
        block = log.block(clause.pk)
        if block is None:
            yield Mismatch(f"clause {clause.pk}", "the log knows nothing of it")
            continue
        heading, text, formats = words_of(block)
        is_away = bool(clause.merged_into_id) and not text
        if not is_away and (clause.heading, clause.text, clause.formats) != (heading, text, formats):
            yield Mismatch(f"clause {clause.pk}", "it does not say what was written together")
        if any(block[name] != fact for name, fact in facts_of(clause).items()):
            yield Mismatch(f"clause {clause.pk}", "it does not stand where the log says")
