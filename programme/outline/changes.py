"""What an outline says otherwise than a draft, field by field."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from programme.outline.content import text_of
from programme.outline.likeness import match_questions
from programme.outline.plans import Change
from programme.outline.values import Day, Item, Part, plain_title

_TEXTS = (
    "title",
    "kind",
    "subtitle",
    "description",
    "hosts",
    "footnote",
    "points",
    "minutes",
    "starts",
    "ends",
)


def day_changes(day: Day, there: dict[str, Any]) -> tuple[Change, ...]:
    """What the outline says otherwise of a day."""
    pairs = (
        ("date", there["date"], day.date.isoformat()),
        ("title", plain_title(there["title"]), day.title),
        ("description", text_of(there["aim"]), day.description),
    )
    return tuple(Change(name, was, now) for name, was, now in pairs if now and now != was)


def stored_points(item: Item) -> tuple[str, ...]:
    """What stands as points in a session: questions that belong to no workshop too."""
    return item.points if item.is_workshop else (*item.points, *item.all_questions)


def length_of(item: Item) -> timedelta | None:
    """How long an item lasts; one that ends before it starts ends on the next day."""
    if not (item.starts and item.ends):
        return None
    starts, ends = (datetime.combine(date(2000, 1, 1), moment) for moment in (item.starts, item.ends))
    return ends - starts if ends > starts else ends + timedelta(days=1) - starts


def item_changes(new: Item, old: Item) -> Iterator[Change]:
    """What the outline says otherwise than the draft."""
    for name in _TEXTS:
        now = stored_points(new) if name == "points" else getattr(new, name)
        was = getattr(old, name)
        if now and now != was:
            yield Change(name, said(was), said(now))
    if not new.is_workshop:
        return
    if new.number and new.number != old.number:
        yield Change("number", said(old.number), said(new.number))
    if new.aim and plain_title(new.aim) != old.aim:
        yield Change("aim", old.aim, new.aim)
    yield from _changed_parts(new.parts, {part.letter: part for part in old.parts})


def _changed_parts(parts: tuple[Part, ...], there: dict[str, Part]) -> Iterator[Change]:
    for part in parts:
        was = there.get(part.letter)
        if was is None:
            yield Change("part", "", f"{part.letter}: {part.title}")
            continue
        if part.title and part.title != was.title:
            yield Change("part", f"{part.letter}: {was.title}", f"{part.letter}: {part.title}")
        if part.minutes and part.minutes != was.minutes:
            yield Change("part", f"{part.letter}: {was.minutes}", f"{part.letter}: {part.minutes}")
        kept = match_questions(was.questions, part.questions)
        for question, old in zip(part.questions, kept, strict=True):
            if old is None or was.questions[old] != question:
                yield Change("question", "" if old is None else was.questions[old], question)
        if part.questions and None not in kept and kept != list(range(len(kept))):
            yield Change("order", "", "")


def said(value: Any) -> str:
    """A value in words."""
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return "; ".join(value)
    return f"{value:%H:%M}" if hasattr(value, "hour") else str(value)
