"""The record of an adoption: text, digest, rules, numbers and positions in one sealed value."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from academy.canonical import digest, digest_or_none
from academy.history import Mismatch, verify_contents
from academy.models import Edition, HistoryHead
from outcome.methods import METHODS, Tally
from outcome.models import Elector, Position, Procedure, Record


def make_record(procedure: Procedure, tally: Tally, quorum_needed: int) -> Record:
    """Write the record of a procedure that has just been closed."""
    content = record_content(procedure, tally, quorum_needed)
    assert procedure.closed_at is not None  # noqa: S101  # a record is made of a closed procedure only
    return Record.objects.create(
        document=procedure.document,
        procedure=procedure,
        content=content,
        digest=digest(content),
        made_at=procedure.closed_at,
    )


def record_content(procedure: Procedure, tally: Tally, quorum_needed: int) -> dict[str, Any]:
    """The record as a JSON value. People stand in it by reference; the page asks what may be shown of them."""
    revision = procedure.revision
    method = METHODS[procedure.method]
    head = HistoryHead.objects.filter(edition=procedure.document.edition).first()
    assert procedure.closed_at is not None  # noqa: S101  # a record is made of a closed procedure only
    return {
        "edition": procedure.document.edition.slug,
        "document": str(procedure.document_id),
        "revision": {"number": revision.number, "label": revision.label, "digest": revision.digest},
        "text_digest": procedure.text_digest,
        "text": revision.content,
        "method": procedure.method,
        "quorum": {"kind": procedure.quorum, "needed": quorum_needed, "taken": tally.taken},
        "electorate": tally.electorate,
        "counts": {choice: tally.of(choice) for choice in method.choices},
        "adopted": procedure.state == Procedure.State.ADOPTED,
        "opened_at": procedure.opened_at.isoformat(),
        "closed_at": procedure.closed_at.isoformat(),
        "positions": _positions(procedure),
        "history": {"number": head.number, "digest": head.digest} if head else None,
    }


def _positions(procedure: Procedure) -> dict[str, list[str]]:
    """{choice: electors, in an order that says nothing about when they took the position}.

    An elector's identifier is drawn for this one procedure and appears nowhere else in public, so that a record
    cannot be joined with any other page to learn who took a position.
    """
    last: dict[str, str] = {}
    rows = Position.objects.filter(elector__procedure=procedure).order_by("number")
    for person, choice in rows.values_list("elector", "choice"):
        last[str(person)] = choice
    positions: defaultdict[str, list[str]] = defaultdict(list)
    for elector in sorted(last):
        positions[last[elector]].append(elector)
    return dict(positions)


def position_words(position: Position) -> dict[str, Any]:
    """What the history commits to of a position."""
    return {"elector": str(position.elector_id), "number": position.number, "choice": position.choice}


def procedure_words(procedure: Procedure) -> dict[str, Any]:
    """What the history commits to of an adoption: its rules, its electorate, its state."""
    electors = Elector.objects.filter(procedure=procedure).values_list("pk", "participant")
    return {
        "revision": str(procedure.revision_id),
        "text_digest": procedure.text_digest,
        "method": procedure.method,
        "quorum": procedure.quorum,
        "quorum_number": procedure.quorum_number,
        "state": procedure.state,
        "electors": sorted([str(elector), str(participant)] for elector, participant in electors),
    }


def record_words(made: Record) -> dict[str, str]:
    """What the history commits to of a record; its content stands in it by its digest."""
    return {"procedure": str(made.procedure_id), "digest": made.digest}


def verify_adoptions(edition: Edition) -> Iterator[Mismatch]:
    """Yield the adoptions, their records and positions that are not as they were written."""
    procedures = Procedure.objects.filter(document__edition=edition)
    yield from verify_contents(edition, Procedure, {str(row.pk): procedure_words(row) for row in procedures})
    positions = Position.objects.filter(elector__procedure__document__edition=edition)
    yield from verify_contents(edition, Position, {str(row.pk): position_words(row) for row in positions})
    records = list(Record.objects.filter(document__edition=edition).select_related("procedure__revision"))
    yield from verify_contents(edition, Record, {str(made.pk): record_words(made) for made in records})
    for made in records:
        yield from _verify_record(made)


def _verify_record(made: Record) -> Iterator[Mismatch]:
    name = f"adoption record {made.pk}"
    content = made.content if isinstance(made.content, dict) else {}
    if digest_or_none(made.content) != made.digest:
        yield Mismatch(name, "its content was changed after the adoption")
    if content.get("text_digest") != digest_or_none(content.get("text")):
        yield Mismatch(name, "the text in it is not the text that was adopted")
    if made.procedure.revision.digest != content.get("text_digest"):
        yield Mismatch(name, "it names another revision than the adoption")
