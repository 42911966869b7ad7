"""Undoing edits of the draft: what a row said before is put back, if it still says what the edit made of it.

An undo is an edit itself, so undoing it does again what was undone.
"""

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from typing import Any, TypeVar
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models.deletion import ProtectedError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError
from academy.models import Edition, User
from programme.edits import ALONG, KINDS, Said, begin, note, put, said
from programme.models import Edit, Session
from programme.removing import insist_on_home, insist_on_nothing_held

Kept = TypeVar("Kept", bound=models.Model)


class AlreadyUndone(DomainError):
    """The edit was undone before."""

    message = gettext_lazy("This was undone already.")


class ChangedSince(DomainError):
    """What the edit changed says something else by now."""


class CannotUndo(DomainError):
    """What stood there before cannot stand there any more."""

    message = gettext_lazy(
        "This cannot be undone any more, because other parts of the programme changed since. Please change it by hand."
    )


@transaction.atomic
def undo(edit: Edit, *, by: User | None) -> Edit:
    """Put back what stood there before an edit; the undo is an edit that can be undone as well.

    Raises:
        NotAllowed, AlreadyUndone
        ChangedSince: somebody, or the person themselves, changed it again.
        CannotUndo, HangsOn, TakenOut: it cannot stand there any more.
    """
    edition = begin(edit.edition, by=by)
    edit = Edit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
    if edit.undone_at is not None:
        raise AlreadyUndone
    row = _row(edit)
    rows = {str(part.pk): part for part in Session.objects.filter(pk__in=edit.after.get(ALONG, {}))}
    if not _still_says(edit, row, rows):
        raise ChangedSince(_changed_since(edit, by))
    back = _put_back(edition, edit, row, rows)
    edit.undone_at = clock.now()
    edit.save(update_fields=["undone_at"])
    undone = _undone_by(edit)
    words = _("Done again: %(what)s") if undone else _("Undone: %(what)s")
    words %= {"what": (undone or edit).words}
    return note(edition, back, "edit undone", before=edit.after, after=edit.before, words=words, by=by)


def _undone_by(edit: Edit) -> Edit | None:
    """The edit that this one undid; None if it is no undo."""
    earlier = Edit.objects.filter(edition=edit.edition_id, row=edit.row, number__lt=edit.number)
    undone = (one for one in earlier.exclude(undone_at=None).order_by("-number"))
    return next((one for one in undone if (one.before, one.after) == (edit.after, edit.before)), None)


def latest_edits(edition: Edition, most: int = 20) -> list[Edit]:
    """The newest edits, newest first, with who made them."""
    return list(Edit.objects.filter(edition=edition).select_related("by").order_by("-number")[:most])


def can_be_undone(edits: Iterable[Edit]) -> frozenset[UUID]:
    """Those of the edits whose rows still say what they made of them; a query for each kind of row."""
    edits = [edit for edit in edits if edit.undone_at is None]
    wanted: defaultdict[str, set[Any]] = defaultdict(set)
    for edit in edits:
        wanted[edit.of].add(edit.row)
        wanted["session"].update(UUID(key) for key in edit.after.get(ALONG, {}))
    rows: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for kind, keys in wanted.items():
        if keys:
            rows[kind] = {str(key): row for key, row in KINDS[kind][0]._default_manager.in_bulk(keys).items()}
    return frozenset(
        edit.pk for edit in edits if _still_says(edit, rows[edit.of].get(str(edit.row)), rows["session"])
    )


def as_of(edition: Edition, row: Kept, number: int) -> Kept:
    """A copy of a row as it was after the edit with this number; in the database nothing is undone."""
    earlier, key = copy(row), str(row.pk)
    for edit in Edit.objects.filter(edition=edition, number__gt=number).order_by("-number"):
        own = edit.before if str(edit.row) == key else edit.before.get(ALONG, {}).get(key, {})
        put(earlier, {name: value for name, value in own.items() if name != ALONG})
    return earlier


def _row(edit: Edit) -> models.Model | None:
    return KINDS[edit.of][0]._default_manager.filter(pk=edit.row).first()


def _still_says(edit: Edit, row: models.Model | None, parts: dict[str, Any]) -> bool:
    """Whether a row, and what changed along with it, say what the edit made of them."""
    own = {name: value for name, value in edit.after.items() if name != ALONG}
    if row is None or not edit.after:
        return row is None and not edit.after
    if said(row, own) != own:
        return False
    along = edit.after.get(ALONG, {})
    return all(key in parts and said(parts[key], values) == values for key, values in along.items())


def _changed_since(edit: Edit, by: User | None) -> str:
    later = Edit.objects.filter(edition=edit.edition_id, row=edit.row, number__gt=edit.number).first()
    if later and by and later.by_id == by.pk:
        return _("This cannot be undone: you changed it again since. Undo that first.")
    return _("This cannot be undone: it was changed since by somebody else.")


def _put_back(
    edition: Edition, edit: Edit, row: models.Model | None, parts: dict[str, Session]
) -> models.Model:
    """Write what the edit holds of before.

    Raises:
        CannotUndo, HangsOn, TakenOut
    """
    values = {name: value for name, value in edit.before.items() if name != ALONG}
    try:
        with transaction.atomic():
            if not edit.before and row is not None:
                key = row.pk
                row.delete()
                row.pk = key
                return row
            back = row or KINDS[edit.of][0](pk=edit.row, **_home(edition, edit.of))
            _insist_on_targets(edition, back, values)
            put(back, values)
            for key, said_before in edit.before.get(ALONG, {}).items():
                _insist_on_targets(edition, parts[key], said_before)
                put(parts[key], said_before)
            _insist_on_removable(edit, back, parts)
            _insist_on_one_day(back, parts)
            back.save(force_insert=row is None)
            for part in parts.values():
                part.save()
            return back
    except (IntegrityError, ProtectedError) as error:
        raise CannotUndo from error


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


def _insist_on_removable(edit: Edit, back: models.Model, parts: dict[str, Session]) -> None:
    """What taking out and bringing back ask, asked again.

    Raises:
        HangsOn, TakenOut
    """
    if not isinstance(back, Session) or "removed_at" not in edit.before:
        return
    if edit.before["removed_at"] is None:
        insist_on_home(back)
    else:
        insist_on_nothing_held([back, *parts.values()])
        _insist_on_no_parts(back, parts)


def _insist_on_no_parts(session: Session, parts: dict[str, Session]) -> None:
    """Refuse to take out a session whose parts would stay.

    Raises:
        CannotUndo
    """
    if Session.objects.planned().filter(parent=session).exclude(pk__in=list(parts)).exists():
        raise CannotUndo(_("This session has parts by now. Take it out on its page, together with them."))


def _insist_on_one_day(back: models.Model, parts: dict[str, Session]) -> None:
    """Refuse to tear a session and its parts apart: they are on one day.

    Raises:
        CannotUndo
    """
    if not isinstance(back, Session):
        return
    torn = Session.objects.filter(parent=back).exclude(pk__in=list(parts)).exclude(day=back.day_id)
    if torn.exists() or (back.parent is not None and back.parent.day_id != back.day_id):
        raise CannotUndo
