"""How the clauses show what was written together: their rows take the words of the log, with history.

While a document is written together, the log is the authority for words; the rows are for which clauses there are,
where they stand, and what they rest on. Rows follow the log after a moment of quiet, and before every rule that reads
or changes them. One burst of writing is one entry of the history for each clause and each writer.
"""

from typing import Any
from uuid import uuid4

from django.db import transaction

from academy.history import record
from academy.models import User
from outcome.clause_words import clause_words
from outcome.live.bodies import fill, formatted, plain
from outcome.live.log import Log, new_block, summarise
from outcome.locking import locked_row
from outcome.models import Clause, Document, Editor
from outcome.models.clauses import HEADING_LENGTH


def start_log(document: Document, *, by: User) -> Log:
    """Begin to write a document together: its shared text is made once, from its clauses. Under its lock."""
    document.epoch, document.head, document.shown = uuid4(), 0, 0
    document.save(update_fields=["epoch", "head", "shown"])
    log = Log(document.pk)
    clauses = list(Clause.objects.filter(document=document).order_by("section__position", "order", "id"))
    log.change_frame(lambda blocks: blocks.update({str(c.pk): new_block(**facts_of(c)) for c in clauses}))

    def write(blocks: Any) -> None:
        for clause in clauses:
            fill_block(blocks[str(clause.pk)], clause)

    log.change_words(write)
    if not log.fresh:  # no clauses yet: the log begins all the same
        log.change_frame(lambda blocks: blocks.update({"": new_block(deleted=True)}))
    log.save()
    document.head = document.shown = log.seq
    document.save(update_fields=["shown"])
    record(document.edition, "document opened for writing together", document, by=by)
    return log


def facts_of(clause: Clause) -> dict[str, Any]:
    """What the frame of the shared text says of a clause, beside its words."""
    return {
        "kind": clause.kind,
        "section": str(clause.section_id),
        "parent": str(clause.parent_id) if clause.parent_id else "",
        "order": clause.order,
        "deleted": clause.removed,
        "merged_into": str(clause.merged_into_id) if clause.merged_into_id else "",
        "language": clause.language or "",
    }


def fill_block(block: Any, clause: Clause) -> None:
    """Put the words of a row into its new block."""
    if clause.heading:
        block["heading"].insert(0, clause.heading)
    fill(block["body"], clause.text, clause.formats)


def followed(document: Document) -> Log | None:
    """The log of a document whose row is locked, after its clauses took what was written; None if there is none."""
    if not document.is_live:
        return None
    log = Log.read(document)
    show(document, log)
    return log


@transaction.atomic
def show_written(document: Document) -> int:
    """Let the clauses show what was written; returns the last line that they show. May be asked at any time."""
    row = locked_row(document)
    if row.is_live and row.shown != row.head and row.is_open:
        followed(row)
        summarise(row)
    return row.shown or 0


def show(document: Document, log: Log) -> None:
    """Bring the rows to what the log says; the document's row is locked, and the log is read to its end."""
    if document.shown == log.seq:
        return
    clauses = {str(c.pk): c for c in Clause.objects.filter(document=document, pk__in=_written(log))}
    people = _people(document, log)
    for key in sorted(clauses):
        clause = clauses[key]
        if take_words(clause, log):
            writers = {people[client].pk: people[client] for client in log.touched[key] if client in people}
            known: list[User | None] = [writers[pk] for pk in sorted(writers)]
            for writer in known or [None]:
                record(
                    document.edition,
                    "clause reworded",
                    clause,
                    by=writer,
                    data={"line": log.seq, "log": log.chain},
                    content=clause_words(clause),
                )
    log.touched.clear()
    document.shown = log.seq
    document.save(update_fields=["shown"])


def _written(log: Log) -> list[str]:
    return [key for key in log.touched if key and key in log.blocks]


def take_words(clause: Clause, log: Log) -> bool:
    """Give a row the words that its block has; whether they are others. A remark counts for its encouragement."""
    block = log.block(clause.pk)
    heading, text, formats = words_of(block)
    if clause.merged_into_id and not text:
        return False  # its words stand in another clause; the row keeps what it said
    if (clause.heading, clause.text, clause.formats) == (heading, text, formats):
        return False
    clause.heading, clause.text, clause.formats = heading, text, formats
    clause.version += 1
    clause.save(update_fields=["heading", "text", "formats", "version"])
    if clause.parent_id:
        parent = Clause.objects.get(pk=clause.parent_id)
        parent.version += 1
        parent.save(update_fields=["version"])
    return True


def words_of(block: Any) -> tuple[str, str, list[dict[str, Any]] | None]:
    """The heading, the text and the formats of a block; of a heading that grew too long, the beginning.

    Two people who write in a heading at once may make it longer than either of them could.
    """
    heading = " ".join(str(block["heading"]).split())[:HEADING_LENGTH].rstrip()
    return heading, plain(block["body"]), formatted(block["body"])


def _people(document: Document, log: Log) -> dict[int | None, User]:
    clients = {client for touched in log.touched.values() for client in touched if client is not None}
    rows = Editor.objects.filter(document=document, client__in=clients, user__isnull=False)
    return {row.client: row.user for row in rows.select_related("user") if row.user}
