"""The frame of the draft: its days and its strands, added, changed and taken out. For organisers."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models.deletion import ProtectedError
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid
from academy.models import Edition, User
from programme.edits import (
    ALONG,
    OfAnotherEdition,
    Said,
    begin,
    difference,
    insist_on_fields,
    insist_on_state,
    named,
    note,
    said,
    tidied,
)
from programme.local_times import clock_of, moment_at
from programme.models import Day, Edit, Session, Strand

DAY_TEXTS = ("title", "short_title", "aim")
STRAND_TEXTS = ("title", "short_title")
AIM_LENGTH, SLUG_LENGTH = 4_000, 40
# A day further away than this is a slip of the keys.
FAR_AWAY = timedelta(days=366)


class DateTaken(DomainError):
    """The programme has a day on this date."""

    message = gettext_lazy("The programme has a day on this date already.")


class NotEmpty(DomainError):
    """Something belongs to the day or the strand that should go."""


@transaction.atomic
def add_day(edition: Edition, *, date: date, title: str, by: User | None, **fields: Any) -> Day:
    """Add a day to the programme; its address is "day-" and the next free number.

    Args:
        fields: `short_title`, `colour`, `strand`, `aim`.

    Raises:
        NotAllowed, Invalid, DateTaken, OfAnotherEdition
    """
    edition = begin(edition, by=by)
    day = Day(edition=edition)
    _set(day, DAY_TEXTS, {"date": date, "title": title, **fields})
    _insist_on_sense_of_day(day)
    numbers = [0, *edition.days.values_list("slug", flat=True)]
    day.slug = next(slug for n in range(1, len(numbers) + 1) if (slug := f"day-{n}") not in numbers)
    day.save(force_insert=True)
    words = _("Day added: %(title)s") % {"title": named(day.title)}
    note(edition, day, "day added", before={}, after=said(day), words=words, by=by)
    return day


@transaction.atomic
def change_day(day: Day, *, state: str | None = None, by: User | None, **fields: Any) -> Edit | None:
    """Change what a day is called, its strand, or its date: then its sessions go along, at the same clock times.

    Raises:
        NotAllowed, Invalid, DateTaken, OfAnotherEdition, Overtaken
        NoSuchTime, TwiceThatTime: the clocks change over a session on the new date.
    """
    edition = begin(day.edition, by=by)
    row = Day.objects.select_for_update(of=("self",)).select_related("edition").get(pk=day.pk)
    insist_on_state(row, state)
    was, old_date = said(row), row.date
    _set(row, DAY_TEXTS, fields)
    _insist_on_sense_of_day(row)
    before, after = difference(was, said(row))
    if not after:
        return None
    row.save()
    if row.date != old_date:
        along = _carry_sessions(row, old_date)
        if along:
            before[ALONG] = {key: change[0] for key, change in along.items()}
            after[ALONG] = {key: change[1] for key, change in along.items()}
    words = _("Day changed: %(title)s") % {"title": named(row.title)}
    return note(edition, row, "day changed", before=before, after=after, words=words, by=by)


@transaction.atomic
def take_out_day(day: Day, *, by: User | None) -> Edit:
    """Take an empty day out. Sessions that were taken out of it before wait on a day beside it instead.

    Raises:
        NotAllowed
        NotEmpty: it has sessions, or thoughts on the day were kept.
    """
    edition = begin(day.edition, by=by)
    row = Day.objects.select_for_update(of=("self",)).select_related("edition").get(pk=day.pk)
    if Session.objects.planned().filter(day=row).exists():
        raise NotEmpty(_("This day has sessions. Move them to another day or take them out first."))
    waiting, along = Session.objects.filter(day=row), {}
    if waiting.exists():
        others = sorted(edition.days.exclude(pk=row.pk), key=lambda other: abs(other.date - row.date))
        if not others:
            raise NotEmpty(
                _("Sessions that were taken out still belong to this day, and there is no other day.")
            )
        along = {str(key): str(others[0].pk) for key in waiting.values_list("pk", flat=True)}
        waiting.update(day=others[0])
    words = _("Day taken out: %(title)s") % {"title": named(row.title)}
    return _remove(edition, row, "day taken out", along, words=words, by=by)


@transaction.atomic
def add_strand(edition: Edition, *, title: str, by: User | None, **fields: Any) -> Strand:
    """Add a strand after the others; its address comes from its short title.

    Args:
        fields: `short_title`, `colour`.

    Raises:
        NotAllowed, Invalid
    """
    edition = begin(edition, by=by)
    strand = Strand(edition=edition)
    _set(strand, STRAND_TEXTS, {"title": title, **fields})
    _insist_on_titles(strand)
    others = list(edition.strands.order_by("position"))
    strand.position = others[-1].position + 1 if others else 0
    taken = {other.slug for other in others}
    wished = (slugify(strand.short_title) or "strand")[: SLUG_LENGTH - 4].strip("-")
    strand.slug = next(
        slug for n in range(1, len(taken) + 2) if (slug := wished if n == 1 else f"{wished}-{n}") not in taken
    )
    strand.save(force_insert=True)
    words = _("Strand added: %(title)s") % {"title": named(strand.title)}
    note(edition, strand, "strand added", before={}, after=said(strand), words=words, by=by)
    return strand


@transaction.atomic
def change_strand(strand: Strand, *, state: str | None = None, by: User | None, **fields: Any) -> Edit | None:
    """Change the titles or the colour of a strand.

    Raises:
        NotAllowed, Invalid, Overtaken
    """
    edition = begin(strand.edition, by=by)
    row = Strand.objects.select_for_update(of=("self",)).select_related("edition").get(pk=strand.pk)
    insist_on_state(row, state)
    was = said(row)
    _set(row, STRAND_TEXTS, fields)
    _insist_on_titles(row)
    before, after = difference(was, said(row))
    if not after:
        return None
    row.save()
    words = _("Strand changed: %(title)s") % {"title": named(row.title)}
    return note(edition, row, "strand changed", before=before, after=after, words=words, by=by)


@transaction.atomic
def take_out_strand(strand: Strand, *, by: User | None) -> Edit:
    """Take a strand out to which nothing belongs.

    Raises:
        NotAllowed
        NotEmpty: days, sessions, workshops or sections of the document belong to it.
    """
    edition = begin(strand.edition, by=by)
    row = Strand.objects.select_for_update(of=("self",)).get(pk=strand.pk)
    words = _("Strand taken out: %(title)s") % {"title": named(row.title)}
    return _remove(edition, row, "strand taken out", {}, words=words, by=by)


def _remove(
    edition: Edition, row: Day | Strand, verb: str, along: dict[str, str], *, words: str, by: User | None
) -> Edit:
    """Delete a row; `along` are the sessions that went to another day before, each with that day."""
    was, key = said(row), row.pk
    try:
        row.delete()
    except ProtectedError as error:
        kinds = sorted({str(type(one)._meta.verbose_name_plural) for one in error.protected_objects})
        raise NotEmpty(
            _("%(title)s cannot be taken out, because this belongs to it: %(what)s.")
            % {"title": named(row.title), "what": ", ".join(kinds)}
        ) from error
    row.pk = key
    after: Said = {}
    if along:
        was[ALONG] = {session: {"day": str(key)} for session in along}
        after[ALONG] = {session: {"day": day} for session, day in along.items()}
    return note(edition, row, verb, before=was, after=after, words=words, by=by)


def _set(row: Day | Strand, texts: tuple[str, ...], fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if isinstance(value, Strand) and value.edition_id != row.edition_id:
            raise OfAnotherEdition
        setattr(row, name, tidied(value) if name in texts else value)


def _insist_on_titles(row: models.Model) -> None:
    insist_on_fields(row, skip=("slug",))


def _insist_on_sense_of_day(day: Day) -> None:
    _insist_on_titles(day)
    if len(day.aim) > AIM_LENGTH:
        raise Invalid(_("A text can have at most %(limit)s characters.") % {"limit": AIM_LENGTH})
    edition = day.edition
    if not edition.starts - FAR_AWAY <= day.date <= edition.ends + FAR_AWAY:
        raise Invalid(
            _("This date is more than a year away from the academy (%(starts)s to %(ends)s).")
            % {"starts": edition.starts, "ends": edition.ends}
        )
    if Day.objects.filter(edition=day.edition, date=day.date).exclude(pk=day.pk).exists():
        raise DateTaken


def _carry_sessions(day: Day, old_date: date) -> dict[str, tuple[Said, Said]]:
    """Move the sessions of a day to its new date; those that stood on another date keep their distance to it."""
    zone = ZoneInfo(day.edition.time_zone)

    def shifted(moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        on = day.date + (moment.astimezone(zone).date() - old_date)
        try:
            return moment_at(on, clock_of(moment, zone), zone)
        except Invalid as error:
            raise Invalid(f"{date_format(on, 'j F Y')}: {error}") from error

    changes: dict[str, tuple[Said, Said]] = {}
    sessions = list(Session.objects.filter(day=day).exclude(starts_at=None))
    for session in sessions:
        was = said(session, ("starts_at", "ends_at"))
        session.starts_at, session.ends_at = shifted(session.starts_at), shifted(session.ends_at)
        changes[str(session.pk)] = difference(was, said(session, ("starts_at", "ends_at")))
    Session.objects.bulk_update(sessions, ["starts_at", "ends_at"])
    return changes
