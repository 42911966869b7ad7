"""Closing: the count is decided by the rules that were set up, the document is adopted or not, the record is sealed."""

from collections.abc import Callable

from django.db import transaction

from academy import clock
from academy.history import record
from academy.models import User
from academy.permissions import insist
from outcome.adoption.ballots import close_box
from outcome.adoption.counting import locked_procedure, tally_of, tell
from outcome.adoption.errors import AdoptionClosed, SilenceLasts, TimeRuns
from outcome.adoption.freezing import open_text
from outcome.adoption.setting_up import rules_of
from outcome.adoption.telling import tell_everybody
from outcome.clause_words import document_words
from outcome.deciding import decide
from outcome.methods import METHODS, Tally
from outcome.models import Document, Procedure, Record, Revision
from outcome.permissions import may_draft
from outcome.recording import make_record, procedure_words, record_words

State = Procedure.State
# What else happens when a text is adopted, in the same transaction; whoever listens returns nothing of use.
_after_adopting: list[Callable[[Revision], object]] = []


def after_adopting(listener: Callable[[Revision], object]) -> None:
    """Have something done in the transaction that adopts a revision."""
    if listener not in _after_adopting:
        _after_adopting.append(listener)


@transaction.atomic
def close_adoption(procedure: Procedure, *, by: User) -> Procedure:
    """Close the adoption, and decide by the rules that were set up.

    Raises:
        NotAllowed, AdoptionClosed
        SilenceLasts, TimeRuns: the time that was announced is not over.
    """
    insist(may_draft(by, procedure.document.edition))
    document = locked_document(procedure)
    procedure = locked_procedure(procedure)
    insist_closable(procedure)
    return close_locked(procedure, document, by=by)


def insist_closable(procedure: Procedure) -> None:
    """Refuse a closing by hand while the time that was announced runs, unless everybody took a position.

    Raises:
        AdoptionClosed, SilenceLasts, TimeRuns
    """
    if procedure.state != State.OPEN:
        raise AdoptionClosed
    if procedure.closes_at and procedure.closes_at > clock.now():
        if METHODS[procedure.method].by_silence:
            raise SilenceLasts
        tally = tally_of(procedure)
        if tally.taken < tally.electorate:
            raise TimeRuns


def close_if_due(procedure: Procedure) -> bool:
    """Close an adoption whose time is over; returns whether this call did. It may be called again and again."""
    moment = clock.now()
    if procedure.closes_at is None or procedure.closes_at > moment:
        return False
    with transaction.atomic():
        document = locked_document(procedure)
        locked = locked_procedure(procedure)
        if locked.state != State.OPEN or locked.closes_at is None or locked.closes_at > moment:
            return False
        close_locked(locked, document, by=None)
    return True


def locked_document(procedure: Procedure) -> Document:
    """The row of the document, locked: before the procedure's, in the order of everybody who writes."""
    return Document.objects.select_for_update(of=("self",), no_key=True).get(pk=procedure.document_id)


def close_locked(procedure: Procedure, document: Document, *, by: User | None) -> Procedure:
    """Close an open adoption; its row and the document's are locked."""
    document.edition = procedure.document.edition
    if procedure.is_pseudonymous:
        close_box(procedure)
    tally = tally_of(procedure)
    result = decide(rules_of(procedure), tally)
    decides = METHODS[procedure.method].decides
    adopted = State.ADOPTED if result.adopted else State.NOT_ADOPTED
    procedure.state = adopted if decides else State.POLLED
    present = clock.now()
    procedure.closed_at = min(present, procedure.closes_at) if procedure.closes_at else present
    procedure.save(update_fields=["state", "closed_at"])
    _settle(procedure, document, tally, by=by)
    words = procedure_words(procedure)
    facts = {"taken": tally.taken, "needed": result.needed, "electorate": tally.electorate}
    tell(procedure, record(document.edition, "adoption closed", procedure, by=by, data=facts, content=words))
    if not procedure.statement_hours:
        _seal(procedure)
    return procedure


def _settle(procedure: Procedure, document: Document, tally: Tally, *, by: User | None) -> None:
    """The document is adopted; or, where a silence was broken, its text is open again for a new revision."""
    if procedure.state == State.ADOPTED:
        document.state = Document.State.ADOPTED
        document.save(update_fields=["state"])
        record(document.edition, "document adopted", document, by=by, content=document_words(document))
        for listener in _after_adopting:
            listener(procedure.revision)
    elif METHODS[procedure.method].by_silence and tally.taken:
        open_text(document, by=None)


def seal_if_due(procedure: Procedure) -> Record | None:
    """Seal the record of a closed adoption once the time for statements is over; it may be called again and again."""
    with transaction.atomic():
        procedure = locked_procedure(procedure)
        until = procedure.statements_until
        if not procedure.is_closed or until is None or until > clock.now():
            return None
        if Record.objects.filter(procedure=procedure).exists():
            return None
        return _seal(procedure)


def _seal(procedure: Procedure) -> Record:
    """Write the record, and put its digest into everybody's mail, where nobody can change it any more."""
    edition = procedure.document.edition
    made = make_record(procedure, decide(rules_of(procedure), tally_of(procedure)))
    facts = {"adopted": procedure.state == State.ADOPTED, "digest": made.digest}
    entry = record(edition, "adoption recorded", made, by=None, data=facts, content=record_words(made))
    tell_everybody(made)
    tell(procedure, entry)
    return made
