"""Taking a position: named ones as append-only rows, pseudonymous ones as ballots that lead to nobody."""

from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import Invalid
from academy.history import record
from academy.models import User
from outcome.adoption import ballots
from outcome.adoption.closing import close_if_due, close_locked, locked_document
from outcome.adoption.counting import locked_procedure, tell
from outcome.adoption.errors import (
    AdoptionClosed,
    AlreadyTaken,
    CountedInTheRoom,
    NotAnElector,
    NotOpenYet,
)
from outcome.adoption.statements import add_reason
from outcome.methods import METHODS
from outcome.models import Cast, Elector, Position, Presence, Procedure
from outcome.permissions import elector_of
from outcome.recording import position_words

State = Procedure.State


def take_position(
    procedure: Procedure,
    *,
    choice: str,
    by: User,
    key: UUID | None = None,
    after: int | None = None,
    reason: str = "",
    attribution: str = "shown",
) -> Position:
    """Take a named position, or another one; the last one before closing counts.

    Args:
        key: made by whoever sends it; sent again it is the same position, also if the answer was lost.
        after: the number of the position that the elector saw as theirs (0 for none); None does not ask.
        reason: why a silence is broken.

    Raises:
        NotAnElector, NotOpenYet, AdoptionClosed, AlreadyTaken, CountedInTheRoom
        Invalid: the method knows no such position, or the reason is missing.
    """
    close_if_due(procedure)
    with transaction.atomic():
        by_silence = METHODS[procedure.method].by_silence
        # A silence that is broken opens the text again; whoever locks both locks the document first.
        document = locked_document(procedure) if by_silence else None
        procedure, elector = _open_to(procedure, by)
        _check_choice(procedure, choice)
        key = key or uuid4()
        if known := elector.positions.filter(key=key).first():
            return known
        _insist_open(procedure)
        last = elector.positions.order_by("-number").first()
        if after is not None and after != (last.number if last else 0):
            raise AlreadyTaken
        if last and last.choice == choice:
            return last
        position = _store(elector, last.number + 1 if last else 1, choice, key)
        edition = procedure.document.edition
        tell(procedure, record(edition, "position taken", position, by=by, content=position_words(position)))
        if document:
            add_reason(procedure, elector, text=reason, attribution=attribution, by=by)
            close_locked(procedure, document, by=None)
    return position


def cast_ballot(procedure: Procedure, *, choice: str, secret: str, before: str = "", by: User) -> str:
    """Put a ballot into the box, or change the one that this secret opens; returns its receipt.

    The same secret with the same choice is the same ballot, also if the answer was lost. A change has
    the mark of what the ballot said before: what is sent again late, after another change, changes nothing back.

    Raises:
        NotAnElector, NotOpenYet, AdoptionClosed, AlreadyCast, ChangedMeanwhile, CountedInTheRoom
        Invalid: the method knows no such position, or the secret is none of ours.
    """
    close_if_due(procedure)
    with transaction.atomic():
        procedure, elector = _open_to(procedure, by)
        _check_choice(procedure, choice)
        if not procedure.is_pseudonymous:
            raise Invalid(_("This adoption takes named positions."))
        receipt = ballots.receipt_of(secret)
        if ballots.holds(procedure, elector, receipt, choice):
            return receipt
        _insist_open(procedure)
        cast, fresh = ballots.put(procedure, elector, receipt, choice, before)
        verb = "ballot cast" if fresh else "ballot changed"
        words = ballots.cast_words(cast)
        tell(procedure, record(procedure.document.edition, verb, cast, by=by, content=words))
    return receipt


def _open_to(procedure: Procedure, by: User) -> tuple[Procedure, Elector]:
    """The locked procedure, and this person's place in its electorate."""
    procedure = locked_procedure(procedure)
    elector = elector_of(by, procedure)
    if procedure.state in (State.PREPARED, State.CONFIRMED):
        raise NotOpenYet
    if elector is None:
        raise NotAnElector
    if Presence.objects.filter(elector=elector, where=Presence.Where.ROOM).exists():
        raise CountedInTheRoom
    return procedure, elector


def _insist_open(procedure: Procedure) -> None:
    """Refuse what comes at the closing or after it, also while nobody has closed yet."""
    if procedure.state != State.OPEN or (procedure.closes_at and procedure.closes_at <= clock.now()):
        raise AdoptionClosed


def _check_choice(procedure: Procedure, choice: str) -> None:
    if choice not in METHODS[procedure.method].choices:
        raise Invalid(_("Please choose one of the positions."))


def _store(elector: Elector, number: int, choice: str, key: UUID) -> Position:
    try:
        with transaction.atomic():
            return Position.objects.create(
                elector=elector, number=number, choice=choice, taken_at=clock.now(), key=key
            )
    except IntegrityError as error:
        raise AdoptionClosed from error


def has_taken(procedure: Procedure, elector: Elector) -> bool:
    """Whether a position of this elector is stored."""
    if procedure.is_pseudonymous:
        return Cast.objects.filter(elector=elector).exists()
    return elector.positions.exists()
