"""What stands before the first day: title, motto, label, introduction, aims."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from programme.outline.dates import read_period
from programme.outline.hours import read_span
from programme.outline.lines import Line
from programme.outline.values import Outline, joined, plain, plain_title
from programme.outline.wording import EXPLICIT, LABEL

_NAMES = re.compile(
    r"(?:draft |preliminary |provisional |tentative |detailed |vorläufiges |provisoire )?(?:programme|program|programm"
    r"|agenda|tagesordnung|ablauf|ordre du jour|schedule|zeitplan|timetable|horaire|programme provisoire"
    r"|programa|orden del día)"
    r"(?:\s+(?:outline|overview|at a glance|provisoire|übersicht))?\s*:?",
    re.IGNORECASE,
)
_AIMS = re.compile(
    r"(?:the )?(?:aims?|goals?|objectives?|ziele?|objectifs?|objetivos?|purpose)(?!\w)", re.IGNORECASE
)
_ABOUT = re.compile(
    r"(?:introduction|about|einführung|einleitung|background|hintergrund|présentation|überblick|introducción|presentación)(?!\w)",
    re.IGNORECASE,
)
_QUOTES = "\"“”„«»'‘’"
PARAGRAPH = 80


@dataclass
class Preface:
    """Collects what an outline says of the academy as a whole."""

    label: str = ""
    title: str = ""
    subtitle: str = ""
    motto: list[str] = field(default_factory=list)
    introduction: list[str] = field(default_factory=list)
    aims: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    section: str = "front"
    quote_is_open: bool = False

    def take(self, line: Line) -> bool:
        """Whether the line has a place here."""
        if self._is_timed(line):
            return False
        taken = any(rule(line) for rule in self._rules())
        if taken:
            self.lines.append(line.number)
        return taken

    def _is_timed(self, line: Line) -> bool:
        """Whether the line is a session's: it has no day to stand in, and what follows it goes with it."""
        if read_period(line.whole) is not None or not read_span(line.text):
            return False
        self.section = "elsewhere"
        return True

    def _rules(self) -> tuple[Callable[[Line], bool], ...]:
        return (
            self._explicit,
            self._motto_goes_on,
            lambda line: line.is_rule or bool(_NAMES.fullmatch(line.text)),
            lambda line: read_period(line.whole) is not None and len(line.text) <= PARAGRAPH,
            self.take_label,
            self._section_begins,
            self._motto,
            self._paragraph,
            self._title,
        )

    def _explicit(self, line: Line) -> bool:
        match = EXPLICIT.match(line.whole)
        if not match:
            return False
        label, text = match["label"], match["text"]
        if label in {"Label", "Title", "Subtitle"}:
            setattr(self, label.lower(), text)
        elif label in {"Motto", "Introduction", "Aims"}:
            getattr(self, label.lower()).append(text)
        else:
            return False
        return True

    def take_label(self, line: Line) -> bool:
        named = _NAMES.match(line.text)
        said = line.text[named.end() :].lstrip(" ,;:–—-") if named else line.text
        match = LABEL.fullmatch(said)
        if not match or self.label or len(line.text) > PARAGRAPH + 40:
            return False
        self.label = plain(match["label"])
        return True

    def _section_begins(self, line: Line) -> bool:
        if len(line.text) >= PARAGRAPH or line.text.endswith("."):
            return False
        if _AIMS.match(line.text):
            self.section = "aims"
        elif _ABOUT.match(line.text):
            self.section = "introduction"
        elif (line.heading and self.title) or (self.section != "front" and line.stands_out):
            self.section = "elsewhere"
            return False
        else:
            return False
        return True

    def _motto(self, line: Line) -> bool:
        text = line.text.strip("*_ ")
        opens = text[:1] in _QUOTES or text.lower().startswith(("motto:", "theme:", "thema:", "thème"))
        if not opens or self.motto or self.section != "front":
            return False
        self.motto.append(text.partition(":")[2] if text[:1] not in _QUOTES else text.strip(_QUOTES))
        self.quote_is_open = text[:1] in _QUOTES and text[-1:] not in _QUOTES
        return True

    def _motto_goes_on(self, line: Line) -> bool:
        """The next line of a motto, up to its closing quotation mark; in DOCX it is a paragraph of its own."""
        text = line.text.strip("*_ ")
        closes = text[-1:] in _QUOTES and len(text) < 2 * PARAGRAPH
        if not self.quote_is_open or not (line.follows or closes):
            self.quote_is_open = False
            return False
        self.quote_is_open = not closes
        self.motto.append(text.strip(_QUOTES))
        return True

    def _paragraph(self, line: Line) -> bool:
        is_long = len(line.text) >= PARAGRAPH or line.text.endswith((".", "?", "!"))
        into = self.aims if self.section == "aims" else self.introduction
        if self.section == "elsewhere" or not (is_long or self.section in {"aims", "introduction"}):
            return False
        if self.section == "front" and not self.title and line.length < PARAGRAPH:
            return False
        if line.follows and into and self.lines[-1:] == [line.number - 1] and not line.bulleted:
            into[-1] = f"{into[-1]} {line.text}"
        else:
            into.append(line.text)
        if self.section == "front":
            self.section = "introduction"
        return True

    def _title(self, line: Line) -> bool:
        if self.section != "front" or line.bulleted:
            return False
        if not self.title:
            self.title = line.text
        elif not self.subtitle:
            self.subtitle = line.text
        else:
            return False
        return True

    def outline(self) -> Outline:
        """The outline, still without days."""
        return Outline(
            label=plain(self.label),
            title=plain(self.title),
            subtitle=plain(self.subtitle),
            motto=plain_title(" ".join(self.motto)),
            introduction=joined([plain(text) for text in self.introduction]),
            aims=joined([plain(text) for text in self.aims]),
        )
