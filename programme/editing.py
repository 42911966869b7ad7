"""The draft's sessions: added, changed and moved to another time or day. For organisers."""

import re
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import Invalid
from academy.models import Edition, User
from programme.companions import TELLING, tell_companions
from programme.edits import (
    OfAnotherEdition,
    begin,
    difference,
    insist_on_fields,
    insist_on_state,
    named,
    note,
    said,
    tidied,
)
from programme.models import RESERVED, Day, Edit, Session, Strand
from programme.nesting import (
    Change,
    PartElsewhere,
    descendants,
    insist_on_nesting,
    insist_on_planned,
    locked,
    note_with_parts,
)

TEXTS = ("title", "subtitle", "description", "footnote", "hosts")
LISTS = ("points", "interpretation")
OTHERS = ("kind", "strand", "language", "minutes", "day", "starts_at", "ends_at", "parent")
# What a page that only moves a session was read from.
PLACE = ("day", "starts_at", "ends_at", "removed_at")
LONG, MOST_POINTS, POINT_LENGTH, SLUG_LENGTH = 8_000, 60, 500, 60
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")


class EndsTooEarly(Invalid):
    """A session ends after it starts."""

    message = gettext_lazy("A session ends after it starts. Please correct its times.")


@transaction.atomic
def add_session(
    day: Day, *, title: str, kind: str, parent: Session | None = None, by: User | None, **fields: Any
) -> Session:
    """Add a session at the end of a day, or at the end of the session that it is a part of.

    Args:
        fields: further fields of a session, as `change_session` takes them.

    Raises:
        NotAllowed, Invalid, OfAnotherEdition, EndsTooEarly, CannotNest
        TakenOut: the session that it would be a part of is out of the programme.
    """
    edition = begin(day.edition, by=by)
    if parent is not None:
        parent = locked(parent)
        if parent.edition_id != edition.pk:
            raise OfAnotherEdition
        insist_on_planned(parent)
        day = parent.day
    siblings = Session.objects.filter(edition=edition, day=day, parent=parent)
    last = siblings.order_by("-position").first()
    session = Session(
        edition=edition, day=day, parent=parent, position=last.position + 1 if last else 0, kind=kind
    )
    session.strand = parent.strand if parent else day.strand
    _set(session, {"title": title, **fields})
    session.slug = _free_slug(
        edition, f"{parent.slug if parent else day.slug}-{slugify(session.title) or kind}"
    )
    _insist_on_sense(session)
    insist_on_nesting(session)
    session.save(force_insert=True)
    tell_companions(edition, [session])
    # Undoing it takes the session out, from this moment on.
    before = {"removed_at": said_now()}
    words = _("Added: %(title)s") % {"title": named(session.title)}
    note(edition, session, "session added", before=before, after={"removed_at": None}, words=words, by=by)
    return session


def said_now() -> str:
    """The present moment as an edit holds it."""
    return clock.now().isoformat()


@transaction.atomic
def change_session(
    session: Session, *, state: str | None = None, by: User | None, **fields: Any
) -> Edit | None:
    """Change fields of a session; None if they say the same as before.

    Parts that share its times go along when it moves. A session that belongs to another one from now on keeps its
    times, and stands behind the other parts.

    Args:
        state: `state_of` the session when the page was read.
        fields: texts, `points`, `interpretation`, `kind`, `strand`, `language`, `minutes`, `day`, `parent`,
            `starts_at`, `ends_at`; what is not named stays.

    Raises:
        NotAllowed, Invalid, OfAnotherEdition, EndsTooEarly, PartElsewhere, CannotNest
        TakenOut: it is out of the programme.
        Overtaken: somebody changed it meanwhile.
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    insist_on_state(row, state)
    words = _("Changed: %(title)s") % {"title": named(row.title)}
    return _change(edition, row, fields, words=words, verb="session changed", by=by)


@transaction.atomic
def move_session(
    session: Session,
    *,
    day: Day,
    starts_at: datetime,
    ends_at: datetime | None = None,
    state: str | None = None,
    by: User | None,
) -> Edit | None:
    """Move a session to another time or day; without an end it keeps its length. None if it stays where it is.

    Args:
        state: `state_of` the session's place (`PLACE`) when the page was read.

    Raises:
        NotAllowed, Invalid, OfAnotherEdition, EndsTooEarly, PartElsewhere, TakenOut, Overtaken
    """
    edition = begin(session.edition, by=by)
    row = locked(session)
    insist_on_state(row, state, PLACE)
    if ends_at is None:
        ends_at = starts_at + _length(row)
    words = _moved_words(row, starts_at, ZoneInfo(edition.time_zone))
    fields = {"day": day, "starts_at": starts_at, "ends_at": ends_at}
    return _change(edition, row, fields, words=words, verb="session moved", by=by)


def _moved_words(session: Session, starts_at: datetime, zone: ZoneInfo) -> str:
    """From when to when, on the academy's clocks: "Moved: “Closing” from Tue 1 Feb, 14:00 to Tue 1 Feb, 14:30"."""

    def clock_words(moment: datetime) -> str:
        local = moment.astimezone(zone)
        return f"{date_format(local, 'D j M')}, {local:%H:%M}"

    facts = {"title": named(session.title), "new": clock_words(starts_at)}
    if session.starts_at is None:
        return _("Moved: %(title)s to %(new)s") % facts
    return _("Moved: %(title)s from %(old)s to %(new)s") % {**facts, "old": clock_words(session.starts_at)}


