"""Sessions taken out of the draft and brought back. What is published and what hangs on them stays."""

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError
from academy.models import User
from programme.companions import tell_companions
from programme.edits import begin, named
from programme.holding import what_hangs_on
from programme.models import Edit, Session
from programme.nesting import TakenOut, descendants, insist_on_planned, locked, note_with_parts


class HangsOn(DomainError):
    """Something that is kept hangs on the session, so it cannot be taken out."""


class NotTakenOut(DomainError):
    """The session is in the draft."""

    message = gettext_lazy("This session is in the programme already.")


@transaction.atomic
def take_out(session: Session, *, by: User | None) -> Edit:
    """Take a session and its parts out of the draft; the next release is without them.

    Raises:
        NotAllowed
        TakenOut: it is out already.
        HangsOn: findings, seats or the like hang on it.
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    insist_on_planned(row)
    parts = [part for part in descendants(row) if part.removed_at is None]
    insist_on_nothing_held([row, *parts])
    moment = clock.now()
    for one in (row, *parts):
        one.removed_at = moment
    Session.objects.bulk_update([row, *parts], ["removed_at"])
    change = {"removed_at": None}, {"removed_at": moment.isoformat()}
    words = _("Taken out: %(title)s") % {"title": named(row.title)}
    along = {str(part.pk): change for part in parts}
    return note_with_parts(edition, row, "session taken out", change, along, words=words, by=by)


@transaction.atomic
def bring_back(session: Session, *, by: User | None) -> Edit:
    """Bring a session back into the draft, with the parts that were taken out with it.

    Raises:
        NotAllowed
        NotTakenOut: it is in the draft.
        TakenOut: the session that it is a part of is out.
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    if row.removed_at is None:
        raise NotTakenOut
    insist_on_home(row)
    moment = row.removed_at
    parts = [part for part in descendants(row) if part.removed_at == moment]
    for one in (row, *parts):
        one.removed_at = None
    Session.objects.bulk_update([row, *parts], ["removed_at"])
    tell_companions(edition, [row, *parts])
    change = {"removed_at": moment.isoformat()}, {"removed_at": None}
    words = _("Brought back: %(title)s") % {"title": named(row.title)}
    along = {str(part.pk): change for part in parts}
    return note_with_parts(edition, row, "session brought back", change, along, words=words, by=by)


def insist_on_nothing_held(sessions: list[Session]) -> None:
    """Refuse to take sessions out on which something hangs that is kept.

    Raises:
        HangsOn
    """
    reasons = [held.words for held in what_hangs_on([session.pk for session in sessions]) if held.refuses]
    if reasons:
        raise HangsOn(
            _("%(title)s cannot be taken out: %(reasons)s hang on it.")
            % {"title": named(sessions[0].title), "reasons": ", ".join(reasons)}
        )


def insist_on_home(session: Session) -> None:
    """Refuse to have a part in the draft without the session that it belongs to.

    Raises:
        TakenOut
    """
    if session.parent is not None and session.parent.removed_at is not None:
        raise TakenOut(
            _("It is a part of %(title)s, which was taken out. Bring that back first.")
            % {"title": named(session.parent.title)}
        )
