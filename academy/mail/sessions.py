"""What letters ask about the programme, which lies above this ground: other apps answer through `answer` and `tell`."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise

from academy.models import Edition


@dataclass(frozen=True)
class SessionFacts:
    """A session of the released programme.

    `title` is whole ("Workshop session 1: Group 2"), `short` its own ("Group 2"); `starts` and `ends` are None if the
    time is not known; `parent` is the key of the session that it is part of, or ""; `address` leads to its page.
    """

    id: str
    title: str
    short: str
    starts: datetime | None
    ends: datetime | None
    parent: str
    address: str


@dataclass(frozen=True)
class Programme:
    """The answers: an edition's sessions by key in their order, whose sessions are whose, a session for calendars."""

    sessions: Callable[[Edition], dict[str, SessionFacts]] = lambda _edition: {}
    own: Callable[[Edition], dict[str, set[str]]] = lambda _edition: {}
    calendar: Callable[[Edition, str], str] = lambda _edition, _session: ""


@dataclass(frozen=True)
class News:
    """One thing that was published, and where to read it; the words are in each reader's language, and name it."""

    words: Promise
    label: str
    address: str

    @property
    def line(self) -> str:
        return str(self.words) % {"label": self.label}


# From an edition and the moments between which it was published.
Telling = Callable[[Edition, datetime, datetime], list[News]]


@dataclass
class _Known:
    programme: Programme = field(default_factory=Programme)
    tellings: list[Telling] = field(default_factory=list)


_known = _Known()


def answer(programme: Programme) -> None:
    """Have these functions answer what letters ask about the programme."""
    _known.programme = programme


def tell(telling: Telling) -> None:
    """Have the summary of the day ask this function what was published."""
    if telling not in _known.tellings:
        _known.tellings.append(telling)


def sessions_of(edition: Edition) -> dict[str, SessionFacts]:
    """{key: session} of the programme as everybody reads it, in its order."""
    return _known.programme.sessions(edition)


def session_of(edition: Edition, key: object) -> SessionFacts | None:
    """One session; None if there is none, or if it was cancelled."""
    return sessions_of(edition).get(str(key)) if key else None


def own_sessions_of(edition: Edition) -> dict[str, set[str]]:
    """{participant key: the keys of their sessions} for everybody who is confirmed."""
    return _known.programme.own(edition)


def calendar_of_session(edition: Edition, key: str) -> str:
    """A session as a calendar file (RFC 5545)."""
    return _known.programme.calendar(edition, key)


def news_between(edition: Edition, since: datetime, until: datetime) -> list[News]:
    """What was published in this time, app by app."""
    return [news for telling in _known.tellings for news in telling(edition, since, until)]
