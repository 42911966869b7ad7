"""Sessions and their parts: found, locked, and noted together when they change together."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid
from academy.models import Edition, User
from programme.edits import ALONG, Said, named, note
from programme.models import Edit, Session

# What a row said before a change, and says after it.
Change = tuple[Said, Said]
# A session, its parts, and their parts.
MOST_LEVELS = 3


class TakenOut(DomainError):
    """The session is out of the draft."""

    message = gettext_lazy("This session was taken out of the programme. Bring it back first.")


class CannotNest(Invalid):
    """A session cannot be a part there."""


class PartElsewhere(Invalid):
    """A part of a session stays on the day of the session."""

    message = gettext_lazy("A part stays on the day of the session it belongs to.")


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


def insist_on_nesting(session: Session) -> None:
    """Refuse to have a session as a part where it cannot be one.

    Raises:
        CannotNest: it would be a part of itself, of a break, or too deep.
        PartElsewhere, TakenOut
    """
    if session.parent_id is None:
        return
    parent = Session.objects.get(pk=session.parent_id)
    above = dict(Session.objects.filter(edition=session.edition_id).values_list("pk", "parent"))
    above[session.pk] = session.parent_id
    chain = _upwards(above, session.pk)
    if chain[-1] == session.pk:
        raise CannotNest(_("A session cannot belong to itself or to one of its own parts."))
    if parent.removed_at is not None:
        raise TakenOut(
            _("It would be a part of %(title)s, which was taken out. Bring that back first.")
            % {"title": named(parent.title)}
        )
    if parent.kind == Session.Kind.BREAK:
        raise CannotNest(_("A break has no parts."))
    if parent.day_id != session.day_id:
        raise PartElsewhere
    below = (_upwards(above, part.pk) for part in descendants(session) if part.removed_at is None)
    if max(map(len, [chain, *below])) >= MOST_LEVELS:
        raise CannotNest(_("Sessions have parts, and these can have parts, but no more than that."))


def _upwards(above: dict[Any, Any], key: Any) -> list[Any]:
    """The sessions that a session is a part of, from the next one up; ends with itself where they go in a circle."""
    chain: list[Any] = []
    step = above.get(key)
    while step is not None and step not in chain:
        chain.append(step)
        step = above.get(step)
    return chain


def note_with_parts(
    edition: Edition,
    row: models.Model,
    verb: str,
    own: Change,
    along: dict[str, Change],
    *,
    words: str,
    by: User | None,
) -> Edit:
    """Note an edit of a row, such as a session, and of those of its kind that changed along with it."""
    before, after = own
    if along:
        before = {**before, ALONG: {key: was for key, (was, _now) in along.items()}}
        after = {**after, ALONG: {key: now for key, (_was, now) in along.items()}}
    return note(edition, row, verb, before=before, after=after, words=words, by=by)
