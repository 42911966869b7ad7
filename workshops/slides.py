"""The day's summary as slides for the closing plenary: short enough to be read from the back of a room. Pure.

Each slide says one thing. What the presenter needs besides (the guiding question, the support, the test) is its note.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.utils.translation import gettext as _

from workshops.models import Thought
from workshops.summing_up import DaySummary, LeftOut, Part
from workshops.twins.lines import Line
from workshops.twins.wording import guard_words, mark_words, numbers_words, support_words

Kind = TypeVar("Kind")
# What fits on a slide: letters of running text, and lines of findings.
LETTERS, LINES = 420, 3
# A line of running text takes a row of the slide, however short it is.
ROW, LINE = 42, "\n"
SENTENCE_ENDS = re.compile(r"(?<=[.!?…。！？؟])\s+")


@dataclass(frozen=True)
class Said:
    """A finding on a slide: its words in each group's language, and what is said about it in small print."""

    texts: tuple[tuple[str, str, str], ...]  # (group, language, text)
    words: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class Look:
    """What the slides of a workshop have in common."""

    kicker: str
    colour: str


@dataclass(frozen=True)
class Slide:
    """One slide; `kind` decides how it looks. `colour` is its strand's, `notes` are for the presenter alone."""

    kind: str
    title: str
    kicker: str = ""
    text: str = ""
    said: tuple[Said, ...] = ()
    by: str = ""
    colour: str = "slate"
    notes: tuple[str, ...] = ()


def slides_of(summary: DaySummary, thoughts: Sequence[Thought]) -> list[Slide]:
    """The slides of a day: each workshop's summaries, agreement, dissent, what one group said; then the thoughts."""
    day = summary.day
    slides = [
        Slide(
            "title",
            day.title,
            kicker=day.short_title,
            text=_("Summary of the workshop findings"),
            colour=day.colour,
        )
    ]
    for part in summary.parts:
        slides += _workshop(part)
    for thought in thoughts:
        by = ", ".join(filter(None, (thought.speaker, thought.affiliation)))
        slides += [
            Slide("thought", title, kicker="", text=text, by=by, colour=day.colour)
            for title, text in _numbered(_("Thoughts on the day"), pages_of(thought.text))
        ]
    return slides


def _workshop(part: Part) -> Iterator[Slide]:
    workshop = part.twins.workshop
    kicker = _("Workshop %(number)s: %(title)s") % {"number": workshop.number, "title": workshop.title}
    look = Look(kicker, workshop.strand.colour)
    for group in part.closed:
        title = _("%(group)s in short") % {"group": group.name}
        for numbered, text in _numbered(title, pages_of(group.summary.text)):
            yield Slide("summary", numbered, text=text, kicker=look.kicker, colour=look.colour)
    agreed = _("What both groups said") if len(part.twins.groups) == 2 else _("What several groups said")
    yield from _findings("agreement", agreed, part.agreement, look)
    for numbered, line in _numbered(_("Where the groups contradict each other"), part.dissent):
        yield Slide(
            "dissent",
            numbered,
            said=(said_of(line),),
            notes=_notes([line]),
            kicker=look.kicker,
            colour=look.colour,
        )
    for group, lines in part.of_each:
        yield from _findings("alone", _("Only in %(group)s") % {"group": group.name}, lines, look)
    for numbered, chunk in _numbered(_("Left out, and why"), _chunks(part.with_reason)):
        yield Slide(
            "left-out",
            numbered,
            said=tuple(_left_out(each) for each in chunk),
            kicker=look.kicker,
            colour=look.colour,
        )


def _findings(kind: str, title: str, lines: Sequence[Line], look: Look) -> Iterator[Slide]:
    for numbered, chunk in _numbered(title, _chunks(lines)):
        yield Slide(
            kind,
            numbered,
            said=tuple(said_of(line) for line in chunk),
            notes=_notes(chunk),
            kicker=look.kicker,
            colour=look.colour,
        )


def said_of(line: Line) -> Said:
    """A line as it is presented: each group's words, how the groups stand to it, who supported it."""
    texts = tuple(
        (column.group.name, card.finding.language, card.finding.text)
        for column in line.said_by
        for card in column.cards
    )
    words = (mark_words(line), *(guard_words(guard, line) for guard in line.guards), support_words(line))
    return Said(texts, tuple(filter(None, dict.fromkeys(words))))


def _left_out(each: LeftOut) -> Said:
    said = said_of(each.line)
    return Said(said.texts[:1], reason=each.reason)


def _notes(lines: Iterable[Line]) -> tuple[str, ...]:
    notes: list[str] = []
    for line in lines:
        if line.question:
            notes.append(line.question.text)
        if words := numbers_words(line):
            notes.append(words)
    return tuple(dict.fromkeys(notes))


def _chunks(lines: Sequence[Kind]) -> list[list[Kind]]:
    return [list(lines[at : at + LINES]) for at in range(0, len(lines), LINES)]


def _numbered(title: str, pages: Sequence[Kind]) -> Iterator[tuple[str, Kind]]:
    """Each page with its title, and which of how many it is where there are several."""
    for place, page in enumerate(pages, start=1):
        if len(pages) == 1:
            yield title, page
        else:
            numbers = _("%(number)s of %(count)s") % {"number": place, "count": len(pages)}
            yield f"{title} ({numbers})", page


def pages_of(text: str) -> list[str]:
    """The text in pieces that fit a slide, its lines kept, cut between sentences; one that is too long has its own."""
    pages: list[str] = []
    room = 0
    for line in filter(None, map(str.strip, text.splitlines())):
        for number, sentence in enumerate(SENTENCE_ENDS.split(" ".join(line.split()))):
            length = len(sentence) if number else max(len(sentence), ROW)
            if room and room + 1 + length <= LETTERS:
                pages[-1] += f"{' ' if number else LINE}{sentence}"
                room += 1 + length
            else:
                pages.append(sentence)
                room = length
    return pages
