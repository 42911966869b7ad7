"""What an outline says, as values: an outline has days, a day has items, an item has parts and children.

Every text is in a normal form: `plain` for one line, paragraphs joined by an empty line. `lines` are the numbers of
the source lines that a value was read from; they do not count when two values are compared.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time

from academy.text import FORBIDDEN

KINDS = (
    "ceremony",
    "introduction",
    "plenary",
    "panel",
    "discussion",
    "workshop",
    "group",
    "roundtable",
    "break",
    "closing",
    "conference",
)

# An outline of an academy has some dozens of items; these are far beyond any, and small enough for memory.
MOST_DAYS, MOST_ITEMS = 366, 5_000

_EMPHASIS = re.compile(r"(\*{2,3}|_{2,3})(?=\S)(.+?)(?<=\S)\1")
_ITALIC = re.compile(r"([*_])([^*_\s](?:[^*_]*[^*_\s])?)\1")


@dataclass(frozen=True)
class Part:
    """A part of a workshop with its guiding questions."""

    letter: str
    title: str = ""
    minutes: int | None = None
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Item:
    """An item of the programme. `questions` are those that stand in no part."""

    kind: str
    title: str
    subtitle: str = ""
    starts: time | None = None
    ends: time | None = None
    minutes: int | None = None
    number: int | None = None
    hosts: str = ""
    description: str = ""
    aim: str = ""
    footnote: str = ""
    points: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    children: tuple["Item", ...] = ()
    lines: tuple[int, ...] = field(default=(), compare=False)

    @property
    def all_questions(self) -> tuple[str, ...]:
        """The guiding questions of all parts, in order, then those without a part."""
        return (*(question for part in self.parts for question in part.questions), *self.questions)

    @property
    def is_workshop(self) -> bool:
        """Whether this is one workshop, not a time at which several run side by side."""
        return self.kind == "workshop" and not any(child.kind == "workshop" for child in self.children)

    def walk(self) -> Iterator["Item"]:
        """This item and everything in it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Day:
    date: date
    title: str = ""
    description: str = ""
    items: tuple[Item, ...] = ()
    lines: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Outline:
    """A whole outline; `label` is what it calls itself, such as "version: 9 November 2021"."""

    label: str = ""
    title: str = ""
    subtitle: str = ""
    motto: str = ""
    introduction: str = ""
    aims: str = ""
    days: tuple[Day, ...] = ()
    lines: tuple[int, ...] = field(default=(), compare=False)

    def walk(self) -> Iterator[Item]:
        """Every item of every day."""
        for day in self.days:
            for item in day.items:
                yield from item.walk()


@dataclass(frozen=True)
class Unplaced:
    """A line that found no place, and why."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True)
class Remark:
    """Something about a line that the organiser should look at; the line is placed all the same."""

    line: int
    words: str


@dataclass(frozen=True)
class Reading:
    """An outline beside its source: which lines were placed, which not, and what to look at."""

    outline: Outline
    source: tuple[str, ...]
    placed: tuple[int, ...]
    unplaced: tuple[Unplaced, ...]
    remarks: tuple[Remark, ...] = ()


def plain(text: str) -> str:
    """One line of text in Unicode form NFC, without control characters, double blanks and marks of emphasis."""
    text = " ".join(unicodedata.normalize("NFC", FORBIDDEN.sub(" ", text)).split())
    while True:
        bare = _EMPHASIS.sub(r"\2", text)
        if match := _ITALIC.fullmatch(bare):
            bare = match[2]
        bare = " ".join(bare.split())
        if bare == text:
            return text
        text = unicodedata.normalize("NFC", bare)


def plain_title(text: str) -> str:
    """A title: as `plain`, and without a colon at its end."""
    text = plain(text)
    while text.endswith((":", " ")):
        text = plain(text.rstrip(": "))
    return text


def capitalised(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def paragraphs(text: str) -> tuple[str, ...]:
    """The paragraphs of a text, each on one line."""
    return tuple(words for line in text.splitlines() if (words := plain(line)))


def joined(texts: tuple[str, ...] | list[str]) -> str:
    """Paragraphs as one text."""
    return "\n\n".join(texts)
