"""Sessions and their parts: found, locked, and noted together when they change together."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy

from academy.errors import DomainError
from academy.models import Edition, User
from programme.edits import ALONG, Said, note
from programme.models import Edit, Session

# What a row said before a change, and says after it.
Change = tuple[Said, Said]


class TakenOut(DomainError):
    """The session is out of the draft."""

    message = gettext_lazy("This session was taken out of the programme. Bring it back first.")


def locked(session: Session) -> Session:
    """The session as it is now, locked until the transaction ends, with its day, strand and parent."""
    rows = Session.objects.select_for_update(of=("self",)).select_related("day", "parent__day", "strand")
    return rows.get(pk=session.pk)


def insist_on_planned(session: Session) -> None:
    """Refuse to change what is out of the draft.

    Raises:
        TakenOut
    """
    if session.removed_at is not None:
        raise TakenOut


def descendants(session: Session) -> list[Session]:
    """The parts of a session and their parts, also those that were taken out."""
    children: defaultdict[Any, list[Session]] = defaultdict(list)
    of_the_day = Session.objects.filter(edition=session.edition_id, day=session.day_id)
    for other in of_the_day.exclude(parent=None).order_by("position", "id"):
        children[other.parent_id].append(other)

    def walk(key: Any) -> Iterator[Session]:
        for child in children[key]:
            yield child
            yield from walk(child.pk)

    return list(walk(session.pk))


def note_with_parts(
    edition: Edition,
    row: Session,
    verb: str,
    own: Change,
    along: dict[str, Change],
    *,
    words: str,
    by: User | None,
) -> Edit:
    """Note an edit of a session and of those that changed along with it."""
    before, after = own
    if along:
        before = {**before, ALONG: {key: was for key, (was, _now) in along.items()}}
        after = {**after, ALONG: {key: now for key, (_was, now) in along.items()}}
    return note(edition, row, verb, before=before, after=after, words=words, by=by)
