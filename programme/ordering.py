"""The order of what stands beside each other: the parts of a session, and sessions without a time."""

from django.db import transaction
from django.utils.translation import gettext as _

from academy.models import User
from programme.edits import OfAnotherEdition, begin, named
from programme.models import Edit, Session
from programme.nesting import Change, insist_on_planned, locked, note_with_parts


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
    beside = Session.objects.planned().filter(edition=edition, day=row.day_id, parent=row.parent_id)
    siblings = list(beside.order_by("position", "id"))
    rest = [other for other in siblings if other.pk != row.pk]
    place = len(rest)
    if before is not None and before.pk != row.pk:
        place = next((n for n, other in enumerate(rest) if other.pk == before.pk), -1)
        if place < 0:
            raise OfAnotherEdition
    elif before is not None:
        return None
    changes: dict[str, Change] = {}
    for position, other in enumerate([*rest[:place], row, *rest[place:]]):
        was = other.position
        other.position = position
        if was != position:
            changes[str(other.pk)] = {"position": was}, {"position": position}
    if not changes:
        return None
    Session.objects.bulk_update([*rest, row], ["position"])
    own = changes.pop(str(row.pk), ({}, {}))
    return note_with_parts(
        edition,
        row,
        "session put in order",
        own,
        changes,
        words=_("Put in another place: %(title)s") % {"title": named(row.title)},
        by=by,
    )
