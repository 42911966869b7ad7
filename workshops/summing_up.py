"""The day's summary of workshop findings: what of it is shown in the closing plenary, in which order, and what is not.

By itself it shows what several groups said, where they contradict each other, and of what one group said alone what is
held most. Organisers show more, leave things out, and put them in another order. A finding that few hold, but strongly,
is left out only with a reason, which stands on the page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import Invalid
from academy.history import Mismatch, record, record_all, verify_contents
from academy.models import Edition, User
from academy.permissions import insist
from academy.text import tidy
from programme.models import Day
from workshops.models import Finding, Group, Highlight, Workshop
from workshops.models.twins import REASON_LENGTH
from workshops.permissions import may_sum_up
from workshops.twins.lines import BOTH, ONLY, OPPOSED, SOME, Line, Twins
from workshops.twins.reading import twins_of_all

# So many findings of each group alone are shown by themselves.
TOP = 3


class ReasonNeeded(Invalid):
    """A finding that few hold strongly is left out without a word."""

    message = gettext_lazy(
        "Few hold this finding, but strongly. Write why it is left out: the reason stands in the summary."
    )


class NotInTheSummary(Invalid):
    """The finding is of another day, or its group has not closed."""

    message = gettext_lazy("This finding does not belong to the summary of this day.")


@dataclass(frozen=True)
class LeftOut:
    """A line that an organiser left out, with the reason if there is one."""

    line: Line
    reason: str


@dataclass(frozen=True)
class Part:
    """What the summary shows of one workshop."""

    twins: Twins
    closed: tuple[Group, ...]
    shown: tuple[Line, ...]
    left_out: tuple[LeftOut, ...]
    others: tuple[Line, ...]

    @property
    def agreement(self) -> list[Line]:
        """What several groups said."""
        return [line for line in self.shown if line.mark in {BOTH, SOME}]

    @property
    def dissent(self) -> list[Line]:
        """Where the groups contradict each other."""
        return [line for line in self.shown if line.mark == OPPOSED]

    def alone(self, group: Group) -> list[Line]:
        """What only this group said."""
        return [line for line in self.shown if line.mark == ONLY and line.said_by[0].group.pk == group.pk]

    @property
    def of_each(self) -> list[tuple[Group, list[Line]]]:
        """Each group that has closed, with what only it said."""
        return [(group, self.alone(group)) for group in self.closed]

    @property
    def with_reason(self) -> list[LeftOut]:
        return [each for each in self.left_out if each.reason]


@dataclass(frozen=True)
class DaySummary:
    """The summary of a day: what each of its workshops shows, and the groups that have not closed yet."""

    day: Day
    parts: tuple[Part, ...]
    waiting: tuple[Group, ...] = field(default=())

    @property
    def closed(self) -> list[Group]:
        """The groups of the day that have closed, in the order of their workshops."""
        return [group for part in self.parts for group in part.closed]

    def line_of(self, finding: UUID) -> Line | None:
        lines = (line for part in self.parts for line in part.twins.lines)
        return next((line for line in lines if finding in line.keys), None)


def summary_of(day: Day) -> DaySummary:
    """What the closing of a day shows, read in a number of queries that no group and no finding adds to."""
    workshops = (
        Workshop.objects.filter(groups__in=Group.objects.planned().filter(session__day=day))
        .select_related("edition", "strand", "session__parent", "session__day")
        .order_by("number")
        .distinct()
    )
    all_twins = twins_of_all(workshops)
    choices = {row.finding_id: row for row in Highlight.objects.filter(finding__group__session__day=day)}
    parts = tuple(_part(twins, choices) for twins in all_twins)
    waiting = tuple(g for twins in all_twins for g in twins.groups if g.state != Group.State.CLOSED)
    return DaySummary(day, parts, waiting)


def _part(twins: Twins, choices: dict[UUID, Highlight]) -> Part:
    closed = tuple(group for group in twins.groups if group.state == Group.State.CLOSED)
    if not twins.is_closed:
        # What the groups found is laid side by side, and summed up, once all of them have closed.
        return Part(twins, closed, (), (), ())
    by_itself = _by_itself(twins)
    shown: list[Line] = []
    left_out, others = [], []
    for line in twins.lines:
        choice = _choice(line, choices)
        if choice and not choice.shown and (choice.reason or not line.guards):
            left_out.append(LeftOut(line, choice.reason))
        elif line.guards or line.key in by_itself or (choice and choice.shown):
            shown.append(line)
        else:
            others.append(line)
    return Part(twins, closed, tuple(_ordered(shown, choices)), tuple(left_out), tuple(others))


def _by_itself(twins: Twins) -> set[UUID]:
    """The lines that are shown without anybody choosing: shared, argued about, and each group's most held."""
    shown = {line.key for line in twins.lines if line.mark != ONLY and not line.is_parked}
    for group in twins.groups:
        alone = [
            line
            for line in twins.lines
            if line.mark == ONLY and line.said_by[0].group.pk == group.pk and not line.is_parked
        ]
        alone.sort(key=lambda line: (-line.supporters, not line.is_agreed))
        shown |= {line.key for line in alone[:TOP]}
    return shown


