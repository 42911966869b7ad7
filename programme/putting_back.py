"""What an edit holds of before, written to its rows again: with what the rules ask, asked again."""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.deletion import ProtectedError
from django.utils.translation import gettext_lazy

from academy.errors import DomainError
from academy.models import Edition, Participant
from programme.companions import TELLING, tell_companions
from programme.edits import ALONG, KINDS, Said, own, put
from programme.guests import NotTakingPart
from programme.models import Edit, Session, SessionRole
from programme.nesting import insist_on_nesting
from programme.removing import insist_on_home, insist_on_nothing_held


class CannotUndo(DomainError):
    """What stood there before cannot stand there any more."""

    message = gettext_lazy(
        "This cannot be undone any more, because other parts of the programme changed since. Please change it by hand."
    )


def put_back(edition: Edition, edit: Edit, row: models.Model | None, along: dict[str, Any]) -> models.Model:
    """Write what the edit holds of before: to its row, which may be gone, and to what changed along with it.

    Raises:
        CannotUndo, HangsOn, TakenOut, CannotNest, NotTakingPart
    """
    try:
        with transaction.atomic():
            if row is not None and not own(edit.before) and own(edit.after):
                return _without(edition, edit, row, along)
            back = row or KINDS[edit.of][0](pk=edit.row, **_home(edition, edit.of))
            _insist_on_targets(edition, back, own(edit.before))
            put(back, own(edit.before))
            if row is None:
                # First, because what changed along with it may belong to it.
                _insist_on_taking_part(back)
                back.save(force_insert=True)
            _put_along(edition, edit, along)
            _insist_on_sense(edit, back, along)
            back.save()
            _tell(edition, edit, back, along)
            return back
    except (IntegrityError, ProtectedError) as error:
        raise CannotUndo from error


def _without(edition: Edition, edit: Edit, row: models.Model, along: dict[str, Any]) -> models.Model:
    """Take a row away that was not there before, after what went along with it has its old place."""
    _put_along(edition, edit, along)
    key = row.pk
    row.delete()
    row.pk = key
    return row


def _put_along(edition: Edition, edit: Edit, along: dict[str, Any]) -> None:
    for key, values in edit.before.get(ALONG, {}).items():
        _insist_on_targets(edition, along[key], values)
        put(along[key], values)
        along[key].save()
    _insist_on_one_day([key for key, part in along.items() if isinstance(part, Session)])


def _home(edition: Edition, kind: str) -> dict[str, Edition]:
    """The edition, for a row that belongs to it by itself and not through its session."""
    fields = {field.name for field in KINDS[kind][0]._meta.get_fields()}
    return {"edition": edition} if "edition" in fields else {}


def _insist_on_targets(edition: Edition, row: models.Model, values: Said) -> None:
    """Refuse to put back a reference to a row that is gone, or that is of another edition by now.

    Raises:
        CannotUndo
    """
    for name, value in values.items():
        field = row._meta.get_field(name)
        model = field.related_model
        if value is not None and field.is_relation and isinstance(model, type):
            of_the_edition: Any = model
            if not of_the_edition._default_manager.filter(pk=value, edition=edition).exists():
                raise CannotUndo


def _insist_on_taking_part(back: models.Model) -> None:
    """Refuse to give a role back to somebody who does not take part any more.

    Raises:
        NotTakingPart
    """
    if not isinstance(back, SessionRole) or back.participant_id is None:
        return
    if not Participant.objects.confirmed().filter(pk=back.participant_id).exists():
        raise NotTakingPart


def _insist_on_sense(edit: Edit, back: models.Model, along: dict[str, Any]) -> None:
    """What adding, nesting, taking out and bringing back ask of a session, asked again.

    Raises:
        CannotUndo, HangsOn, TakenOut, CannotNest
    """
    if not isinstance(back, Session):
        return
    if edit.before.get("removed_at", ...) is None:
        insist_on_home(back)
    elif "removed_at" in edit.before:
        insist_on_nothing_held([back, *along.values()])
        _insist_on_no_parts(back, along)
    if "parent" in edit.before:
        insist_on_nesting(back)
    if back.parent is not None and back.parent.day_id != back.day_id:
        raise CannotUndo
    if Session.objects.filter(parent=back).exclude(day=back.day_id).exists():
        raise CannotUndo


def _insist_on_no_parts(session: Session, along: dict[str, Any]) -> None:
    """Refuse to take out a session whose parts would stay.

    Raises:
        CannotUndo
    """
    if Session.objects.planned().filter(parent=session).exclude(pk__in=list(along)).exists():
        raise CannotUndo(
            gettext_lazy("This session has parts by now. Take it out on its page, together with them.")
        )


def _insist_on_one_day(keys: list[str]) -> None:
    """Refuse to tear sessions that changed along and what was nested in them since apart.

    Raises:
        CannotUndo
    """
    torn = Session.objects.exclude(parent=None).exclude(day=F("parent__day"))
    if torn.filter(Q(pk__in=keys, parent__in=keys) | (Q(parent__in=keys) & ~Q(pk__in=keys))).exists():
        raise CannotUndo


def _tell(edition: Edition, edit: Edit, back: models.Model, along: dict[str, Any]) -> None:
    """Let what goes along with the sessions follow."""
    said = edit.before.get(ALONG, {})
    sessions = [along[key] for key, values in said.items() if TELLING & values.keys() and key in along]
    if isinstance(back, Session) and TELLING & edit.before.keys():
        sessions.insert(0, back)
    tell_companions(edition, [session for session in sessions if isinstance(session, Session)])
