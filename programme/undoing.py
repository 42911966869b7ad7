"""Undoing edits of the draft: what a row said before is put back, if it still says what the edit made of it.

An undo is an edit itself, so undoing it does again what was undone.
"""

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError
from academy.models import Edition, User
from programme.edits import ALONG, KINDS, along_with, begin, note, own, put, said
from programme.models import Edit
from programme.putting_back import put_back

Kept = TypeVar("Kept", bound=models.Model)


class AlreadyUndone(DomainError):
    """The edit was undone before."""

    message = gettext_lazy("This was undone already.")


class ChangedSince(DomainError):
    """What the edit changed says something else by now."""


@transaction.atomic
def undo(edit: Edit, *, by: User | None) -> Edit:
    """Put back what stood there before an edit; the undo is an edit that can be undone as well.

    Raises:
        NotAllowed, AlreadyUndone
        ChangedSince: somebody, or the person themselves, changed it again.
        CannotUndo, HangsOn, TakenOut, CannotNest: it cannot stand there any more.
        NotTakingPart: a person who withdrew would get a role back.
    """
    edition = begin(edit.edition, by=by)
    edit = Edit.objects.select_for_update(of=("self",)).get(pk=edit.pk)
    if edit.undone_at is not None:
        raise AlreadyUndone
    row = _row(edit)
    others = along_with(edit.of)._default_manager.filter(pk__in=edit.after.get(ALONG, {}))
    rows = {str(part.pk): part for part in others}
    if not _still_says(edit, row, rows):
        raise ChangedSince(_changed_since(edit, by))
    back = put_back(edition, edit, row, rows)
    edit.undone_at = clock.now()
    edit.save(update_fields=["undone_at"])
    first, times = _traced(edit)
    words = _("Done again: %(what)s") if times % 2 else _("Undone: %(what)s")
    words %= {"what": first.words}
    return note(edition, back, "edit undone", before=edit.after, after=edit.before, words=words, by=by)


@transaction.atomic
def undo_together(edit: Edit, *, by: User | None) -> int:
    """Undo everything that was made in one step with an edit and was not undone yet, the last first; all or nothing.

    Returns:
        How many edits were undone; undoing one of their undoings together does all of it again.

    Raises:
        As `undo`, naming what stands in the way.
    """
    edition = begin(edit.edition, by=by)
    waiting = Edit.objects.filter(edition=edition, together=edit.together, undone_at=None)
    made = [undo(one, by=by) for one in waiting.order_by("-number")] if edit.together else []
    if not made:
        raise AlreadyUndone
    Edit.objects.filter(pk__in=[one.pk for one in made]).update(together=uuid4())
    return len(made)


def _traced(edit: Edit) -> tuple[Edit, int]:
    """The edit with which it began, and how often that was undone and done again up to this one."""
    times = 0
    while undone := _undone_by(edit):
        edit, times = undone, times + 1
    return edit, times


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
        wanted[_kind_along(edit)].update(UUID(key) for key in edit.after.get(ALONG, {}))
    rows: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for kind, keys in wanted.items():
        if keys:
            rows[kind] = {str(key): row for key, row in KINDS[kind][0]._default_manager.in_bulk(keys).items()}
    return frozenset(
        edit.pk
        for edit in edits
        if _still_says(edit, rows[edit.of].get(str(edit.row)), rows[_kind_along(edit)])
    )


def as_of(edition: Edition, row: Kept, number: int) -> Kept:
    """A copy of a row as it was after the edit with this number; in the database nothing is undone."""
    earlier, key = copy(row), str(row.pk)
    for edit in Edit.objects.filter(edition=edition, number__gt=number).order_by("-number"):
        said_before = edit.before if str(edit.row) == key else edit.before.get(ALONG, {}).get(key, {})
        put(earlier, own(said_before))
    return earlier


def _kind_along(edit: Edit) -> str:
    return next(kind for kind, (model, _fields) in KINDS.items() if model is along_with(edit.of))


def _row(edit: Edit) -> models.Model | None:
    return KINDS[edit.of][0]._default_manager.filter(pk=edit.row).first()


def _still_says(edit: Edit, row: models.Model | None, parts: dict[str, Any]) -> bool:
    """Whether a row, and what changed along with it, say what the edit made of them."""
    values = own(edit.after)
    is_gone = bool(own(edit.before)) and not values
    if (row is None) != is_gone or (row is not None and values and said(row, values) != values):
        return False
    along = edit.after.get(ALONG, {})
    return all(key in parts and said(parts[key], values) == values for key, values in along.items())


def _changed_since(edit: Edit, by: User | None) -> str:
    later = Edit.objects.filter(edition=edit.edition_id, row=edit.row, number__gt=edit.number).first()
    if later and by and later.by_id == by.pk:
        return _("This cannot be undone: you changed it again since. Undo that first.")
    return _("This cannot be undone: it was changed since by somebody else.")
