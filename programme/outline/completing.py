"""What an outline leaves to be understood, added: times of parallel groups, parts of a series, a day's conference."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from programme.outline.likeness import key_of
from programme.outline.values import Day, Item, Outline, Part, joined, plain_title

_CONFERENCE = re.compile(
    r".*?\b(?:conference|conférence|\w*konferenz)\b.*?"
    r"(?=\s+(?:to|for|on|of|with|zur|zum|für|über|pour|sur|avec)\s|\s?[:–—,(]|$)",
    re.IGNORECASE,
)
SUBTITLE_LENGTH = 200


def completed(outline: Outline) -> Outline:
    """The outline with what it leaves to be understood; completing it again changes nothing.

    - Groups and parallel workshops have the times of what they are in; a start and a length give an end.
    - A workshop number stands for one workshop: the first that has it.
    - A workshop in parallel groups without parts has the parts of the others, if these all have the same ones.
    - Questions that stand in no part of a workshop are a part of their own.
    - A day without items whose title speaks of a conference is that conference.
    - The aim of what is no workshop is its subtitle, or the start of its description.
    """
    numbers: set[int] = set()
    series = _series(outline)
    days = tuple(
        replace(
            day, items=tuple(_item(item, None, numbers, series) for item in day.items) or _conference(day)
        )
        for day in outline.days
    )
    return replace(outline, days=days)


def _series(outline: Outline) -> tuple[Part, ...]:
    """The parts that all workshops in parallel groups have, without their questions; none if they differ."""
    found = {
        tuple(replace(part, questions=()) for part in item.parts)
        for item in outline.walk()
        if _is_in_groups(item) and item.parts
    }
    return found.pop() if len(found) == 1 else ()


def _is_in_groups(item: Item) -> bool:
    return item.is_workshop and item.number is not None and any(c.kind == "group" for c in item.children)


def _item(item: Item, parent: Item | None, numbers: set[int], series: tuple[Part, ...]) -> Item:
    if parent and item.kind in {"group", "workshop"} and item.starts is None and item.ends is None:
        item = replace(item, starts=parent.starts, ends=parent.ends)
    if item.number is not None and (item.number in numbers or not item.is_workshop):
        item = replace(item, number=None)
    numbers.update({item.number} if item.number is not None else ())
    item = _with_end(_with_parts(item, series))
    if item.aim and not item.is_workshop:
        item = _with_aim_elsewhere(item)
    return replace(item, children=tuple(_item(child, item, numbers, series) for child in item.children))


def _with_end(item: Item) -> Item:
    if not (item.starts and item.minutes and item.ends is None):
        return item
    # The date is of no account: it only carries the time past the hour.
    ends = datetime.combine(date.min, item.starts) + timedelta(minutes=item.minutes)
    return replace(item, ends=ends.time(), minutes=None)


def _with_parts(item: Item, series: tuple[Part, ...]) -> Item:
    if item.is_workshop and item.questions:
        letters = {part.letter for part in item.parts}
        letter = next(letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ?" if letter not in letters)
        if letter == "?":
            return replace(item, points=(*item.points, *item.questions), questions=())
        return replace(
            item,
            parts=(*item.parts, Part(letter, _("Guiding questions"), None, item.questions)),
            questions=(),
        )
    if series and _is_in_groups(item) and not item.parts:
        return replace(item, parts=series)
    return item


def _with_aim_elsewhere(item: Item) -> Item:
    if not item.subtitle and len(item.aim) <= SUBTITLE_LENGTH:
        return replace(item, subtitle=plain_title(item.aim), aim="")
    texts = [text for text in (item.aim, item.description) if text]
    return replace(item, description=joined(texts), aim="")


def _conference(day: Day) -> tuple[Item, ...]:
    """ "High-level conference to present the results" is an item of that name on a day without others."""
    match = _CONFERENCE.match(day.title)
    return (Item("conference", match[0], lines=day.lines[:1]),) if match else ()


# --- Strands ----------------------------------------------------------------------------------------------------------


@dataclass
class Theme:
    """A theme that a day and the workshops on it share."""

    title: str
    words: set[str] = field(default_factory=set)


def strand_titles(outline: Outline) -> dict[tuple[int, ...], str]:
    """The strand of each day and each workshop, by its place: {(day,): title, (day, item, …): title}.

    A day with one workshop has the theme of that workshop; the theme is named by the title that stands elsewhere too,
    else by the workshop's. Parallel workshops belong to the theme that is named like them; the day has no strand.
    """
    themes: list[Theme] = []
    titles: dict[tuple[int, ...], Theme] = {}
    places = [
        [(place, item) for place, item in _places(day.items, (n,)) if item.is_workshop]
        for n, day in enumerate(outline.days)
    ]
    for n, workshops in enumerate(places):
        if len(workshops) == 1:
            place, item = workshops[0]
            titles[place] = titles[n,] = _theme(themes, (theme_of(item), outline.days[n].title))
    for workshops in places:
        for place, item in workshops if len(workshops) > 1 else ():
            title = theme_of(item)
            theme = titles[place] = _theme(themes, (title,))
            theme.title = title if key_of(theme.title) != key_of(title) else theme.title
    return {place: theme.title for place, theme in titles.items()}


def theme_of(item: Item) -> str:
    """What a workshop is about: "Drivers" in "Workshop 1: Drivers"."""
    return item.subtitle or item.title


def _theme(themes: list[Theme], names: tuple[str, ...]) -> Theme:
    words = {key_of(name) for name in names if key_of(name)}
    found = next((theme for theme in themes if theme.words & words), None)
    if not found:
        found = Theme(names[0])
        themes.append(found)
    found.words |= words
    return found


def _places(items: Iterable[Item], above: tuple[int, ...]) -> Iterable[tuple[tuple[int, ...], Item]]:
    for n, item in enumerate(items):
        yield (*above, n), item
        yield from _places(item.children, (*above, n))
