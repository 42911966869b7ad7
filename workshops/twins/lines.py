"""What groups have in common, line by line: which findings stand side by side, how they are joined, who holds them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from workshops.models import Finding, Group, GuidingQuestion, Part, TwinDecision, Workshop
from workshops.twins.comparing import Comparison, Share
from workshops.twins.guard import Guard

SAME, OPPOSED = TwinDecision.Verdict.SAME.value, TwinDecision.Verdict.OPPOSED.value
APART, PROPOSED = TwinDecision.Verdict.APART.value, "proposed"
BOTH, SOME, ONLY = "both", "some", "only"
# The order of the lines under a question: what is shared, what is argued about, what only one said.
ORDER = (BOTH, SOME, OPPOSED, PROPOSED, ONLY)


@dataclass(frozen=True)
class Card:
    """A finding that stands, with those that were merged into it, and who supported any of them."""

    finding: Finding
    merged: tuple[Finding, ...] = ()
    supporters: frozenset[UUID] = frozenset()

    @property
    def text(self) -> str:
        """Its words with those that were merged into it in the same language, as they are compared."""
        same = (other.text for other in self.merged if other.language == self.finding.language)
        return " ".join((self.finding.text, *same))


@dataclass(frozen=True)
class Link:
    """Two findings of a line, and how they are joined: "same", "opposed", or "proposed".

    `number` is that of the newest decision about exactly these two, which a new decision has to have seen.
    """

    one: Card
    other: Card
    verdict: str
    number: int = 0


@dataclass(frozen=True)
class Column:
    """What one group said in a line; `support` counts its people who gave dots in the part, None while blind."""

    group: Group
    cards: tuple[Card, ...]
    support: Share | None = None


@dataclass
class Line:
    """Findings that stand side by side: the same said in several groups, opposites, or what one group said alone."""

    part: Part
    question: GuidingQuestion | None
    columns: tuple[Column, ...]
    links: tuple[Link, ...] = ()
    tests: dict[UUID, Comparison] = field(default_factory=dict)
    guards: list[Guard] = field(default_factory=list)

    @cached_property
    def said_by(self) -> tuple[Column, ...]:
        """The columns of the groups that said something in this line."""
        return tuple(column for column in self.columns if column.cards)

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        return tuple(card for column in self.columns for card in column.cards)

    @property
    def key(self) -> UUID:
        """The line's first finding."""
        return self.cards[0].finding.pk

    @cached_property
    def keys(self) -> frozenset[UUID]:
        return frozenset(card.finding.pk for card in self.cards)

    @cached_property
    def mark(self) -> str:
        """ "opposed" or "proposed" if any link says so; else "both" (all groups), "some" or "only" (one group)."""
        verdicts = {link.verdict for link in self.links}
        for verdict in (OPPOSED, PROPOSED):
            if verdict in verdicts:
                return verdict
        count = len(self.said_by)
        return ONLY if count == 1 else BOTH if count == len(self.columns) else SOME

    @property
    def supporters(self) -> int:
        """How many people gave any of its findings a dot."""
        return sum(column.support.supporters for column in self.said_by if column.support)

    @property
    def is_agreed(self) -> bool:
        """Whether a room agreed with it."""
        return any(card.finding.state == Finding.State.AGREED for card in self.cards)

    @property
    def is_parked(self) -> bool:
        """Whether every room that said it parked it."""
        return all(card.finding.state == Finding.State.PARKED for card in self.cards)


@dataclass(frozen=True)
class Answers:
    """The lines under one guiding question, or of the part without one."""

    part: Part
    question: GuidingQuestion | None
    lines: tuple[Line, ...]

    @property
    def joined(self) -> list[Line]:
        """The lines in which several groups stand."""
        return [line for line in self.lines if line.mark != ONLY]

    @property
    def alone(self) -> list[tuple[Group, list[Line]]]:
        """Each group with what only it said; nothing where every line is shared."""
        if not any(line.mark == ONLY for line in self.lines):
            return []
        return [
            (
                column.group,
                [each for each in self.lines if each.mark == ONLY and each.said_by[0].group == column.group],
            )
            for column in self.lines[0].columns
        ]


@dataclass(frozen=True)
class Twins:
    """A workshop with its groups side by side."""

    workshop: Workshop
    groups: tuple[Group, ...]
    answers: tuple[Answers, ...]
    # The newest decision about every pair, also that they are not the same.
    decided: tuple[Link, ...] = ()

    @property
    def is_closed(self) -> bool:
        """Whether every group has closed, so that everybody may see it, and the dots with it."""
        return bool(self.groups) and all(group.state == Group.State.CLOSED for group in self.groups)

    @property
    def are_several(self) -> bool:
        return len(self.groups) > 1

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        return tuple(line for answer in self.answers for line in answer.lines)

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many lines have which mark."""
        marks = [line.mark for line in self.lines]
        return {mark: marks.count(mark) for mark in ORDER}

    @property
    def proposed(self) -> list[Line]:
        """The lines about which somebody has to decide."""
        return [line for line in self.lines if line.mark == PROPOSED]

    @property
    def guarded(self) -> list[Line]:
        """The lines that are kept in view because few hold them, but strongly, or the groups contradict each other."""
        return [line for line in self.lines if line.guards]


def in_order(lines: Iterable[Line], groups: Sequence[Group]) -> list[Line]:
    """What is shared first, then what is argued about, then each group's own; within, what more people support."""
    place = {group.pk: number for number, group in enumerate(groups)}

    def rank(line: Line) -> tuple[int, int, int, int]:
        first = line.said_by[0]
        return (
            ORDER.index(line.mark),
            place[first.group.pk] if line.mark == ONLY else 0,
            -line.supporters,
            first.cards[0].finding.number,
        )

    return sorted(lines, key=rank)
