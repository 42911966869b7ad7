"""The record of an adoption: text, digest, rules, numbers and positions in one sealed value."""

from collections import defaultdict
from typing import Any

from academy.canonical import digest
from academy.models import HistoryHead
from outcome.deciding import Result
from outcome.methods import METHODS
from outcome.models import (
    BallotBox,
    Elector,
    Floor,
    Indication,
    Position,
    Presence,
    Procedure,
    Record,
    RoomCount,
    Statement,
)


def make_record(procedure: Procedure, result: Result) -> Record:
    """Write the record of a procedure that is closed, and whose time for statements is over."""
    content, sealed_at = record_content(procedure, result), procedure.statements_until
    assert sealed_at is not None  # noqa: S101  # a record is made of a closed procedure only
    return Record.objects.create(
        document=procedure.document,
        procedure=procedure,
        content=content,
        digest=digest(content),
        made_at=sealed_at,
    )


def record_content(procedure: Procedure, result: Result) -> dict[str, Any]:
    """The record as a JSON value. People stand in it by reference; the page asks what may be shown of them."""
    revision, tally = procedure.revision, result.tally
    head = HistoryHead.objects.filter(edition=procedure.document.edition).first()
    counted = procedure.room_counts.filter(is_confirmed=True).order_by("-number").first()
    return {
        "edition": procedure.document.edition.slug,
        "document": str(procedure.document_id),
        "revision": {"number": revision.number, "label": revision.label, "digest": revision.digest},
        "text_digest": procedure.text_digest,
        "text": revision.content,
        "method": procedure.method,
        "abstentions": procedure.abstentions,
        "publicity": procedure.publicity,
        "quorum": {
            "kind": procedure.quorum,
            "of": procedure.quorum_of,
            "needed": result.needed,
            "taken": tally.taken,
        },
        "electorate": tally.electorate,
        "electorate_rule": procedure.electorate,
        "present": tally.present,
        "counts": {choice: tally.of(choice) for choice in METHODS[procedure.method].choices},
        "room": {"label": counted.label, "counts": counted.counts} if counted else None,
        "adopted": procedure.state == Procedure.State.ADOPTED,
        "result": procedure.state,
        "short_notice": procedure.short_notice,
        **_times(procedure),
        **_who_stands_where(procedure),
        "indications": _indications(procedure),
        "statements": _statements(procedure),
        "history": {"number": head.number, "digest": head.digest} if head else None,
    }


def _times(procedure: Procedure) -> dict[str, str | None]:
    moments = {
        "opened_at": procedure.opened_at,
        "deadline": procedure.closes_at,
        "closed_at": procedure.closed_at,
        "statements_until": procedure.statements_until,
    }
    return {name: moment.isoformat() if moment else None for name, moment in moments.items()}


def _who_stands_where(procedure: Procedure) -> dict[str, Any]:
    """Named: the electors by their position. Pseudonymous: the ballots by their receipts, and nobody at all."""
    if not procedure.is_pseudonymous:
        return {"positions": _positions(procedure)}
    box = BallotBox.objects.get(procedure=procedure)
    ballots = [{"receipt": receipt, "choice": choice} for receipt, choice in sorted(box.ballots.items())]
    return {"positions": {}, "ballots": ballots}


def _positions(procedure: Procedure) -> dict[str, list[str | None]]:
    """{choice: electors, in an order that says nothing about when they took the position}.

    An elector's identifier is drawn for this one procedure and appears nowhere else in public, so that a record
    cannot be joined with any other page to learn who took a position. Who broke a silence as "a delegate" is None.
    """
    last: dict[str, str] = {}
    rows = Position.objects.filter(elector__procedure=procedure).order_by("number")
    for person, choice in rows.values_list("elector", "choice"):
        last[str(person)] = choice
    reason = reason_of(procedure)
    nameless = str(reason.elector_id) if reason and not is_attributed(reason, procedure) else ""
    positions: defaultdict[str, list[str | None]] = defaultdict(list)
    for elector in sorted(last):
        positions[last[elector]].append(None if elector == nameless else elector)
    return dict(positions)


def reason_of(procedure: Procedure) -> Statement | None:
    """Why the silence was broken, if it was: by one elector, as that ends the procedure."""
    return Statement.objects.filter(procedure=procedure, kind=Statement.Kind.REASON).first()


def _indications(procedure: Procedure) -> dict[str, dict[str, int]]:
    """{clause: {indication: how many}}; they bind nobody, and name nobody."""
    found: defaultdict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(Indication.Choice.values, 0))
    rows = Indication.objects.filter(elector__procedure=procedure)
    for clause, choice in rows.values_list("clause", "choice"):
        found[str(clause)][choice] += 1
    return {clause: found[clause] for clause in sorted(found)}


