"""Mails in other languages than the pages', read for words of English that were left in them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.utils.translation import trans_real

from academy.mail.posting import compose

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from academy.models import Message

# Words of English sentences that are no words of French, Spanish or German; "was" and "are" are.
ENGLISH = re.compile(
    r"\b(the|this|that|these|your|you|you’re|is|were|and|of|with|from|please|hello|dear|here|it|its|has|have|been|"
    r"who|what|why|when|where|their|they|about|not|only|stands|reads?|everybody|somebody|times?|until|"
    r"january|february|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b",
    re.IGNORECASE,
)
# What stands for something else and was not filled, or was filled with nothing.
BROKEN = re.compile(r"%\(|%s|\{\w*\}|\bNone\b|“”|«\W*»|„“|&\w+;|<[a-z]+")
ADDRESS = re.compile(r"https?://\S+|\S+@\S+")


class _Missed:
    """What a catalog asks when it does not know words, noted."""

    def __init__(self, usual: Any, missed: list[str]) -> None:
        self.usual, self.missed = usual, missed

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.usual, name)
        if name not in ("gettext", "ngettext", "pgettext", "npgettext"):
            return found

        def ask(*said: Any) -> str:
            if said[0].strip():
                self.missed.append(said[0])
            return str(found(*said))

        return ask


@contextmanager
def untranslated(language: str) -> Iterator[list[str]]:
    """While it is open, lists what is asked of a language and found in no catalog of it."""
    catalog: Any = trans_real.translation(language)
    usual, missed = catalog._fallback, []  # type: ignore[var-annotated]
    assert usual is not None
    catalog._fallback = _Missed(usual, missed)
    try:
        yield missed
    finally:
        catalog._fallback = usual


def whole(message: Message) -> str:
    """A mail as it is read: its subject, and its plain text with what stands around it."""
    mail = compose(message)
    return f"{mail.subject}\n\n{mail.body}"


def english_in(text: str, given: Iterable[str] = ()) -> list[str]:
    """The lines of a mail in which words of English stand, without addresses and what people gave (longest first)."""
    left = ADDRESS.sub("", text)
    for words in sorted(set(given), key=len, reverse=True):
        left = left.replace(words, "")
    # Names of pages stand in mails as they stand on the pages.
    left = re.sub(r"My (academy|data)", "", left)
    return [line for line in left.splitlines() if ENGLISH.search(line)]


def broken_in(text: str) -> list[str]:
    """What was to be filled in and was not."""
    return BROKEN.findall(text)