def _length(session: Session) -> timedelta:
    """How long a session lasts: between its times, else the minutes that it says.

    Raises:
        Invalid: neither is known.
    """
    if session.starts_at and session.ends_at:
        return session.ends_at - session.starts_at
    if session.minutes:
        return timedelta(minutes=session.minutes)
    raise Invalid(_("It is not known how long this session lasts. Please give its end too."))


def _change(
    edition: Edition, row: Session, fields: dict[str, Any], *, words: str, verb: str, by: User | None
) -> Edit | None:
    insist_on_planned(row)
    was, parent = said(row), row.parent
    starts, ends, day = row.starts_at, row.ends_at, row.day_id
    _set(row, fields)
    _insist_on_sense(row)
    if row.parent != parent:
        insist_on_nesting(row)
        _settle(row, parent)
    own = difference(was, said(row))
    if not own[1]:
        return None
    moves = (starts, ends, day) != (row.starts_at, row.ends_at, row.day_id)
    parts = _carry(row, starts, ends, day) if moves else {}
    row.save()
    if TELLING & own[1].keys():
        tell_companions(edition, [row])
    return note_with_parts(edition, row, verb, own, parts, words=words, by=by)


def _settle(row: Session, old_parent: Session | None) -> None:
    """Put a session behind what it stands beside from now on; one that belongs to none keeps its times."""
    beside = Session.objects.filter(edition=row.edition_id, day=row.day_id, parent=row.parent_id)
    last = beside.exclude(pk=row.pk).aggregate(Max("position"))["position__max"]
    row.position = 0 if last is None else last + 1
    above = old_parent
    while row.parent is None and row.starts_at is None and above is not None:
        row.starts_at, row.ends_at = above.starts_at, above.ends_at
        above = above.parent


def _set(row: Session, fields: dict[str, Any]) -> None:
    """Set fields of a session, tidied.

    Raises:
        Invalid: a name is unknown, or a value cannot be right.
        OfAnotherEdition
    """
    for name, value in fields.items():
        if name in TEXTS:
            setattr(row, name, tidied(value))
        elif name in LISTS:
            setattr(row, name, [line for line in map(tidied, value) if line])
        elif name in OTHERS:
            if isinstance(value, Day | Strand | Session) and value.edition_id != row.edition_id:
                raise OfAnotherEdition
            setattr(row, name, value)
        else:
            raise Invalid(_("A session has no field %(name)s.") % {"name": name})


def _insist_on_sense(row: Session) -> None:
    insist_on_fields(row)
    if not row.title:
        raise Invalid(_("Please give the session a title."))
    if bool(row.starts_at) != bool(row.ends_at):
        raise Invalid(_("Please give both the start and the end, or neither."))
    if row.starts_at and row.ends_at and row.ends_at <= row.starts_at:
        raise EndsTooEarly
    if row.parent and row.parent.day_id != row.day_id:
        raise PartElsewhere
    if any(len(text) > LONG for text in (row.description, row.footnote)):
        raise Invalid(_("A text can have at most %(limit)s characters.") % {"limit": LONG})
    if len(row.points) > MOST_POINTS or any(len(point) > POINT_LENGTH for point in row.points):
        raise Invalid(
            _("A session can have at most %(most)s points of %(length)s characters.")
            % {"most": MOST_POINTS, "length": POINT_LENGTH}
        )
    languages = [row.language, *row.interpretation]
    if any(code and not LANGUAGE.fullmatch(code) for code in languages):
        raise Invalid(_("A language is written as its code, such as en or pt."))


def _carry(row: Session, starts: datetime | None, ends: datetime | None, day: Any) -> dict[str, Change]:
    """Move the parts of a session along: those that share its times get its new ones, the others keep their distance.

    Args:
        starts, ends, day: where the session was.
    """
    shift = row.starts_at - starts if row.starts_at and starts else timedelta()
    place, row.day_id = row.day_id, day
    parts = descendants(row)
    row.day_id = place
    changes: dict[str, Change] = {}
    for part in parts:
        was = said(part, PLACE)
        part.day_id = place
        if part.starts_at and (part.starts_at, part.ends_at) == (starts, ends):
            part.starts_at, part.ends_at = row.starts_at, row.ends_at
        elif part.starts_at and part.ends_at:
            part.starts_at, part.ends_at = part.starts_at + shift, part.ends_at + shift
        change = difference(was, said(part, PLACE))
        if change[1]:
            changes[str(part.pk)] = change
    Session.objects.bulk_update(parts, ["day", "starts_at", "ends_at"])
    return changes


def _free_slug(edition: Edition, wished: str) -> str:
    """An address that no session of the edition has, as near as possible to the one wished for."""
    wished = wished[:SLUG_LENGTH].strip("-")
    taken = set(Session.objects.filter(edition=edition).values_list("slug", flat=True)) | RESERVED
    slug, number = wished, 1
    while slug in taken:
        number += 1
        slug = f"{wished[: SLUG_LENGTH - len(str(number)) - 1]}-{number}"
    return slug