def _statements(procedure: Procedure) -> list[dict[str, Any]]:
    """The statements that stand, by clause. Who wants to be "a delegate" leaves no trace of who it was.

    In a pseudonymous adoption everybody is "a delegate": a statement says what its writer thinks.
    """
    rows = Statement.objects.filter(procedure=procedure, is_withdrawn=False)
    numbers = _places(procedure.revision.content)
    found = [
        {
            "kind": row.kind,
            "clause": str(row.clause_id) if row.clause_id else None,
            "text": row.text,
            "elector": str(row.elector_id) if is_attributed(row, procedure) else None,
        }
        for row in rows
    ]
    return sorted(found, key=lambda one: (numbers.get(str(one["clause"]), -1), one["kind"], one["text"]))


def is_attributed(statement: Statement, procedure: Procedure) -> bool:
    """Whether a statement stands beside its writer, as far as they are shown at all."""
    return statement.attribution == Statement.Attribution.SHOWN and not procedure.is_pseudonymous


def _places(content: Any) -> dict[str, int]:
    clauses = [clause["id"] for section in content["sections"] for clause in section["clauses"]]
    return {clause: place for place, clause in enumerate(clauses)}


# --- What the history commits to --------------------------------------------------------------------------------------


def position_words(position: Position) -> dict[str, Any]:
    """Of a position: whose place in the electorate, which one, and what."""
    return {"elector": str(position.elector_id), "number": position.number, "choice": position.choice}


def procedure_words(procedure: Procedure) -> dict[str, Any]:
    """Of an adoption: its rules, its electorate, its state; and the ballots, once it is closed.

    While it is open the box stands in no entry: from one entry to the next one could read whose ballot was new.
    """
    electors = Elector.objects.filter(procedure=procedure).values_list("pk", "participant")
    words = {
        "revision": str(procedure.revision_id),
        "text_digest": procedure.text_digest,
        "method": procedure.method,
        "quorum": procedure.quorum,
        "quorum_number": procedure.quorum_number,
        "state": procedure.state,
        "electors": sorted([str(elector), str(participant)] for elector, participant in electors),
    }
    if not procedure.electorate:  # set up before there was more to set up
        return words
    words |= {
        "abstentions": procedure.abstentions,
        "quorum_of": procedure.quorum_of,
        "publicity": procedure.publicity,
        "electorate": procedure.electorate,
        "by_clause": procedure.by_clause,
        "opens_at": _moment(procedure.opens_at),
        "closes_at": _moment(procedure.closes_at),
        "short_notice": procedure.short_notice,
        "statement_hours": procedure.statement_hours,
        "recall_reason": procedure.recall_reason,
    }
    box = BallotBox.objects.filter(procedure=procedure).first() if procedure.is_pseudonymous else None
    if box and procedure.is_closed:
        words["ballots"] = sorted([receipt, choice] for receipt, choice in box.ballots.items())
    return words


def _moment(moment: Any) -> str | None:
    return moment.isoformat() if moment else None


def record_words(made: Record) -> dict[str, str]:
    """Of a record: its content stands in it by its digest."""
    return {"procedure": str(made.procedure_id), "digest": made.digest}


def statement_words(statement: Statement) -> dict[str, Any]:
    """Of a statement: all of it, by digest."""
    return {
        "elector": str(statement.elector_id),
        "kind": statement.kind,
        "clause": str(statement.clause_id) if statement.clause_id else None,
        "text": statement.text,
        "attribution": statement.attribution,
        "is_withdrawn": statement.is_withdrawn,
    }


def room_count_words(count: RoomCount) -> dict[str, Any]:
    """Of hands that were counted: the numbers, and whether another organiser confirmed them."""
    return {
        "procedure": str(count.procedure_id),
        "number": count.number,
        "label": count.label,
        "counts": count.counts,
        "is_confirmed": count.is_confirmed,
    }


def presence_words(presence: Presence) -> dict[str, str]:
    """Of an elector's presence: where."""
    return {"elector": str(presence.elector_id), "where": presence.where}


def floor_words(floor: Floor) -> dict[str, Any]:
    """Of the floor: which clause is discussed."""
    return {"procedure": str(floor.procedure_id), "clause": str(floor.clause_id) if floor.clause_id else None}


def indication_words(indication: Indication) -> dict[str, str]:
    """Of an indication: whose, on which clause, what."""
    return {
        "elector": str(indication.elector_id),
        "clause": str(indication.clause_id),
        "choice": indication.choice,
    }
