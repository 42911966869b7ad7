"""What a page shows of a board: its parts, a column for each guiding question, the merged findings folded."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count

from academy import clock
from academy.models import Participant
from programme.models import Day
from workshops.attributing import names_of, own_findings
from workshops.dots import all_in, dots_left, own_dots, tallies_of, tally_of
from workshops.ledger import lines_up_to_head, lines_with
from workshops.models import Finding, Group, GuidingQuestion, Part
from workshops.presence import people_here
from workshops.reading_back import stamp_of_reading

NO_FINDING = UUID(int=0)
# How many findings of a long column are shown at its beginning, and how many at its end.
AT_EACH_END = 24


@dataclass(frozen=True)
class Card:
    """A finding that stands, with those that were merged into it."""

    finding: Finding
    merged: tuple[Finding, ...] = ()
    origin: int | None = None
    dots: int = 0
    name: str = ""
    own_dots: int = 0
    is_own: bool = False

    @property
    def stands_for(self) -> int:
        """From how many findings this one was merged; 1 if it stands for itself."""
        return len(self.merged) + 1

    @property
    def dots_shown(self) -> str:
        """The dots as dots, up to ten of them; the number stands beside them."""
        return " ".join("●" * min(self.dots, 10))

    @property
    def fewer(self) -> int:
        return max(0, self.own_dots - 1)

    @property
    def more(self) -> int:
        return self.own_dots + 1


# {(part, question): the cards that stand there}
Cards = Mapping[tuple[UUID, UUID | None], Sequence[Card]]


@dataclass(frozen=True)
class Column:
    """The findings under one guiding question, or those of the part without one (question is None)."""

    part: Part
    question: GuidingQuestion | None
    cards: tuple[Card, ...]

    @property
    def first(self) -> tuple[Card, ...]:
        return self.cards[:AT_EACH_END]

    @property
    def between(self) -> tuple[Card, ...]:
        """What an open board does not show until it is asked for: all but both ends of a long column."""
        return self.cards[AT_EACH_END:-AT_EACH_END] if len(self.cards) >= 3 * AT_EACH_END else ()

    @property
    def latest(self) -> tuple[Card, ...]:
        return self.cards[-AT_EACH_END:]


@dataclass(frozen=True)
class BoardPart:
    """A part of the workshop on the board of one group."""

    part: Part
    columns: tuple[Column, ...]
    is_first: bool = False
    is_counted: bool = False
    left: int = 0

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


@dataclass(frozen=True)
class Own:
    """What only one person is told of a board: the findings that they noted, their dots, and what is left of them."""

    findings: frozenset[str] = frozenset()
    dots: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)


def own_of(group: Group, participant: Participant | None) -> Own:
    """What this person, and nobody else, is told of the board."""
    if participant is None:
        return Own()
    dots, left = own_dots(group, participant), dots_left(group, participant)
    return Own(frozenset(own_findings(group, participant)), dots, left)


def board_parts(group: Group, own: Own | None = None) -> list[BoardPart]:
    """The parts of the group's workshop with all its findings, in the order in which they were noted."""
    own = Own() if own is None else own
    return _parts(group, _cards(group, own), own)


def bare_parts(group: Group) -> list[BoardPart]:
    """The same without the findings, for what only asks where findings have their place."""
    return _parts(group, {}, Own())


def _parts(group: Group, cards: Cards, own: Own) -> list[BoardPart]:
    parts = group.workshop.parts.prefetch_related("questions").order_by("letter")
    closed = set(group.closed_parts.values_list("part", flat=True))
    return [
        BoardPart(
            part,
            tuple(
                Column(part, question, tuple(cards.get((part.pk, question.pk if question else None), ())))
                for question in (*part.questions.all(), None)
            ),
            is_first=place == 0,
            is_counted=part.pk in closed,
            left=own.left.get(str(part.pk), 0),
        )
        for place, part in enumerate(parts)
    ]


def _cards(group: Group, own: Own) -> Cards:
    """{(part, question): the cards that stand there}, each with those that were merged into it and its pieces."""
    findings = list(Finding.objects.filter(group=group).unattributed().order_by("number"))
    merged: dict[UUID, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.merged_into_id:
            merged[finding.merged_into_id].append(finding)
    numbers = {finding.pk: finding.number for finding in findings}
    tally, names = tally_of(group), names_of(group)
    cards: dict[tuple[UUID, UUID | None], list[Card]] = defaultdict(list)
    for finding in findings:
        if not finding.merged_into_id:
            key, folded = str(finding.pk), tuple(merged[finding.pk])
            keys = (key, *(str(one.pk) for one in folded))
            card = Card(
                finding,
                folded,
                numbers.get(finding.split_from_id) if finding.split_from_id else None,
                dots=sum(tally.get(one, 0) for one in keys),
                name=names.get(key, ""),
                own_dots=sum(own.dots.get(one, 0) for one in keys),
                is_own=key in own.findings,
            )
            cards[finding.part_id, finding.question_id].append(card)
    return cards


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
        "left": group.part_left,
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


def happenings(group: Group, after: int) -> dict[str, Any]:
    """The lines of the ledger after a number, and what the board is like now: the same for all who may read it."""
    return happenings_after(group, {after})[after]


def happenings_after(group: Group, numbers: Collection[int]) -> dict[int, dict[str, Any]]:
    """{number: `happenings` after it}; how the board is now is looked up once for all of them."""
    if not numbers:
        return {}
    now = {**_how_it_is(group), "here": people_here(group)}
    return {number: {"events": lines_up_to_head(group, number), **now} for number in numbers}


def happening(group: Group, number: int) -> dict[str, Any]:
    """One line of the ledger, if there is one of this number, and what the board is like now, but for who is here."""
    return {"events": lines_with(group, number), **_how_it_is(group)}


def _how_it_is(group: Group) -> dict[str, Any]:
    tallies = tallies_of(group)
    return {
        "head": group.head,
        "state": group.state,
        "part": part_now(group),
        "closed_parts": sorted(tallies),
        "tally": all_in(tallies),
        "dots": group.dots,
        "participants_write": group.participants_write,
        "names": names_of(group),
        "read_back": stamp_of_reading(group),
        "at": clock.now().isoformat(),
    }


def asked_after(said: str) -> int | None:
    """The number that a live page asks from with {"after": 12}; None if it says something else."""
    try:
        after = json.loads(said)["after"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return after if type(after) is int and 0 <= after < 10**9 else None
