"""The lines below an item: parts and questions, panels and numbered workshops, hosts, points, description."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from programme.outline.building import Node, PartNode, begin
from programme.outline.hours import Span, read_span
from programme.outline.lines import Line
from programme.outline.values import KINDS, capitalised, plain_title
from programme.outline.wording import (
    AIM,
    DURATION,
    HOSTS,
    PART,
    QUESTIONS,
    SIMULTANEOUS,
    VERBATIM,
    beyond_parallel,
    designation,
    kind_of,
    means_groups,
    one_of,
    parallel,
)

# Parts are lettered here; an outline may number them.
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}
DEEPEST = 4
WRAPPED = 60
# "1A. Water", one of what takes place side by side.
_CODED = re.compile(r"\d{1,2}[A-Z](?:[.:)]|\s[–—-])\s+\S")
# "A. Mapping", "B) Budgets": lettered, below what announces several at once.
_LETTERED = re.compile(r"[A-Z][.)]\s+\S")
_CHILD_KINDS = frozenset({"workshop", "panel", "roundtable", "group"})
_WITH_HOSTS = frozenset({"ceremony", "introduction", "plenary", "panel", "discussion", "conference"})


@dataclass
class Place:
    """Where the lines below an item go: the item itself, or the last thing in it that was opened."""

    root: Node
    stack: list[Node] = field(default_factory=list)
    tail: list[str] | None = None
    tail_is_bullet: bool = False
    tail_length: int = 0

    def __post_init__(self) -> None:
        self.stack = self.stack or [self.root]

    @property
    def node(self) -> Node:
        """What was opened last."""
        return self.stack[-1]

    def holds(self, child: Node, *, is_verbatim: bool) -> bool:
        """Whether an item with times belongs to this one: it stands deeper, and within its times."""
        if child.level <= self.root.level:
            return False
        starts, ends, start = self.root.span.starts, self.root.span.ends, child.span.starts
        if is_verbatim or not (starts and ends and start) or ends < starts:
            return True
        return starts <= start < ends

    def add_child(self, child: Node) -> None:
        """Put a child below the last thing that stands less deep."""
        while len(self.stack) > 1 and (self.node.level >= child.level or len(self.stack) > DEEPEST):
            self.stack.pop()
        self.node.children.append(child)
        self.stack.append(child)
        self.tail = None

    def take(self, line: Line) -> int:
        """Find a place for the line; how many items it began."""
        if not self.node.head.title:
            self.node.take_head(begin(self.node.level, line.text, Span()).head)
            self.node.lines.append(line.number)
            return 0
        if begun := self._child(line):
            return begun
        rules: tuple[Callable[[Line], bool], ...] = (
            self._part,
            self._groups,
            self._asks,
            self._aim,
            self._hosts,
            self._goes_on,
            self._bullet,
            self._text,
        )
        next(rule for rule in rules if rule(line))
        self.node.lines.append(line.number)
        self.node.has_text = True
        return 0

    def explicit(self, line: Line, label: str, text: str) -> bool:
        """A line with one of the writer's labels, read exactly as it is written."""
        node = self.node
        lists = {
            "Description": node.description,
            "Aim": node.aim,
            "Hosts": node.hosts,
            "Footnote": node.footnotes,
            "Point": node.points,
            "Question": node.question_list,
        }
        if label in lists:
            lists[label].append(text)
        elif label == "Subtitle":
            node.subtitle = text
        elif label == "Kind" and text in KINDS:
            node.kind, node.number = text, node.number if text == "workshop" else None
        elif label in {"Number", "Minutes"} and re.fullmatch(r"[1-9]\d{0,2}", text):
            setattr(node, label.lower(), int(text))
        else:
            return False
        node.lines.append(line.number)
        node.has_text, self.tail = True, None
        return True

    # --- Rules, tried in this order ---------------------------------------------------------------------------------

    def _child(self, line: Line) -> int:
        """A panel, a numbered workshop, a group or a table, or a bullet with a length in minutes."""
        named = designation(line.text)
        is_child = (named is not None and named.kind in _CHILD_KINDS) or bool(_CODED.match(line.text))
        timed = line.bulleted and not self.node.asks and DURATION.search(line.text) and kind_of(line.text)
        verbatim = line.bulleted and line.text.startswith(VERBATIM)
        beside = None if is_child or timed or verbatim else self._announcing(line)
        if not (is_child or timed or verbatim or beside):
            return 0
        child = begin(line.level, line.text, Span())
        child.lines.append(line.number)
        if child.head.is_guessed and not verbatim:
            child.kind = "workshop" if beside and beside.kind == "workshop" else "panel"
        if child.level <= self.root.level:
            child.level = self.root.level + 1
        self.add_child(child)
        return 1

    def _announcing(self, line: Line) -> Node | None:
        """What announced "parallel workshops", if this is one of the list below it; a sentence is none of them."""
        if not (line.bulleted or _LETTERED.match(line.text)) or line.text.endswith((".", "?", "!", ":")):
            return None
        found = next((node for node in self.stack if SIMULTANEOUS.fullmatch(node.head.title)), None)
        is_first = found is self.node and not (found.points or found.asks)
        return found if is_first or (found and line.level <= self.node.level and not self.node.asks) else None

    def _part(self, line: Line) -> bool:
        match = PART.fullmatch(line.text)
        if not match:
            return False
        minutes = int(match["minutes"]) if match["minutes"] else _minutes_of(match["times"])
        title = capitalised(plain_title(match["title"] or ""))
        if minutes is None and (length := DURATION.search(title)) and length.start():
            title, minutes = plain_title(title[: length.start()]), int(length["minutes"])
        self.node.parts.append(PartNode(_letter(match["letter"], self.node.parts), title, minutes or None))
        self.tail = None
        return True

    def _groups(self, line: Line) -> bool:
        """ "two parallel workshop groups covering the same content"."""
        found = parallel(line.text)
        if not found or len(line.text) > 120 or self.node.kind != "workshop":
            return False
        if not means_groups(found[1]):
            return False
        self.node.announce(found[0], "group", one_of(found[1]))
        if more := beyond_parallel(line.text):
            self.node.description.append(capitalised(more))
        self.tail = None
        return True

    def _asks(self, line: Line) -> bool:
        if not QUESTIONS.fullmatch(line.text):
            return False
        self.node.awaits_questions, self.tail = True, None
        return True

    def _aim(self, line: Line) -> bool:
        match = AIM.fullmatch(line.text)
        if not match or line.bulleted or self.node.kind != "workshop":
            return False
        self._begin_text(self.node.aim, plain_title(match["text"]), line)
        return True

    def _hosts(self, line: Line) -> bool:
        if not HOSTS.fullmatch(line.text) or self.node.asks or len(line.text) > 300:
            return False
        self.node.hosts.append(line.text)
        self.tail = None
        return True

    def _goes_on(self, line: Line) -> bool:
        """The next line of a text that was too long for one."""
        if not (self.tail and line.follows) or line.bulleted or line.stands_out:
            return False
        is_list = self.node.kind == "closing"
        wrapped = (self.tail_length >= WRAPPED and not is_list) or line.text[:1].islower()
        if not (self.tail_is_bullet or wrapped):
            return False
        self.tail[-1] = f"{self.tail[-1]} {line.text}"
        self.tail_length = line.length
        return True

    def _bullet(self, line: Line) -> bool:
        """A question where questions are asked, else a point."""
        is_question = self.node.asks or line.text.endswith("?")
        if not (line.bulleted or (is_question and line.text.endswith("?"))):
            return False
        self._begin_text(self.node.question_list if is_question else self.node.points, line.text, line)
        return True

    def _text(self, line: Line) -> bool:
        """What is added to a question, a point of a closing, who opens, or a paragraph of the description."""
        node, is_short = self.node, not line.text.endswith((".", ":", "!"))
        if self.tail is node.question_list and self.tail and is_short and len(line.text) < WRAPPED:
            self.tail[-1] = f"{self.tail[-1]} {line.text}"
        elif node.kind == "closing" and is_short and len(line.text) <= 120:
            self._begin_text(node.points, line.text, line)
        elif (
            node.kind in _WITH_HOSTS
            and is_short
            and not node.has_text
            and len(line.text) < WRAPPED
            and len(line.text.split()) <= 6
        ):
            node.hosts.append(line.text)
            self.tail = None
        else:
            self._begin_text(node.description, line.text, line)
        return True

    def _begin_text(self, into: list[str], text: str, line: Line) -> None:
        into.append(text)
        self.tail, self.tail_is_bullet, self.tail_length = into, line.bulleted, line.length


def _minutes_of(times: str | None) -> int | None:
    """The length of "11:15-12:00"; None if that is no start with an end."""
    found = read_span(times) if times else None
    if not found or found[1] or not (found[0].starts and found[0].ends):
        return None
    starts, ends = (each.hour * 60 + each.minute for each in (found[0].starts, found[0].ends))
    return (ends - starts) % (24 * 60) or None


def _letter(mark: str, parts: list[PartNode]) -> str:
    """The letter of a part: "B" for "B", "2" and "II"; an I that follows on an H is the letter."""
    mark = mark.upper()
    number = int(mark) if mark.isdigit() else _ROMAN.get(mark, 0)
    is_letter = not number or (mark == "I" and parts and parts[-1].letter == "H")
    return mark if is_letter else "ABCDEFGHI"[number - 1]
