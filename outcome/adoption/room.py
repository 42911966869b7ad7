"""In the room: who is here, which clause is discussed, hands that were counted, and indications clause by clause."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import User
from academy.permissions import insist
from academy.text import tidy
from outcome.adoption.counting import locked_procedure, tell
from outcome.adoption.errors import AdoptionClosed, AnotherPerson, NotAnElector, NotPrepared
from outcome.adoption.positions import has_taken
from outcome.methods import METHODS
from outcome.models import Elector, Floor, Indication, Presence, Procedure, RoomCount
from outcome.permissions import elector_of, may_draft
from outcome.recording import floor_words, indication_words, presence_words, room_count_words
from outcome.revisions import clauses_of

State = Procedure.State


class TookPosition(DomainError):
    """Who has taken a position with their own device is not counted by hand as well."""

    @classmethod
    def about(cls) -> "TookPosition":
        return cls(_("This elector has taken a position already, and would be counted twice."))


@transaction.atomic
def check_in(elector: Elector, *, where: str, by: User) -> Presence:
    """Note that an elector is here, is counted by hand in the room, or is away.

    Electors check themselves in and out; that somebody is counted by hand is noted by organisers.

    Raises:
        NotAllowed, AdoptionClosed, Invalid
        TookPosition: somebody who took a position online would be counted twice.
    """
    procedure = _open_procedure(elector.procedure)
    insist(_may_check_in(elector, where, by, procedure))
    if where not in Presence.Where.values:
        raise Invalid(_("Choose where this elector is."))
    if where == Presence.Where.ROOM and has_taken(procedure, elector):
        raise TookPosition.about()
    before = Presence.objects.filter(elector=elector).first()
    if before and before.where == Presence.Where.ROOM != where:
        _leave_room(procedure)
    presence, _fresh = Presence.objects.update_or_create(elector=elector, defaults={"where": where})
    _note("presence noted", procedure, presence, by=by, content=presence_words(presence))
    return presence


def _may_check_in(elector: Elector, where: str, by: User, procedure: Procedure) -> bool:
    if may_draft(by, procedure.document.edition):
        return True
    own = elector_of(by, procedure)
    present = Presence.objects.filter(elector=elector).first()
    by_hand = Presence.Where.ROOM in (where, present.where if present else "")
    return own is not None and own.pk == elector.pk and not by_hand


def _leave_room(procedure: Procedure) -> None:
    """Hands that were counted stay people who are here: nobody leaves below that number."""
    counted = procedure.room_counts.filter(is_confirmed=True).order_by("-number").first()
    here = Presence.objects.filter(elector__procedure=procedure, where=Presence.Where.ROOM).count()
    if counted and sum(counted.counts.values()) > here - 1:
        raise Invalid(
            _("The hands of everybody who is counted in the room are counted already. Count again first.")
        )


@transaction.atomic
def discuss(procedure: Procedure, *, clause: UUID | None, by: User) -> Floor:
    """Put a clause under discussion, or the whole text; the screen in the room shows it.

    Raises:
        NotAllowed, AdoptionClosed
        Invalid: the text has no such clause.
    """
    insist(may_draft(by, procedure.document.edition))
    procedure = _open_procedure(procedure)
    _check_clause(procedure, clause)
    floor = Floor.objects.get(procedure=procedure)
    floor.clause_id = clause
    floor.save(update_fields=["clause"])
    _note("clause put under discussion", procedure, floor, by=by, content=floor_words(floor))
    return floor


@transaction.atomic
def enter_room_count(procedure: Procedure, *, label: str, counts: Mapping[str, int], by: User) -> RoomCount:
    """Enter hands that were counted in a room. Another organiser confirms the numbers before they count.

    Raises:
        NotAllowed, AdoptionClosed
        Invalid: more hands than people who are checked in as counted there, or a position that there is not.
    """
    insist(may_draft(by, procedure.document.edition))
    procedure = _open_procedure(procedure)
    method = METHODS[procedure.method]
    if method.by_silence:
        raise Invalid(_("A silence procedure counts no hands."))
    if not set(counts) <= set(method.choices) or any(count < 0 for count in counts.values()):
        raise Invalid(_("Give a number for each position."))
    _check_hands(procedure, sum(counts.values()))
    last = procedure.room_counts.order_by("-number").first()
    made = RoomCount.objects.create(
        procedure=procedure,
        number=last.number + 1 if last else 1,
        label=tidy(label, limit=120, what=_("The label")),
        counts={choice: int(counts.get(choice, 0)) for choice in method.choices},
        entered_by=by,
    )
    _note("room count entered", procedure, made, by=by, content=room_count_words(made))
    return made


@transaction.atomic
def confirm_room_count(count: RoomCount, *, by: User) -> RoomCount:
    """Confirm hands that another organiser entered; from then on they count, instead of an earlier count.

    Raises:
        NotAllowed, AdoptionClosed, AnotherPerson
        NotPrepared: a later count was entered, or this one is confirmed.
        Invalid: fewer people are checked in as counted there by now.
    """
    insist(may_draft(by, count.procedure.document.edition))
    procedure = _open_procedure(count.procedure)
    last = procedure.room_counts.order_by("-number").first()
    if last is None or last.pk != count.pk or last.is_confirmed:
        raise NotPrepared
    if last.entered_by_id is None or last.entered_by_id == by.pk:
        raise AnotherPerson
    _check_hands(procedure, sum(last.counts.values()))
    last.is_confirmed, last.confirmed_by = True, by
    last.save(update_fields=["is_confirmed", "confirmed_by"])
    _note("room count confirmed", procedure, last, by=by, content=room_count_words(last))
    return last


def _check_hands(procedure: Procedure, hands: int) -> None:
    here = Presence.objects.filter(elector__procedure=procedure, where=Presence.Where.ROOM).count()
    if hands > here:
        raise Invalid(
            _("There are %(hands)s hands, but %(here)s electors are checked in as counted by hand.")
            % {"hands": hands, "here": here}
        )


@transaction.atomic
def indicate(procedure: Procedure, *, clause: UUID, choice: str, by: User) -> Indication:
    """Say what one thinks of a clause, before the whole is decided; it binds nobody, and can be changed.

    Raises:
        NotAnElector, AdoptionClosed
        Invalid: the text has no such clause, or this adoption asks for none.
    """
    procedure = _open_procedure(procedure)
    elector = elector_of(by, procedure)
    if elector is None:
        raise NotAnElector
    if not procedure.by_clause:
        raise Invalid(_("This adoption asks for no indications clause by clause."))
    _check_clause(procedure, clause)
    if choice not in Indication.Choice.values:
        raise Invalid(_("Please choose one of the indications."))
    made, _fresh = Indication.objects.update_or_create(
        elector=elector, clause_id=clause, defaults={"choice": choice}
    )
    _note("indication given", procedure, made, by=by, content=indication_words(made))
    return made


def _check_clause(procedure: Procedure, clause: UUID | None) -> None:
    known = {one["id"] for _section, one in clauses_of(procedure.revision.content)}
    if clause is not None and str(clause) not in known:
        raise Invalid(_("There is no such clause in the text."))


def _open_procedure(procedure: Procedure) -> Procedure:
    """The procedure's row, locked, while it is open.

    Raises:
        AdoptionClosed
    """
    locked = locked_procedure(procedure)
    if locked.state != State.OPEN or (locked.closes_at and locked.closes_at <= clock.now()):
        raise AdoptionClosed
    return locked


def _note(verb: str, procedure: Procedure, subject: models.Model, *, by: User, content: Any) -> None:
    tell(procedure, record(procedure.document.edition, verb, subject, by=by, content=content))