def _choice(line: Line, choices: dict[UUID, Highlight]) -> Highlight | None:
    """The last choice that was made about any finding of a line."""
    made = [choices[key] for key in line.keys if key in choices]
    return max(made, key=lambda row: (row.changed_at, row.pk), default=None)


def _ordered(lines: Sequence[Line], choices: dict[UUID, Highlight]) -> list[Line]:
    """Lines with a place come in its order; behind them the others, what more people support first."""

    def place(line: Line) -> tuple[float, int]:
        choice = _choice(line, choices)
        position = choice.position if choice else None
        return (float("inf") if position is None else position, -line.supporters)

    return sorted(lines, key=place)


# --- Choosing ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def show_in_summary(day: Day, finding: Finding, *, by: User) -> Highlight:
    """Show a finding, and the line that it stands in, in the day's summary.

    Raises:
        NotAllowed, NotInTheSummary
    """
    line = _line(day, finding, by=by)
    return _chosen(line, day, shown=True, reason="", by=by)


@transaction.atomic
def leave_out_of_summary(day: Day, finding: Finding, *, reason: str, by: User) -> Highlight:
    """Leave a line out of the day's summary; of what few hold strongly only with a reason, which stands on the page.

    Raises:
        NotAllowed, NotInTheSummary, Invalid
        ReasonNeeded
    """
    line = _line(day, finding, by=by)
    words = tidy(reason, limit=REASON_LENGTH, what=_("The reason")) if reason.strip() else ""
    if line.guards and not words:
        raise ReasonNeeded
    return _chosen(line, day, shown=False, reason=words, by=by)


@transaction.atomic
def move_in_summary(day: Day, finding: Finding, *, earlier: bool, by: User) -> None:
    """Move a line one place up or down among those that its workshop shows; at the end it stays.

    Raises:
        NotAllowed, NotInTheSummary
    """
    line = _line(day, finding, by=by)
    summary = summary_of(day)
    part = next(part for part in summary.parts if line.key in {each.key for each in part.twins.lines})
    order = _neighbours(part, line)
    keys = [each.key for each in order]
    if line.key not in keys:
        raise NotInTheSummary
    at = keys.index(line.key)
    to = at - 1 if earlier else at + 1
    if not 0 <= to < len(order):
        return
    order[at], order[to] = order[to], order[at]
    rows = [
        Highlight.objects.update_or_create(
            finding_id=each.key,
            defaults={"shown": True, "reason": "", "position": place, "changed_at": clock.now()},
        )[0]
        for place, each in enumerate(order, start=1)
    ]
    record_all(day.edition, "summary put in order", [(row, highlight_words(row)) for row in rows], by=by)


def _neighbours(part: Part, line: Line) -> list[Line]:
    """The lines among which a line is moved: those that stand under the same heading as it does."""
    if line.mark == ONLY:
        return part.alone(line.said_by[0].group)
    return part.dissent if line.mark == OPPOSED else part.agreement


def _line(day: Day, finding: Finding, *, by: User) -> Line:
    """The line of a finding in the day's summary; whoever chooses holds the day's row, one after the other."""
    insist(may_sum_up(by, day.edition))
    Day.objects.select_for_update().get(pk=day.pk)
    line = summary_of(day).line_of(finding.pk)
    closed = Group.objects.planned().filter(workshop=finding.group.workshop).exclude(state=Group.State.CLOSED)
    if line is None or closed.exists():
        raise NotInTheSummary
    return line


def _chosen(line: Line, day: Day, *, shown: bool, reason: str, by: User) -> Highlight:
    row, _fresh = Highlight.objects.update_or_create(
        finding_id=line.key, defaults={"shown": shown, "reason": reason, "changed_at": clock.now()}
    )
    verb = "finding shown in summary" if shown else "finding left out of summary"
    record(day.edition, verb, row, by=by, content=highlight_words(row))
    return row


def highlight_words(row: Highlight) -> dict[str, str | int | bool | None]:
    """What the history commits to of a choice for the summary."""
    return {
        "finding": str(row.finding_id),
        "shown": row.shown,
        "position": row.position,
        "reason": row.reason,
    }


def verify_highlights(edition: Edition) -> Iterator[Mismatch]:
    """Yield the choices for summaries that are not as they were made."""
    rows = Highlight.objects.filter(finding__group__workshop__edition=edition)
    yield from verify_contents(edition, Highlight, {str(row.pk): highlight_words(row) for row in rows})
