"""Statements for the record: explanations of position, reservations to clauses, the reason for breaking a silence."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.history import record
from academy.models import User
from academy.privacy.erased import note_shown
from academy.text import tidy
from outcome.adoption.counting import locked_procedure, tell
from outcome.adoption.errors import NotAnElector, StatementsOver
from outcome.models import Elector, Procedure, Record, Statement
from outcome.permissions import elector_of
from outcome.recording import statement_words
from outcome.revisions import clauses_of

# What the list beside the database calls it, by its key.
STATEMENT = "statement"
LENGTH = 4000
Kind = Statement.Kind


@transaction.atomic
def make_statement(
    procedure: Procedure,
    *,
    kind: str,
    text: str,
    by: User,
    clause: UUID | None = None,
    attribution: str = Statement.Attribution.SHOWN,
) -> Statement:
    """State something for the record, while the adoption is open or within the time after its closing.

    Args:
        clause: what a reservation is made to; an explanation may have one.

    Raises:
        NotAnElector, StatementsOver
        Invalid: no words, no such clause in the text, or a reservation to nothing.
    """
    procedure = locked_procedure(procedure)
    elector = elector_of(by, procedure)
    if elector is None:
        raise NotAnElector
    if not takes_statements(procedure):
        raise StatementsOver
    if kind not in (Kind.EXPLANATION, Kind.RESERVATION):
        raise Invalid(_("Choose between an explanation of position and a reservation."))
    if kind == Kind.RESERVATION and clause is None:
        raise Invalid(_("A reservation is made to a clause. Choose which one."))
    if clause and str(clause) not in {one["id"] for _section, one in clauses_of(procedure.revision.content)}:
        raise Invalid(_("There is no such clause in the text."))
    return _store(procedure, elector, kind=kind, clause=clause, text=text, attribution=attribution, by=by)


def add_reason(procedure: Procedure, elector: Elector, *, text: str, attribution: str, by: User) -> Statement:
    """The reason for breaking a silence; call it under the procedure's lock.

    Raises:
        Invalid: there is no reason.
    """
    if not text.strip():
        raise Invalid(_("Write why you break the silence: the next revision is to answer it."))
    return _store(
        procedure, elector, kind=Kind.REASON, clause=None, text=text, attribution=attribution, by=by
    )


@transaction.atomic
def withdraw_statement(statement: Statement, *, by: User) -> Statement:
    """Take a statement back, before the record is sealed; it stays in the history, and out of the record.

    Raises:
        NotAllowed: it is somebody else's.
        StatementsOver
    """
    procedure = locked_procedure(statement.procedure)
    statement = Statement.objects.select_related("elector__participant").get(pk=statement.pk)
    if statement.elector.participant.user_id != by.pk:
        raise NotAllowed
    if not takes_statements(procedure) or statement.kind == Kind.REASON:
        raise StatementsOver
    if not statement.is_withdrawn:
        _withdraw(procedure, statement, by=by)
    return statement


@transaction.atomic
def withdraw_again(key: UUID) -> bool:
    """After a restore from a backup in which this statement still stands; whether it did.

    It was withdrawn in time: that the time is over since does not count, as long as no record holds it.

    Raises:
        StatementsOver: the record is sealed with it.
    """
    found = Statement.objects.select_related("procedure").filter(pk=key, is_withdrawn=False).first()
    if found is None:
        return False
    procedure = locked_procedure(found.procedure)
    statement = Statement.objects.get(pk=key)
    if statement.is_withdrawn:
        return False
    is_sealed = Record.objects.filter(procedure=procedure).exists()
    if is_sealed or not (procedure.state == Procedure.State.OPEN or procedure.is_closed):
        raise StatementsOver(
            _("It stands in a sealed record. Tell its writer, then remove its line from the list.")
        )
    _withdraw(procedure, statement, by=None)
    return True


def _withdraw(procedure: Procedure, statement: Statement, *, by: User | None) -> None:
    statement.is_withdrawn = True
    statement.save(update_fields=["is_withdrawn"])
    note_shown(STATEMENT, statement.pk, stands=False)
    _note("statement withdrawn", procedure, statement, by=by)


def takes_statements(procedure: Procedure) -> bool:
    """Whether statements are taken now: from the opening until the time after the closing is over."""
    if procedure.state == Procedure.State.OPEN:
        return True
    until = procedure.statements_until
    is_in_time = procedure.is_closed and until is not None and clock.now() < until
    return is_in_time and not Record.objects.filter(procedure=procedure).exists()


def _store(
    procedure: Procedure, elector: Elector, *, kind: str, clause: Any, text: str, attribution: str, by: User
) -> Statement:
    if attribution not in Statement.Attribution.values:
        raise Invalid(_("Choose how you are named."))
    try:
        with transaction.atomic():
            made = Statement.objects.create(
                procedure=procedure,
                elector=elector,
                kind=kind,
                clause_id=clause,
                text=tidy(text, limit=LENGTH, what=_("The text")),
                attribution=attribution,
                made_at=clock.now(),
            )
    except IntegrityError as error:
        raise StatementsOver from error
    _note("statement made", procedure, made, by=by)
    return made


def _note(verb: str, procedure: Procedure, made: Statement, *, by: User | None) -> None:
    edition, words = procedure.document.edition, statement_words(made)
    tell(procedure, record(edition, verb, made, by=by, data={"kind": made.kind}, content=words))
