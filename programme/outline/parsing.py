"""From numbered lines to an outline: each line is placed, or listed as not placed with the reason.

A line that cannot be placed takes the lines below it with it, up to the next date or time: they would otherwise be
read as part of something that they do not belong to.
"""

from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programme.outline.ahead import day_head, look_ahead
from programme.outline.building import DayNode, begin
from programme.outline.dates import DAY_HEAD, DayHead, read_date
from programme.outline.errors import TooLong
from programme.outline.footnotes import without_marks
from programme.outline.hours import Span, read_span, read_trailing_span
from programme.outline.ledger import Ledger
from programme.outline.lines import Line, numbered, read_lines
from programme.outline.preface import Preface
from programme.outline.sublines import Place
from programme.outline.tables import Table
from programme.outline.values import MOST_DAYS, MOST_ITEMS, Day, Reading, Unplaced, plain
from programme.outline.wording import EDGE, EXPLICIT, PART, VERBATIM, designation, kind_of

NO_DAY = _("it stands before the first day and is neither title, label, introduction nor aims")
AT_THE_EDGE = _("it stands at the head or foot of the pages")
A_COMMENT = _("it is a comment, which is shown to nobody")
NO_TITLE = _("these times have no title")
NO_SUCH_DATE = _("there is no such date")
NO_YEAR = _("the year of this date is said nowhere")
NO_DATE = _("this heading is no date")
SECOND_TITLE = _("the day has a title already; this one stands in its description")
UNKNOWN_KIND = _("the title does not say what kind of item this is")
BELONGS = _("it belongs to line %(line)s, which was not placed")


def parse(text: str, *, year: int | None = None) -> Reading:
    """Read an outline.

    Args:
        year: the year of dates without one, if the outline itself says none.

    Raises:
        TooLong: more days or items than an academy can have.
    """
    return Parser(numbered(text), year=year).reading()


