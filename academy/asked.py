"""What a page that is only read asks once, however many of its parts want to know it.

Within `once_each` an answer is kept until the page is made; anywhere else (where something is sent, in sockets,
commands and the background) every question goes to the database, as a decision must not rest on an older answer.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Answer = TypeVar("Answer")
_kept: ContextVar[dict[Hashable, Any] | None] = ContextVar("answers of the page that is made", default=None)


@contextmanager
def once_each() -> Iterator[None]:
    """Keep the answers to what is asked through `asked` until the end of the block."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def asked(question: Hashable, ask: Callable[[], Answer]) -> Answer:
    """The answer to a question: the kept one, or what asking gives now."""
    kept = _kept.get()
    if kept is None:
        return ask()
    if question not in kept:
        kept[question] = ask()
    answer: Answer = kept[question]
    return answer
