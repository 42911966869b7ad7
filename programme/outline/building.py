"""An item while it is being read: texts are collected, and what is announced is made when the item is finished."""

from dataclasses import dataclass, field, replace

from programme.outline.heads import Head, read_head
from programme.outline.hours import Span
from programme.outline.lines import Line
from programme.outline.values import Day, Item, Part, joined, plain, plain_title
from programme.outline.wording import VERBATIM


@dataclass
class PartNode:
    letter: str
    title: str
    minutes: int | None
    questions: list[str] = field(default_factory=list)

    def part(self) -> Part:
        return Part(self.letter, self.title, self.minutes, tuple(map(plain, self.questions)))


@dataclass
class Node:
    """An item that is being read. `level` says how deep it stands: blanks before it, and whether it has a bullet."""

    level: int
    head: Head
    span: Span = field(default_factory=Span)
    kind: str = ""
    number: int | None = None
    minutes: int | None = None
    subtitle: str = ""
    aim: list[str] = field(default_factory=list)
    hosts: list[str] = field(default_factory=list)
    description: list[str] = field(default_factory=list)
    footnotes: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    parts: list[PartNode] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    parallel: int = 0
    parallel_kind: str = ""
    word: str = ""
    awaits_questions: bool = False
    has_text: bool = False

    def take_head(self, head: Head) -> None:
        """Be what the title says."""
        self.head, self.kind, self.number, self.subtitle = head, head.kind, head.number, head.subtitle
        self.hosts += [head.hosts] if head.hosts else []
        if head.parallel and head.parallel_kind in {"group", "roundtable"}:
            self.announce(head.parallel, head.parallel_kind, head.word)
        self.minutes = head.minutes

    def announce(self, count: int, kind: str, word: str) -> None:
        """Say that so many groups or tables meet side by side."""
        self.parallel, self.parallel_kind = count, kind
        self.word = word or ("Roundtable" if kind == "roundtable" else "Group")

    @property
    def asks(self) -> bool:
        """Whether what follows in bullets is questions."""
        return bool(self.parts) or self.awaits_questions

    @property
    def question_list(self) -> list[str]:
        """Where the next question goes: into the last part, if there is one."""
        return self.parts[-1].questions if self.parts else self.questions

    def item(self) -> Item:
        """The finished item."""
        node = self._folded()
        children = [child.item() for child in node.children]
        children = node._with_announced(children)
        shares_minutes = node.parallel_kind == "roundtable"
        return Item(
            kind=node.kind,
            title=node.head.title,
            subtitle=plain_title(node.subtitle),
            starts=node.span.starts,
            ends=node.span.ends,
            minutes=None if shares_minutes else node.minutes,
            number=node.number if node.kind == "workshop" else None,
            hosts=plain("; ".join(map(plain, node.hosts))),
            description=joined([plain(text) for text in node.description]),
            aim=plain(" ".join(map(plain, node.aim))),
            footnote=joined([plain(text) for text in node.footnotes]),
            points=tuple(map(plain, node.points)),
            questions=tuple(map(plain, node.questions)),
            parts=tuple(part.part() for part in node.parts),
            children=tuple(children),
            lines=tuple(sorted({*node.lines})),
        )

    def _folded(self) -> "Node":
        """A "workshop session" with one workshop named below it is that workshop."""
        named = [child for child in self.children if child.kind == "workshop"]
        if not (self.head.is_bare_workshop and len(named) == 1 and named[0].head.is_designated):
            return self
        child = named[0]
        return replace(
            child,
            level=self.level,
            span=self.span,
            minutes=child.minutes or self.minutes,
            subtitle=child.subtitle or self.subtitle,
            aim=self.aim + child.aim,
            hosts=self.hosts + child.hosts,
            description=self.description + child.description,
            footnotes=self.footnotes + child.footnotes,
            points=self.points + child.points,
            questions=self.questions + child.questions,
            parts=self.parts + child.parts,
            children=[other for other in self.children if other is not child] + child.children,
            lines=self.lines + child.lines,
            parallel=child.parallel or self.parallel,
            parallel_kind=child.parallel_kind or self.parallel_kind,
            word=child.word if child.parallel else self.word,
        )

    def _with_announced(self, children: list[Item]) -> list[Item]:
        """The children, with the groups or tables that were announced and not named."""
        if not self.parallel:
            return children
        minutes = self.minutes if self.parallel_kind == "roundtable" else None
        if self.parallel_kind == "group" and any(child.kind == "workshop" for child in children):
            return [self._in_groups(child) if child.kind == "workshop" else child for child in children]
        there = sum(child.kind == self.parallel_kind for child in children)
        made = [
            Item(kind=self.parallel_kind, title=f"{self.word} {n}", minutes=minutes)
            for n in range(there + 1, self.parallel + 1)
        ]
        told = [
            replace(child, minutes=child.minutes or minutes) if child.kind == self.parallel_kind else child
            for child in children
        ]
        return told + made

    def _in_groups(self, workshop: Item) -> Item:
        """A parallel workshop, held in the groups that were announced for all of them."""
        if workshop.children:
            return workshop
        groups = tuple(Item(kind="group", title=f"{self.word} {n}") for n in range(1, self.parallel + 1))
        return replace(workshop, children=groups)


@dataclass
class DayNode:
    """A day that is being read."""

    day: Day
    heading: int = 0
    description: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    item_heading: int = 0

    def take(self, line: Line) -> None:
        """A line below the date: its title, if it has none, else a paragraph or the next line of one."""
        is_title = line.stands_out or not line.text.endswith((".", "?", "!"))
        if not (self.description or self.day.title or line.bulleted) and is_title and len(line.text) <= 120:
            self.day = replace(self.day, title=line.text)
        elif line.follows and not line.bulleted and self.description:
            self.description[-1] += f" {line.text}"
        else:
            self.description.append(line.text)
        self.lines.append(line.number)

    def finished(self) -> Day:
        return replace(
            self.day,
            title=plain_title(self.day.title),
            description=joined([plain(text) for text in self.description]),
            items=tuple(node.item() for node in self.nodes),
            lines=tuple(sorted({*self.lines})),
        )


def begin(level: int, title: str, span: Span) -> Node:
    """An item with its title; without one if its times stand alone on their line, and the title comes next."""
    node = Node(level, read_head(title or f"{VERBATIM}-"), span)
    if title:
        node.take_head(node.head)
    else:
        node.head = replace(node.head, title="")
    return node
