"""What is announced once a transaction has committed.

A rule announces a topic with a few facts; the edge modules (tasks, consumers) listen. An announcement is only a hint:
whoever misses one finds the same facts in the database.
"""

import logging
from collections import defaultdict
from collections.abc import Callable
from functools import wraps

from django.db import transaction

from academy.outages import GONE

logger = logging.getLogger(__name__)
Listener = Callable[..., None]
_listeners: defaultdict[str, list[Listener]] = defaultdict(list)


def listen(topic: str, listener: Listener) -> None:
    """Call `listener` with the facts of every announcement of this topic."""
    if listener not in _listeners[topic]:
        _listeners[topic].append(listener)


def announce(topic: str, **facts: str | int) -> None:
    """Tell the listeners of a topic, after the present transaction has committed and only then.

    A listener that fails is logged and does not undo what was committed; that Redis is away is one line of the log,
    as it is said for every write until Redis is back.
    """
    for listener in _listeners[topic]:
        transaction.on_commit(_telling(listener, facts), robust=True)


def _telling(listener: Listener, facts: dict[str, str | int]) -> Callable[[], None]:
    """A call of the listener with these facts, under the listener's name, by which Django logs a failure."""

    @wraps(listener)
    def tell() -> None:
        try:
            listener(**facts)
        except GONE as error:
            logger.warning("%s was not told: %s", listener.__qualname__, type(error).__name__)

    return tell
