"""The sessions of a draft put as an outline has them: added, changed, in its order. A part of importing an outline."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.text import slugify

from academy.errors import Invalid
from academy.models import Edition
from programme.editing import said_now
from programme.edits import difference, insist_on_fields, named, said
from programme.local_times import clock_of, nearest_moment
from programme.models import RESERVED, Day, Edit, Session, Strand
from programme.outline.changes import length_of, stored_points
from programme.outline.plans import ItemPlan, Plan
from programme.outline.values import Item

SLUG_LENGTH = 60
_LASTING = ("title", "kind", "subtitle", "description", "hosts", "footnote", "minutes")
_TIMES = frozenset({"starts", "ends"})


class Placing:
    """Puts the sessions of one import in their places, and keeps the edits and what came from what.

    Attributes:
        entries: each session with its item and, for a workshop, its strand.
        edits: what was changed, not saved yet, with the session's title as words.
        notices: in words, which times were read in a way that the organiser should look at.
    """

    def __init__(
        self, edition: Edition, days: dict[int, Day], strands: dict[tuple[int, ...], Strand]
    ) -> None:
        self.edition, self.days, self.strands = edition, days, strands
        self.zone = ZoneInfo(edition.time_zone)
        self.entries: list[tuple[Session, Item, Strand | None]] = []
        self.edits: list[Edit] = []
        self.notices: list[str] = []
        self.times: dict[str, tuple[datetime | None, datetime | None]] = {}
        self.added = self.changed = self.same = 0
        rows = Session.objects.filter(edition=edition).select_related("strand", "day")
        self.rows = {str(row.pk): row for row in rows}
        self.slugs = {row.slug for row in self.rows.values()} | RESERVED

    def place(self, plan: Plan) -> None:
        """Put every item in its place, parents first.

        Raises:
            Invalid: a title is too long; it says which.
        """
        for day in plan.days:
            for position, item in enumerate(day.items):
                self._item(item, None, position)
        self._behind()

    def _behind(self) -> None:
        """What the outline lacks stands behind what it has, and goes along with the session that it is a part of."""
        matched = {str(session.pk) for session, _item, _strand in self.entries}
        last: dict[Any, int] = {}
        for session, _item, _strand in self.entries:
            home = session.parent_id or session.day_id
            last[home] = max(last.get(home, -1), session.position)
        left = [row for key, row in self.rows.items() if key not in matched and row.removed_at is None]
        for row in sorted(left, key=lambda row: (row.position, str(row.pk))):
            was = said(row)
            if parent := self.rows.get(str(row.parent_id)):
                self._along(row, parent)
            home = row.parent_id or row.day_id
            if home in last and row.position <= last[home]:
                row.position = last[home] + 1
            last[home] = max(last.get(home, -1), row.position)
            before, after = difference(was, said(row))
            if after:
                row.save()
                self.edits.append(Edit(of="session", row=row.pk, words=row.title, before=before, after=after))

    def _along(self, row: Session, parent: Session) -> None:
        """A part stays on the day of its session, and shares its times if it did before."""
        if row.starts_at and self.times.get(str(parent.pk)) == (row.starts_at, row.ends_at):
            row.day, row.starts_at, row.ends_at = parent.day, parent.starts_at, parent.ends_at
        elif row.day_id != parent.day_id:
            row.day = parent.day
            self._carry(row)

    def _item(self, plan: ItemPlan, parent: Session | None, position: int) -> None:
        try:
            session = self._session(plan, parent, position)
        except Invalid as error:
            raise Invalid(f"{named(plan.item.title)}: {error}") from error
        self.entries.append((session, plan.item, self.strands.get(plan.place) or session.strand))
        for number, child in enumerate(plan.children):
            self._item(child, session, number)

    def _session(self, plan: ItemPlan, parent: Session | None, position: int) -> Session:
        day = parent.day if parent else self.days[plan.place[0]]
        fresh = plan.node is None
        row = Session(edition=self.edition) if plan.node is None else self.rows[plan.node["id"]]
        was = {} if fresh else said(row)
        self.times[str(row.pk)] = row.starts_at, row.ends_at
        row.day, row.parent, row.position = day, parent, position
        self._say(row, plan, fresh)
        if fresh:
            row.strand = self.strands.get(plan.place) or (parent.strand if parent else day.strand)
            row.slug = self._slug(f"{parent.slug if parent else day.slug}", plan.item)
        elif plan.place in self.strands and row.strand is None:
            row.strand = self.strands[plan.place]
        if fresh or difference(was, said(row))[1]:
            # The others are rows of this edition, which the import itself has fetched or made.
            insist_on_fields(row, skip=("edition", "day", "parent", "strand"))
            row.save(force_insert=fresh)
        self._keep(row, plan, was, fresh)
        self.rows[str(row.pk)] = row
        return row

    def _keep(self, row: Session, plan: ItemPlan, was: dict[str, Any], fresh: bool) -> None:
        """Count the session, and keep what it said before."""
        if fresh:
            before, after = {"removed_at": said_now()}, {"removed_at": None}
            self.added += 1
        else:
            before, after = difference(was, said(row))
            self.changed += plan.mark == "changed"
            self.same += plan.mark != "changed"
        if after:
            self.edits.append(Edit(of="session", row=row.pk, words=row.title, before=before, after=after))

    def _say(self, row: Session, plan: ItemPlan, fresh: bool) -> None:
        """Set what the outline says; what it does not say stays."""
        changed = {change.field for change in plan.changes}
        for name in _LASTING:
            value = getattr(plan.item, name)
            if value and (fresh or name in changed):
                setattr(row, name, value)
        points = stored_points(plan.item)
        if points and (fresh or "points" in changed):
            row.points = list(points)
        if plan.item.starts and (fresh or changed & _TIMES or "day" in changed):
            self._set_times(row, plan.item)
        elif "day" in changed and row.starts_at:
            self._carry(row)

    def _set_times(self, row: Session, item: Item) -> None:
        """The outline's times on the session's day; without an end there, the session keeps its length."""
        if item.starts is None:
            return
        length = length_of(item)
        if length is None and row.starts_at and row.ends_at:
            length = row.ends_at - row.starts_at
        row.starts_at = self._moment(row, row.day.date, item.starts)
        row.ends_at = None if length is None else self._end(row, row.starts_at, item.starts, length)

    def _moment(self, row: Session, day: date, shown: time) -> datetime:
        """The moment at which the clocks show this; where they are changed, what was meant is said."""
        found, words = nearest_moment(day, shown, self.zone)
        if words:
            self.notices.append(f"{named(row.title)}: {words}")
        return found

    def _end(self, row: Session, begun: datetime, starts: time, length: timedelta) -> datetime:
        """The end as the clocks show it, also where they are changed between start and end."""
        shown = datetime.combine(row.day.date, starts) + length
        ends = self._moment(row, shown.date(), shown.time())
        return ends if ends > begun else begun + length

    def _carry(self, row: Session) -> None:
        """To its new day, at the same clock times."""
        if row.starts_at is None:
            return
        length = row.ends_at - row.starts_at if row.ends_at else None
        row.starts_at = self._moment(row, row.day.date, clock_of(row.starts_at, self.zone))
        row.ends_at = None if length is None else row.starts_at + length

    def _slug(self, home: str, item: Item) -> str:
        """An address that no session of the edition has."""
        wished = f"{home}-{slugify(item.title) or item.kind}"[:SLUG_LENGTH].strip("-")
        slug, number = wished, 1
        while slug in self.slugs:
            number += 1
            slug = f"{wished[: SLUG_LENGTH - len(str(number)) - 1]}-{number}"
        self.slugs.add(slug)
        return slug
