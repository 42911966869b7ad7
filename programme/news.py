"""What was changed on a day while somebody had its board open."""

from typing import Any
from uuid import UUID

from programme.edits import ALONG, last_number, own
from programme.models import Day, Edit, JoinLink, Material, Session, SessionRole

# More than these are not looked through one by one: an import changes a whole programme.
MOST = 200
_BELONGINGS = (SessionRole, JoinLink, Material)


def news_of(day: Day, since: int) -> tuple[int, list[str]]:
    """The number of the newest edit, and in words what was done to the day after edit `since`, the newest first."""
    number = last_number(day.edition)
    if number <= since:
        return number, []
    edits = list(Edit.objects.filter(edition=day.edition_id, number__gt=since).order_by("-number")[:MOST])
    here = _rows_of(day)
    return number, [edit.words for edit in edits if _concerns(edit, str(day.pk), here)]


def _rows_of(day: Day) -> set[str]:
    """The ids of everything that the board of the day shows."""
    sessions = set(Session.objects.filter(day=day).values_list("pk", flat=True))
    found: set[UUID] = {day.pk, *sessions}
    for model in _BELONGINGS:
        rows: Any = model._default_manager
        found |= set(rows.filter(session__day=day).values_list("pk", flat=True))
    return {str(key) for key in found}


def _concerns(edit: Edit, day: str, here: set[str]) -> bool:
    """Whether an edit changed the day, something on it, or something that was on it or came to it."""
    if edit.of == "strand" or str(edit.row) in here:
        return True
    for values in (edit.before, edit.after):
        along: dict[str, dict[str, Any]] = values.get(ALONG, {})
        if here & along.keys() or any(day == part.get("day") for part in along.values()):
            return True
        if own(values).get("day") == day or own(values).get("session") in here:
            return True
    return False
