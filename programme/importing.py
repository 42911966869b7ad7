"""An outline applied to the draft of an edition: what matches is updated, what is new is added, nothing is doubled.

What the outline does not say stays as it is. Sessions and questions that the outline no longer has stay too, unless
the organiser chose to take them out. Other apps add what they know of an imported session with `follow`, as they add
to a release with `programme.releases.contribute`.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.canonical import digest
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Edition, User
from programme.edits import begin, last_number, named
from programme.framing import add_day, add_strand, change_day
from programme.models import Day, Edit, Session, Strand
from programme.outline.completing import completed, strand_titles
from programme.outline.likeness import key_of
from programme.outline.matching import match
from programme.outline.plans import DayPlan, Plan
from programme.outline.values import Item, Outline
from programme.placing import Placing
from programme.releases import programme_content
from programme.removing import take_out

_COLOURS = ("teal", "ochre", "violet", "plum")
_SHORT_DAY, _SHORT_STRAND = 60, 40


class DraftChanged(DomainError):
    """The draft is not the one that the organiser saw beside the outline."""

    message = gettext_lazy(
        "Somebody changed the draft meanwhile. Nothing was imported. Look at the comparison below, which is of now, "
        "and apply it again."
    )


@dataclass(frozen=True)
class Imported:
    """A session of the draft, and the item of the outline that it came from."""

    session: Session
    item: Item
    strand: Strand | None


@dataclass
class Outcome:
    """What an import did. `label` is what the outline calls itself, for the release that follows.

    `notices` are sentences about times that the organiser should look at.
    """

    label: str
    added: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    days_added: int = 0
    days_changed: int = 0
    sessions: list[Imported] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def did_nothing(self) -> bool:
        return not (self.added or self.changed or self.removed or self.days_added or self.days_changed)


# What an app above this one makes of imported sessions: from the edition, the sessions, and what was ticked to be
# removed, to how many things of its own it changed.
Follower = Callable[[Edition, Sequence[Imported], Collection[str]], int]
_followers: list[Follower] = []


def follow(follower: Follower) -> None:
    """Have this function told of every import, in its transaction."""
    if follower not in _followers:
        _followers.append(follower)


def plan_for(edition: Edition, outline: Outline) -> tuple[Plan, str]:
    """What importing the outline would do, and a short text that changes when the draft does."""
    content = programme_content(edition)
    return match(completed(outline), content), digest(content)


@transaction.atomic
def import_outline(
    edition: Edition,
    outline: Outline,
    *,
    remove: Collection[str] = (),
    seen: str | None = None,
    by: User | None,
) -> Outcome:
    """Apply an outline to the draft, as a whole or not at all; applying it again changes nothing.

    Args:
        remove: the keys (`programme.outline.plans.Gone`) of what is to be taken out because the outline lacks it.
        seen: what `plan_for` said of the draft when the organiser looked; None is no condition.
        by: an organiser; None for the administrator's shell.

    Raises:
        NotAllowed, Invalid
        DraftChanged: the draft is another than the organiser saw.
        HangsOn: findings, seats or the like hang on what should be taken out.
    """
    edition = begin(edition, by=by)
    outline = completed(outline)
    content = programme_content(edition)
    if seen is not None and seen != digest(content):
        raise DraftChanged
    if not outline.days:
        raise Invalid(_("There is no day in this outline, so there is nothing to import."))
    plan = match(outline, content)
    _insist_on_known(plan, remove)
    before = last_number(edition)
    framing = _frame(edition, outline, plan, by=by)
    placing = Placing(edition, framing.days, framing.strands)
    placing.place(plan)
    outcome = Outcome(outline.label, added=placing.added, changed=placing.changed, same=placing.same)
    outcome.days_added, outcome.days_changed = framing.added, framing.changed
    outcome.notices = list(dict.fromkeys(placing.notices))
    outcome.sessions = [Imported(*entry) for entry in placing.entries]
    followed = [follower(edition, outcome.sessions, remove) for follower in _followers]
    outcome.removed = _take_out(edition, plan, remove, by=by)
    if placing.edits or any(followed):
        _note(edition, placing.edits, outcome, by=by)
    Edit.objects.filter(edition=edition, number__gt=before).update(together=uuid4())
    if any(followed) and outcome.did_nothing:
        outcome.changed = sum(followed)
    return outcome


def _insist_on_known(plan: Plan, remove: Collection[str]) -> None:
    """Refuse to take out what the outline has, or what the draft has not.

    Raises:
        Invalid
    """
    if not {gone.key for gone in plan.gone} >= set(remove):
        raise Invalid(_("Something that should be taken out is not among what the outline lacks."))


@dataclass
class _Frame:
    """The days and strands that the sessions hang in."""

    days: dict[int, Day]
    strands: dict[tuple[int, ...], Strand]
    added: int = 0
    changed: int = 0


def _frame(edition: Edition, outline: Outline, plan: Plan, *, by: User | None) -> _Frame:
    """Make and change the days and strands of the outline."""
    frame = _Frame({}, _strands(edition, outline, plan, by=by))
    rows = {day.slug: day for day in Day.objects.filter(edition=edition)}
    known = [(day, rows[day.node["slug"]]) for day in _in_order_of_dates(plan.days) if day.node is not None]
    for day, row in _in_turn(known, by=by):
        fields = _day_fields(day)
        with _named(day):
            frame.changed += bool(fields) and change_day(row, by=by, **fields) is not None
        frame.days[day.place] = Day.objects.get(pk=row.pk)
    for day in plan.days:
        if day.node is None:
            with _named(day):
                frame.days[day.place] = _new_day(edition, day, frame.strands.get((day.place,)), by=by)
            frame.added += 1
    return frame


@contextmanager
def _named(day: DayPlan) -> Iterator[None]:
    """Say of which day a refusal speaks."""
    try:
        yield
    except Invalid as error:
        raise Invalid(f"{date_format(day.day.date, 'j F Y')}: {error}") from error


def _in_turn(known: list[tuple[DayPlan, Day]], *, by: User | None) -> Iterator[tuple[DayPlan, Day]]:
    """The days, each when its date is free; one that waits for a day that waits for it steps aside meanwhile."""
    later = []
    for day, row in known:
        if day.day.date != row.date and Day.objects.filter(edition=row.edition, date=day.day.date).exists():
            dates = [*Day.objects.filter(edition=row.edition).values_list("date", flat=True)]
            aside = max([*dates, *(other.day.date for other, _row in known)]) + timedelta(days=1)
            change_day(row, by=by, date=aside)
            later.append((day, row))
        else:
            yield day, row
    yield from later


def _strands(
    edition: Edition, outline: Outline, plan: Plan, *, by: User | None
) -> dict[tuple[int, ...], Strand]:
    """The strands of the days and workshops that have none yet, by their place; those that are missing are made."""
    rows = list(edition.strands.order_by("position"))
    known, by_slug = {key_of(row.title): row for row in rows}, {row.slug: row for row in rows}
    strands: dict[tuple[int, ...], Strand] = {}
    titles = strand_titles(outline)
    for place, title in titles.items():
        if not _lacks_strand(plan, place):
            continue
        day = plan.days[place[0]]
        if titles.get(place[:1]) == title and day.node and day.node["strand"]:
            strands[place] = by_slug[day.node["strand"]]
            continue
        if key_of(title) not in known:
            colour = _COLOURS[len(known) % len(_COLOURS)]
            short = _short(title, _SHORT_STRAND)
            known[key_of(title)] = add_strand(edition, title=title, short_title=short, colour=colour, by=by)
        strands[place] = known[key_of(title)]
    return strands


def _lacks_strand(plan: Plan, place: tuple[int, ...]) -> bool:
    """Whether a day or a workshop is new, or a workshop of the draft has no strand; others keep theirs."""
    if len(place) == 1:
        return plan.days[place[0]].node is None
    found = next(item for item in plan.days[place[0]].walk() if item.place == place)
    return found.node is None or found.node["strand"] is None


def _day_fields(day: DayPlan) -> dict[str, Any]:
    values: dict[str, Any] = {
        "date": day.day.date,
        "title": day.day.title,
        "description": day.day.description,
    }
    names = {"description": "aim"}
    return {names.get(change.field, change.field): values[change.field] for change in day.changes}


def _in_order_of_dates(days: Sequence[DayPlan]) -> list[DayPlan]:
    """The days in an order in which none moves to a date that another still has, as far as there is one."""
    waiting, ordered = list(days), []
    while waiting:
        dates = {day.node["date"] for day in waiting if day.node}
        free = [d for d in waiting if not d.node or d.day.date.isoformat() not in dates - {d.node["date"]}]
        ordered += free or waiting
        waiting = [day for day in waiting if day not in ordered]
    return ordered


def _new_day(edition: Edition, day: DayPlan, strand: Strand | None, *, by: User | None) -> Day:
    title = day.day.title or _("Day %(number)s") % {"number": day.place + 1}
    return add_day(
        edition,
        date=day.day.date,
        title=title,
        short_title=_short(title, _SHORT_DAY),
        aim=day.day.description,
        strand=strand,
        colour=strand.colour if strand else "slate",
        by=by,
    )


def _short(title: str, limit: int) -> str:
    """The title up to its colon, or as many of its words as fit."""
    start = title.partition(":")[0]
    if len(start) <= limit:
        return start
    return start[: limit + 1].rpartition(" ")[0] or start[:limit]


def _take_out(edition: Edition, plan: Plan, remove: Collection[str], *, by: User | None) -> int:
    """Take out the sessions that were ticked; questions are the business of whoever follows."""
    keys = [gone.key for gone in plan.gone if gone.key in remove]
    sessions = [gone.key for gone in plan.gone if gone.what == "session" and gone.key in remove]
    for session in Session.objects.planned().filter(edition=edition, pk__in=sessions).order_by("position"):
        take_out(session, by=by)
    return len(keys)


def _note(edition: Edition, edits: list[Edit], outcome: Outcome, *, by: User | None) -> None:
    """One entry in the history for the whole import; each session can be undone by itself, or all in one step."""
    first = last_number(edition) + 1
    for number, edit in enumerate(edits, start=first):
        edit.edition, edit.by, edit.at, edit.number = edition, by, clock.now(), number
        # What the outline lacks goes behind what it has, and is not of the outline.
        is_order = edit.after.keys() == {"position"}
        words = _("Put in order: %(title)s") if is_order else _("Imported: %(title)s")
        edit.words = (words % {"title": named(edit.words)})[:300]
    Edit.objects.bulk_create(edits, batch_size=200)
    counts = {"added": outcome.added, "changed": outcome.changed, "removed": outcome.removed}
    data = {"edits": [first, first + len(edits) - 1] if edits else [], **counts}
    record(edition, "outline imported", edition, by=by, data=data)
