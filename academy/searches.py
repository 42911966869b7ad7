"""What somebody searched for. It is a name more often than not, so it stands in no address, and in no log of one.

The words lie in the session of whoever searched, under a random key that stands in the address instead ("?find=…"). The
key means nothing in anybody else's session; it is forgotten after some hours, and when they log out.
"""

from collections.abc import MutableMapping
from typing import Any

from django.utils.crypto import get_random_string
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError
from academy.text import has_forbidden_characters

SEARCHES = "searches"
MOST, SECONDS, LONGEST = 20, 12 * 3600, 100
Session = MutableMapping[str, Any]


class SearchIsOver(DomainError):
    """The words that belong to this address are not known in this session."""

    status = 410
    message = gettext_lazy(
        "What was searched for here is known to whoever searched only, for some hours. Please search again."
    )


def tidy_words(text: str) -> str:
    """What was typed into a search, as one line; nothing if it holds characters that nobody types."""
    line = " ".join(text.replace("\x00", "").split())
    return "" if has_forbidden_characters(line) else line[:LONGEST].strip()


def remember(session: Session, text: str) -> str:
    """Keep words in a session; returns the key that stands for them, or "" for none."""
    words = tidy_words(text)
    if not words:
        return ""
    known = _fresh(session)
    key = next((key for key, (said, _at) in known.items() if said == words), "") or get_random_string(12)
    known.pop(key, None)
    known[key] = [words, int(clock.now().timestamp())]
    session[SEARCHES] = dict(list(known.items())[-MOST:])
    return key


def recall(session: Session, key: str) -> str:
    """The words that a key of this session stands for; "" for no key.

    Raises:
        SearchIsOver: the key is somebody else's, or was forgotten.
    """
    if not key:
        return ""
    found = _fresh(session).get(key)
    if found is None:
        raise SearchIsOver
    return str(found[0])


def _fresh(session: Session) -> dict[str, list[Any]]:
    since = clock.now().timestamp() - SECONDS
    return {key: pair for key, pair in session.get(SEARCHES, {}).items() if pair[1] >= since}
