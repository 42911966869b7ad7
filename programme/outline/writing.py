"""An outline written as text that says the same when it is read again."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from programme.outline.heads import read_head
from programme.outline.hours import read_span
from programme.outline.parsing import parse
from programme.outline.values import Day, Item, Outline, Part, paragraphs
from programme.outline.wording import DURATION, LABEL, VERBATIM, kind_of

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def write(outline: Outline) -> str:
    """The outline as text: as people write it where that is read back as the same, else with labels.

    Each item is written both ways if need be: its own words first ("- Panel A: Frameworks"), and with labels ("- Item:
    …", "Kind: panel") if the words would be read as something else.
    """
    as_people = _written(outline, [_as_people_write(day) for day in outline.days])
    if parse(as_people).outline == outline:
        return as_people
    return _written(outline, [_labelled(day) for day in outline.days])


def _written(outline: Outline, days: list[list[str]]) -> str:
    blocks = [_preface(outline), *days]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _preface(outline: Outline) -> list[str]:
    """What stands before the first day, every line under its label."""
    lines = [
        f"{label}: {text}"
        for label, text in (
            ("Title", outline.title),
            ("Subtitle", outline.subtitle),
            ("Motto", outline.motto),
        )
        if text
    ]
    if outline.label:
        lines.append(
            f"({outline.label})" if LABEL.fullmatch(f"({outline.label})") else f"Label: {outline.label}"
        )
    lines += [f"Introduction: {text}" for text in paragraphs(outline.introduction)]
    return lines + [f"Aims: {text}" for text in paragraphs(outline.aims)]


def _head_of_day(day: Day) -> list[str]:
    """A title that starts like a time, which would be read as an item, stands on a line of its own."""
    head = f"{_WEEKDAYS[day.date.weekday()]}, {_date(day.date)}"
    if read_span(day.title):
        return [head, f"Title: {day.title}"]
    return [f"{head}: {day.title}" if day.title else head]


def _date(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year:04}"


def _labelled(day: Day) -> list[str]:
    lines = _head_of_day(day) + [f"Description: {text}" for text in paragraphs(day.description)]
    for item in day.items:
        lines += ["", *_labelled_item(item, None)]
    return lines


def _as_people_write(day: Day) -> list[str]:
    """A day with each item in its own words, where these are read back as the item."""
    lines = _head_of_day(day)
    natural = [*lines, *(line for text in paragraphs(day.description) for line in ("", text))]
    labelled = lines + [f"Description: {text}" for text in paragraphs(day.description)]
    bare = Day(day.date, day.title, day.description)
    lines = natural if _reads_as(natural, bare) else labelled
    for item in day.items:
        words = list(_natural_item(item, None))
        fits = _reads_as([*_head_of_day(day), "", *words], Day(day.date, day.title, items=(item,)))
        lines = [*lines, "", *(words if fits else _labelled_item(item, None))]
    return lines


def _reads_as(lines: list[str], day: Day) -> bool:
    return parse("\n".join(lines)).outline.days == (day,)


def _times(item: Item) -> str:
    if item.starts is None:
        return ""
    return f"{item.starts:%H:%M}-{item.ends:%H:%M} " if item.ends else f"{item.starts:%H:%M} "


# --- With labels: every line is read exactly as it is written ---------------------------------------------------------


def _labelled_item(item: Item, depth: int | None) -> Iterator[str]:
    """The lines of an item; `depth` is None for one that is in no other."""
    indent = "  " * (depth or 0)
    start = (_times(item) or "TBA ") if depth is None else f"{indent}- {_times(item)}"
    inner = indent if depth is None else f"{indent}  "
    yield f"{start}{VERBATIM}{item.title}"
    yield f"{inner}Kind: {item.kind}"
    yield from (
        f"{inner}{label}: {text}"
        for label, text in (
            ("Number", item.number),
            ("Minutes", item.minutes),
            ("Subtitle", item.subtitle),
            ("Aim", item.aim),
            ("Hosts", item.hosts),
        )
        if text
    )
    yield from (f"{inner}Description: {text}" for text in paragraphs(item.description))
    yield from (f"{inner}Point: {text}" for text in item.points)
    yield from (f"{inner}Question: {text}" for text in item.questions)
    yield from (f"{inner}Footnote: {text}" for text in paragraphs(item.footnote))
    for part in item.parts:
        yield f"{inner}Part {part.letter}{_length(part)}{f': {part.title}' if part.title else ''}"
        yield from (f"{inner}- Question: {text}" for text in part.questions)
    for child in item.children:
        yield from _labelled_item(child, 0 if depth is None else depth + 1)


def _length(part: Part) -> str:
    """The minutes of a part; a title that ends like them is kept from being read as them by none at all."""
    if part.minutes:
        return f" ({part.minutes} min)"
    return " (0 min)" if DURATION.search(part.title) else ""


# --- In its own words -------------------------------------------------------------------------------------------------


def _natural_item(item: Item, depth: int | None) -> Iterator[str]:
    indent = "  " * (depth or 0)
    start = _times(item) if depth is None else f"{indent}- {_times(item)}"
    inner = partial(_under, indent if depth is None else f"{indent}  ")
    yield f"{start or 'TBA '}{_natural_title(item)}"
    head = read_head(_natural_title(item))
    yield from inner(("Kind: " + item.kind,) if item.kind != head.kind else ())
    yield from inner((f"Number: {item.number}",) if item.number and item.number != head.number else ())
    yield from inner((f"Subtitle: {item.subtitle}",) if item.subtitle != head.subtitle else ())
    yield from inner((f"Aim: {item.aim}",) if item.aim else ())
    yield from inner((f"Hosts: {item.hosts}",) if item.hosts and item.hosts != head.hosts else ())
    yield from inner(_prose(item))
    yield from inner(f"- {text}" for text in item.points)
    yield from inner(f"Question: {text}" for text in item.questions)
    yield from inner(f"Footnote: {text}" for text in paragraphs(item.footnote))
    for part in item.parts:
        yield from inner((f"Part {part.letter}{_length(part)}{f': {part.title}' if part.title else ''}",))
        yield from inner(f"- {text}" for text in part.questions)
    for child in item.children:
        yield from _natural_item(child, 0 if depth is None else depth + 1)


def _under(indent: str, lines: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    return (f"{indent}{line}" for line in lines)


def _prose(item: Item) -> Iterator[str]:
    """Each paragraph of the description, set apart from what stands before it; a closing reads short ones as points."""
    for text in paragraphs(item.description):
        yield from (f"Description: {text}",) if item.kind == "closing" else ("", text)


def _natural_title(item: Item) -> str:
    """The title with what may stand beside it: a designation with its subtitle, a length."""
    title = item.title
    for beside in (f"{title}: {item.subtitle}", title) if item.subtitle else (title,):
        length = f" ({item.minutes} min)" if item.minutes else ""
        head = read_head(beside + length)
        if (head.title, head.minutes) == (title, item.minutes) and head.subtitle in {"", item.subtitle}:
            return beside + length
    return title if kind_of(title) else f"{VERBATIM}{title}"