@dataclass
class Parser(Ledger):
    """Goes through the lines once; `place` is where the text under an item goes."""

    year: int | None = None
    month_first: bool = False
    preface: Preface = field(default_factory=Preface)
    days: dict[date, DayNode] = field(default_factory=dict)
    day: DayNode | None = None
    place: Place | None = None
    lost: int = 0
    day_word: tuple[int, str] | None = None
    items: int = 0
    table: Table = field(default_factory=Table)

    def reading(self) -> Reading:
        """Everything that was read."""
        lines, self.marks = without_marks(read_lines(self.source))
        self.year, self.month_first = look_ahead(lines, self.year)
        for line in lines:
            self._read(line)
            if self.items > MOST_ITEMS or len(self.days) > MOST_DAYS:
                raise TooLong(days=MOST_DAYS, items=MOST_ITEMS)
        self._drop_day_word()
        self._drop_untitled()
        outline = replace(
            self.preface.outline(),
            days=tuple(day.finished() for day in self.days.values()),
            lines=tuple(sorted(self.preface.lines)),
        )
        # Of a row of a table several texts may have no place; the row is listed once, with the first reason.
        gone = {each.line: each for each in reversed(self.unplaced)}
        placed = tuple(line.number for line in lines if line.number not in gone)
        unplaced = tuple(gone[number] for number in sorted(gone))
        return Reading(outline, tuple(self.source), placed, unplaced, tuple(self.remarks))

    def _read(self, line: Line) -> None:
        """Place one line."""
        if line.is_rule:
            return
        if line.is_comment:
            self.give_up(line, A_COMMENT)
            return
        steps = (
            self._edge,
            self.footnote,
            self._explicit,
            self._table,
            self._day,
            self._lost,
            self._before,
            self._timed,
        )
        if any(step(line) for step in steps):
            return
        self._below(line)

    # --- What stands anywhere --------------------------------------------------------------------------------------

    def _edge(self, line: Line) -> bool:
        """The head or foot of the pages may name the version; nothing else of it belongs to a day."""
        if not line.text.startswith(EDGE):
            return False
        said = replace(line, text=line.text.removeprefix(EDGE).strip())
        if self.preface.take_label(said):
            self.preface.lines.append(line.number)
        else:
            self.give_up(line, AT_THE_EDGE)
        return True

    def _explicit(self, line: Line) -> bool:
        match = EXPLICIT.match(line.text)
        if not match or line.cells or self.lost or not self.day:
            return False
        self._drop_day_word()
        if self.place:
            return self.place.explicit(line, match["label"], match["text"])
        if match["label"] == "Title" and not self.day.day.title:
            self.day.day = replace(self.day.day, title=match["text"])
        elif match["label"] == "Description":
            self.day.description.append(match["text"])
        else:
            return False
        self.day.lines.append(line.number)
        return True

    def _table(self, line: Line) -> bool:
        """A row of a table: its time and title make an item, its other cells stand below it."""
        if not line.cells or not self.table.is_row(line):
            return False
        if self.table.is_header(line):
            (self.day or self.preface).lines.append(line.number)
            return True
        rows = self.table.lines(line)
        if not rows:
            return False
        for row in rows:
            self._read(row)
        return True

    # --- Days ------------------------------------------------------------------------------------------------------

    def _day(self, line: Line) -> bool:
        head = day_head(line)
        if not head:
            return self._day_word(line)
        when = head.dated.resolve(year=self.year, month_first=self.month_first)
        if when is None:
            known = head.dated.year or self.year
            self._lose(line, NO_SUCH_DATE if known else NO_YEAR)
            return True
        self._begin_day(line, head, when)
        return True

    def _begin_day(self, line: Line, head: DayHead, when: date) -> None:
        self._drop_untitled()
        if head.dated.weekday is not None and when.weekday() != head.dated.weekday:
            words = {"date": date_format(when, "j F Y"), "weekday": date_format(when, "l")}
            self.remark(line, _("%(date)s is a %(weekday)s") % words)
        self.day = self.days.setdefault(when, DayNode(Day(when), heading=line.heading))
        item = read_span(head.title) if head.title and not self.day_word else None
        title = "" if item else head.title or (self.day_word[1] if self.day_word else "")
        known = self.day.day.title
        self.day.day = replace(self.day.day, title=known or title)
        self.day.lines += [line.number] + ([self.day_word[0]] if self.day_word else [])
        self.day_word, self.place, self.lost = None, None, 0
        self.remember_marks(line, self.day)
        if item:
            self._same_line(line, self.day, *item)
        elif title and known and plain(title) != plain(known):
            self.remark(line, SECOND_TITLE)
            self.day.description.append(title)

    def _same_line(self, line: Line, day: DayNode, span: Span, title: str) -> None:
        """A date with a time behind it: the item stands on the line of its day, and so may the next one."""
        if span.problem:
            self._lose(line, span.problem)
        else:
            self._begin_item(line, day, span, title.strip(" |;,\t"))

    def _day_word(self, line: Line) -> bool:
        """ "Day 1: Drivers" on a line of its own; its date comes on the next one."""
        match = DAY_HEAD.match(line.text)
        if not match or match["separator"] is None or line.bulleted or len(line.text) > 120 or self.day_word:
            return False
        rest = line.text[match.end() :].strip()
        if read_date(rest) or read_span(rest):
            return False
        self.day_word = (line.number, rest)
        return True

    def _drop_day_word(self) -> None:
        """ "Day 1" without a date on the next line is no day."""
        if self.day_word:
            number, _title = self.day_word
            self.unplaced.append(Unplaced(number, self.source[number - 1].strip(), str(NO_DATE)))
            self.day_word, self.lost = None, number

    def _lose(self, line: Line, reason: str | Promise) -> None:
        """A line that cannot be placed, and with it what stands below it."""
        self._drop_day_word()
        self._drop_untitled()
        self.give_up(line, reason)
        self.lost = line.number

    def _lost(self, line: Line) -> bool:
        self._drop_day_word()
        if self.lost and self.day and read_span(line.text) and not self._lost_day():
            self.lost = 0
        if self.lost:
            self.give_up(line, BELONGS % {"line": self.lost})
        return bool(self.lost)

    def _lost_day(self) -> bool:
        """Whether what was lost is a whole day, so that times below it belong to no day."""
        text = self.source[self.lost - 1]
        line = next(read_lines([text]))
        return bool(day_head(line) or DAY_HEAD.match(line.text)) or line.heading > 0

    def _before(self, line: Line) -> bool:
        """Before the first day."""
        if self.day:
            return self._late_label(line)
        if not self.preface.take(line):
            self.give_up(line, NO_DAY)
        return True

    def _late_label(self, line: Line) -> bool:
        """A version that stands below the days is the outline's all the same."""
        is_label = self.preface.take_label(line)
        if is_label:
            self.preface.lines.append(line.number)
        return is_label

    # --- Items -----------------------------------------------------------------------------------------------------

    def _timed(self, line: Line) -> bool:
        found = read_span(line.text) or self._trailing(line)
        if not found or not self.day:
            return False
        span, title = found
        if span.problem:
            self._lose(line, span.problem)
        else:
            self._begin_item(line, self.day, span, title.strip())
        return True

    def _trailing(self, line: Line) -> tuple[Span, str] | None:
        """Times at the end of a title; a sentence, a question or a part that ends with a time is none."""
        if line.length > 160 or (self.place and self.place.node.asks and line.bulleted):
            return None
        if line.text.startswith(VERBATIM) or PART.fullmatch(line.text):
            return None
        return read_trailing_span(line.text)

    def _begin_item(self, line: Line, day: DayNode, span: Span, title: str) -> None:
        self._drop_untitled()
        node = begin(line.level, title, span)
        node.lines.append(line.number)
        self.items += 1
        if title and node.head.is_guessed:
            self.remark(line, UNKNOWN_KIND)
        if self.place and self.place.holds(node, is_verbatim=title.startswith(VERBATIM)):
            self.place.add_child(node)
        else:
            day.nodes.append(node)
            day.item_heading = day.item_heading or line.heading
            self.place = Place(node)
        self.remember_marks(line, node)

    def _drop_untitled(self) -> None:
        """Times whose title never came are not placed."""
        node = self.place.node if self.place else None
        if not self.day or not self.place or not node or node.head.title:
            return
        self.unplaced += [Unplaced(n, self.source[n - 1].strip(), str(NO_TITLE)) for n in node.lines]
        self.place.stack.pop()
        if self.place.stack:
            self.place.node.children.remove(node)
        else:
            self.day.nodes.remove(node)
            self.place = None

    def _below(self, line: Line) -> bool:
        """Below the head of a day or an item."""
        day = self.day
        if not day:
            return False
        if self._heading(line, day):
            return True
        if self.place:
            self.items += self.place.take(line)
            self.remember_marks(line, self.place.node)
        elif (named := designation(line.text)) and named.kind in {"workshop", "roundtable"}:
            self._begin_item(line, day, Span(), line.text)
        else:
            day.take(line)
            self.remember_marks(line, day)
        return True

    def _heading(self, line: Line, day: DayNode) -> bool:
        """A heading within a day: an item without times, the end of the days, or no place at all."""
        if not line.heading or not (day.day.title if self.place is None else self.place.node.head.title):
            return False
        if self.place and line.heading > (day.item_heading or 6):
            return False
        is_named = kind_of(line.text) or designation(line.text)
        if self.place and line.heading == day.item_heading and is_named:
            self._begin_item(line, day, Span(), line.text)
        else:
            self._lose(line, NO_DATE)
        return True
