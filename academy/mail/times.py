"""When letters go out: at a time, or so many minutes from a session of the programme as it is by then."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from academy import clock
from academy.mail.sessions import SessionFacts, sessions_of
from academy.models import Mailing

# A letter that could not be written for so long is not written any more: somebody has to read it again.
LATE = timedelta(hours=6)
Sessions = Mapping[str, SessionFacts]


def goes_out_at(letter: Mailing, sessions: Sessions | None = None) -> datetime | None:
    """When a letter goes out, by the programme as it is now; None if nobody knows.

    Args:
        sessions: those of its edition, if they were looked up already.
    """
    if letter.minutes is None or letter.session is None:
        return letter.send_at
    known = sessions_of(letter.edition) if sessions is None else sessions
    session = known.get(str(letter.session))
    return session.starts + timedelta(minutes=letter.minutes) if session and session.starts else None


def with_times(letters: Iterable[Mailing]) -> Iterator[tuple[Mailing, datetime | None]]:
    """Each letter with when it goes out, or None if it is not planned; an edition's sessions are looked up once."""
    looked_up: dict[UUID, Sessions] = {}
    for letter in letters:
        if letter.state != Mailing.State.PLANNED:
            yield letter, None
            continue
        if letter.session and letter.edition_id not in looked_up:
            looked_up[letter.edition_id] = sessions_of(letter.edition)
        yield letter, goes_out_at(letter, looked_up.get(letter.edition_id))


def is_late(letter: Mailing) -> bool:
    """Whether the time of a letter passed so long ago that its words may not be true any more."""
    moment = goes_out_at(letter)
    return moment is not None and moment < clock.now() - LATE


def days_and_hours(left: timedelta) -> str:
    """A day or more in words, "22 days and 2 hours"; empty for less, which a clock shows."""
    days, hours = left.days, left.seconds // 3600
    if days < 1:
        return ""
    in_days = ngettext("%(count)s day", "%(count)s days", days) % {"count": days}
    if not hours:
        return in_days
    in_hours = ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    return _("%(days)s and %(hours)s") % {"days": in_days, "hours": in_hours}
