"""What a page shows of a board: its parts, a column for each guiding question, the merged findings folded."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count

from academy import clock
from programme.models import Day
from workshops.models import Finding, Group, GuidingQuestion, Part

NO_FINDING = UUID(int=0)


@dataclass(frozen=True)
class Card:
    """A finding that stands, with those that were merged into it."""

    finding: Finding
    merged: tuple[Finding, ...] = ()

    @property
    def stands_for(self) -> int:
        """From how many findings this one was merged; 1 if it stands for itself."""
        return len(self.merged) + 1


@dataclass(frozen=True)
class Column:
    """The findings under one guiding question, or those of the part without one (question is None)."""

    part: Part
    question: GuidingQuestion | None
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class BoardPart:
    """A part of the workshop on the board of one group."""

    part: Part
    columns: tuple[Column, ...]
    is_first: bool = False

    @property
    def count(self) -> int:
        return sum(card.stands_for for column in self.columns for card in column.cards)

    @property
    def first_kind(self) -> str:
        """What is mostly noted here: challenges in the first part, recommendations after it."""
        return Finding.Kind.CHALLENGE if self.is_first else Finding.Kind.RECOMMENDATION

    @property
    def has_questions(self) -> bool:
        return len(self.columns) > 1

    @property
    def has_one_column(self) -> bool:
        """Whether the findings stand in one wide column: there is at most one question."""
        return len(self.columns) <= 2


def board_parts(group: Group) -> list[BoardPart]:
    """The parts of the group's workshop with all its findings, in the order in which they were noted."""
    merged: dict[UUID, list[Finding]] = defaultdict(list)
    standing: list[Finding] = []
    for finding in Finding.objects.filter(group=group).unattributed().order_by("number"):
        if finding.merged_into_id:
            merged[finding.merged_into_id].append(finding)
        else:
            standing.append(finding)
    cards: dict[tuple[UUID, UUID | None], list[Card]] = defaultdict(list)
    for finding in standing:
        cards[finding.part_id, finding.question_id].append(Card(finding, tuple(merged[finding.pk])))
    parts = group.workshop.parts.prefetch_related("questions").order_by("letter")
    return [
        BoardPart(
            part,
            tuple(
                Column(part, question, tuple(cards[part.pk, question.pk if question else None]))
                for question in (*part.questions.all(), None)
            ),
            is_first=place == 0,
        )
        for place, part in enumerate(parts)
    ]


def empty_card() -> Card:
    """A card without a finding, for the page to fill when one arrives."""
    return Card(Finding(id=NO_FINDING, number=0, kind="", text="", language=""))


def part_now(group: Group) -> dict[str, Any] | None:
    """The part that the room is in, with the end of its time and the server's own time."""
    if group.part is None:
        return None
    return {
        "id": str(group.part.pk),
        "letter": group.part.letter,
        "title": group.part.title,
        "ends_at": group.part_ends_at and group.part_ends_at.isoformat(),
        "now": clock.now().isoformat(),
    }


def groups_of_day(day: Day) -> list[Group]:
    """The groups that meet on a day, in the order of their workshops."""
    return list(
        Group.objects.filter(session__day=day)
        .select_related("workshop__strand", "workshop__edition", "session", "summary")
        .order_by("workshop__number", "slug")
    )


def count_by_kind(groups: Iterable[Group]) -> dict[UUID, Counter[str]]:
    """How many findings of each kind stand on each group's board; merged ones are not counted again."""
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    rows = Finding.objects.filter(group__in=groups).standing().order_by().values("group", "kind")
    for row in rows.annotate(count=Count("pk")):
        counts[row["group"]][row["kind"]] = row["count"]
    return counts


def people_here(group: Group) -> int:
    """How many of those who have a seat in the group came in through its link."""
    return group.seats.filter(participant__attendances__session=group.session_id).count()
