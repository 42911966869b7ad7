"""What the import page shows: for each block of the source its lines, and beside them what was understood of them."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from programme.models import Session
from programme.outline.plans import Change, DayPlan, ItemPlan, Plan
from programme.outline.values import Outline, Reading, Unplaced
from programme.views.import_forms import CorrectionsForm

FIELDS = {
    "title": gettext_lazy("Title"),
    "kind": gettext_lazy("Kind"),
    "subtitle": gettext_lazy("Subtitle"),
    "description": gettext_lazy("Description"),
    "hosts": gettext_lazy("Hosts"),
    "footnote": gettext_lazy("Footnote"),
    "points": gettext_lazy("Points"),
    "minutes": gettext_lazy("Minutes"),
    "starts": gettext_lazy("Starts"),
    "ends": gettext_lazy("Ends"),
    "number": gettext_lazy("Number"),
    "aim": gettext_lazy("Aim"),
    "part": gettext_lazy("Part"),
    "question": gettext_lazy("Question"),
    "order": gettext_lazy("Order of the questions"),
    "day": gettext_lazy("Day"),
    "parent": gettext_lazy("Part of"),
    "date": gettext_lazy("Date"),
}


@dataclass(frozen=True)
class SourceLine:
    """A line of the source: what it became, by a link, or why it was not placed."""

    number: int
    text: str
    anchor: str = ""
    unplaced: str = ""
    is_blank: bool = False


@dataclass(frozen=True)
class Difference:
    """A field that would say something else, in words."""

    field: str
    before: str
    after: str


@dataclass
class ShownItem:
    """An item with its fields, its mark, and what is in it."""

    plan: ItemPlan
    anchor: str
    depth: int
    fields: dict[str, Any]
    differences: list[Difference]
    first_line: int | None
    kind: str

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields.values())

    @property
    def is_left_out(self) -> bool:
        """Whether the organiser ticked that it is not to be imported."""
        return "leave" in self.fields and bool(self.fields["leave"].value())


@dataclass
class Block:
    """A stretch of the source, and the day that was understood of it; the first one stands before the days."""

    lines: list[SourceLine] = field(default_factory=list)
    day: DayPlan | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    items: list[ShownItem] = field(default_factory=list)


@dataclass(frozen=True)
class Understanding:
    """The whole page: what was not placed first, then block by block."""

    unplaced: tuple[Unplaced, ...]
    remarks: tuple[Any, ...]
    blocks: list[Block]
    outline: Outline
    placed: int
    seen: int


def understanding(reading: Reading, plan: Plan, form: CorrectionsForm) -> Understanding:
    """Put the source and the plan side by side.

    Args:
        plan: of the outline that was read, in its order; the form's fields are named by its places.
    """
    anchors = _anchors(plan, reading.outline)
    starts = [min(day.day.lines) if day.day.lines else None for day in plan.days]
    blocks = [Block(), *(_block(day, form) for day in plan.days)]
    unplaced = {gone.line: gone.reason for gone in reading.unplaced}
    at = {line: n for n, line in enumerate(starts, 1) if line}
    current = 0
    for number, text in enumerate(reading.source, 1):
        current = at.get(number, current)
        shown = SourceLine(
            number, text.rstrip(), anchors.get(number, ""), unplaced.get(number, ""), not text.strip()
        )
        blocks[current].lines.append(shown)
    for block in blocks:
        _trim(block.lines)
    placed = len(reading.placed)
    return Understanding(
        reading.unplaced, reading.remarks, blocks, reading.outline, placed, placed + len(unplaced)
    )


def _anchors(plan: Plan, outline: Outline) -> dict[int, str]:
    """{line: the place on the page that shows what it became}."""
    anchors = dict.fromkeys(outline.lines, "about")
    for day in plan.days:
        anchors.update(dict.fromkeys(day.day.lines, f"day-{day.place}"))
        for item in day.walk():
            anchors.update(dict.fromkeys(item.item.lines, f"item-{item.key}"))
    return anchors


def _block(day: DayPlan, form: CorrectionsForm) -> Block:
    return Block(
        day=day,
        fields=form.fields_of(f"d{day.place}", ("date", "title")),
        differences=_differences(day.changes),
        items=[_shown(item, form) for item in day.walk()],
    )


def _shown(plan: ItemPlan, form: CorrectionsForm) -> ShownItem:
    return ShownItem(
        plan=plan,
        anchor=f"item-{plan.key}",
        depth=len(plan.place) - 2,
        fields=form.fields_of(f"i{plan.key}", ("title", "starts", "ends", "kind", "leave")),
        differences=_differences(plan.changes),
        first_line=min(plan.item.lines) if plan.item.lines else None,
        kind=str(Session.Kind(plan.item.kind).label),
    )


def _differences(changes: tuple[Change, ...]) -> list[Difference]:
    return [
        Difference(str(FIELDS[change.field]), _value(change, change.before), _value(change, change.after))
        for change in changes
    ]


def _value(change: Change, text: str) -> str:
    if change.field == "kind" and text:
        return str(Session.Kind(text).label)
    if change.field == "parent" and not text:
        return _("nothing")
    return text


def _trim(lines: list[SourceLine]) -> None:
    """Leave out the blank lines at the end of a block."""
    while lines and lines[-1].is_blank:
        lines.pop()
