"""The order of what stands beside each other: the parts of a session, sessions without a time, materials."""

from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from academy.models import User
from programme.edits import OfAnotherEdition, begin, named
from programme.models import Edit, Material, Session
from programme.nesting import Change, insist_on_planned, locked, note_with_parts

Row = TypeVar("Row", Session, Material)


@transaction.atomic
def reorder(session: Session, *, before: Session | None, by: User | None) -> Edit | None:
    """Put a session before another one of its day (or of the same session), or at the end; None if it stands there.

    Raises:
        NotAllowed, TakenOut
        OfAnotherEdition: the other one is not beside it.
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    insist_on_planned(row)
    if before is not None and before.pk == row.pk:
        return None
    beside = Session.objects.planned().filter(edition=edition, day=row.day_id, parent=row.parent_id)
    siblings = _put_before(row, before, list(beside.order_by("position", "id")))
    changes = _number(siblings)
    if not changes:
        return None
    Session.objects.bulk_update(siblings, ["position"])
    own = changes.pop(str(row.pk), ({}, {}))
    words = _("Put in another place: %(title)s") % {"title": named(row.title)}
    return note_with_parts(edition, row, "session put in order", own, changes, words=words, by=by)


@transaction.atomic
def reorder_material(material: Material, *, before: Material | None, by: User | None) -> Edit | None:
    """Put a material before another one of its session, or at the end; None if it stands there.

    Raises:
        NotAllowed, TakenOut
        OfAnotherEdition: the other one is not beside it.
    """
    edition = begin(material.session.edition, by=by)
    session = locked(material.session)
    insist_on_planned(session)
    beside = Material.objects.filter(session=session, removed_at=None).select_for_update(of=("self",))
    rows = list(beside.order_by("position", "title", "id"))
    row = next((one for one in rows if one.pk == material.pk), None)
    if row is None:
        raise OfAnotherEdition
    if before is not None and before.pk == row.pk:
        return None
    siblings = _put_before(row, before, rows)
    changes = _number(siblings)
    if not changes:
        return None
    Material.objects.bulk_update(siblings, ["position"])
    own = changes.pop(str(row.pk), ({}, {}))
    words = _("Materials put in another order: %(title)s") % {"title": named(session.title)}
    return note_with_parts(edition, row, "material put in order", own, changes, words=words, by=by)


def _put_before(row: Row, before: Row | None, siblings: list[Row]) -> list[Row]:
    """The siblings with a row before another one of them, or at the end.

    Raises:
        OfAnotherEdition: the other one is none of them.
    """
    rest = [other for other in siblings if other.pk != row.pk]
    place = len(rest)
    if before is not None:
        place = next((n for n, other in enumerate(rest) if other.pk == before.pk), -1)
        if place < 0:
            raise OfAnotherEdition
    rest.insert(place, row)
    return rest


def _number(siblings: list[Row]) -> dict[str, Change]:
    """Number rows in their order; {id: its position before and after} of those that got another one."""
    changes: dict[str, Change] = {}
    for position, other in enumerate(siblings):
        was, other.position = other.position, position
        if was != position:
            changes[str(other.pk)] = {"position": was}, {"position": position}
    return changes
