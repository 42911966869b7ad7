"""Writing an outline and reading it again gives the same outline, whatever stands in it; reading loses no line."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from programme.outline.completing import completed
from programme.outline.parsing import parse
from programme.outline.values import KINDS, Day, Item, Outline, Part, capitalised, joined, plain, plain_title
from programme.outline.writing import write

# Words that mean something to the reader of an outline, so that chance builds misleading texts from them.
TELLING = (
    "Part A", "Panel B:", "Workshop 3:", "two parallel groups", "11:30-12:00", "9 am", "1 February 2022", "Tuesday,",
    "Day 1:", "Aim:", "Hosts:", "Item:", "Description:", "Question: why?", "version: 1", "(25 min)", "¹", "[1]", "- ",
    "1. ", "# ", "| a | b |", "**bold**", "TBA", "Closing", "Workshop session", "Break", "?", ":", "(x)", "Pause",
    "Guiding questions:", "Kind: panel", "Title: x", "Montag, 7. März 2022", "---", "*", "_", "13.30-14.15", "\u2013",
    "| Mon 8 July 2024 | 9:00-9:30 | Welcome |", "| 9:00-9:30 | Panel A: x<br>Panel B: y |", "| Date | Time | Title |",
    "| | Mon 8 July 2024 | Tue 9 July 2024 |", "| 10:00-11:00 | a | b |", "| Time | Room A | Room B |", "| 9:00 | |",
    "Page head or foot: x", "Coffee 10:30-11:00", "Tea 11:00", "| | | Wed 10 July 2024 |",
)  # fmt: skip
words = st.one_of(
    st.sampled_from(TELLING),
    st.text(max_size=8),
    st.sampled_from(("housing", "Straße", "Égalité", "commitment", "İstanbul", "who", "2030")),
)
raw = st.lists(words, min_size=1, max_size=4).map(" ".join)
line = raw.map(plain).filter(bool)
title = raw.map(plain_title).filter(bool)
maybe_line = st.one_of(st.just(""), line)
maybe_title = st.one_of(st.just(""), title)
text = st.lists(line, max_size=2).map(joined)
minutes = st.one_of(st.none(), st.integers(1, 240))


@st.composite
def spans(draw: st.DrawFn) -> tuple[time | None, time | None]:
    """No times, a start, or a start and a later end."""
    start = draw(st.one_of(st.none(), st.integers(0, 23 * 60)))
    if start is None:
        return None, None
    length = draw(st.one_of(st.none(), st.integers(1, 59)))
    return _clock(start), None if length is None else _clock(start + length)


def _clock(minute: int) -> time:
    return (datetime(2022, 2, 1) + timedelta(minutes=minute)).time()  # noqa: DTZ001  # only its clock time counts


@st.composite
def parts(draw: st.DrawFn) -> tuple[Part, ...]:
    letters = draw(st.lists(st.sampled_from("ABCDEZ"), unique=True, max_size=3))
    return tuple(
        Part(
            letter,
            draw(st.one_of(st.just(""), raw.map(lambda t: capitalised(plain_title(t))).filter(_is_title))),
            draw(minutes),
            tuple(draw(st.lists(line, max_size=3))),
        )
        for letter in letters
    )


def _is_title(text: str) -> bool:
    return capitalised(plain_title(text)) == text


@st.composite
def items(draw: st.DrawFn, depth: int = 0) -> Item:
    starts, ends = draw(spans())
    kind = draw(st.sampled_from(KINDS))
    return Item(
        kind=kind,
        title=draw(title),
        subtitle=draw(maybe_title),
        starts=starts,
        ends=ends,
        minutes=draw(minutes),
        number=draw(st.one_of(st.none(), st.integers(1, 999))) if kind == "workshop" else None,
        hosts=draw(maybe_line),
        description=draw(text),
        aim=draw(maybe_line),
        footnote=draw(text),
        points=tuple(draw(st.lists(line, max_size=2))),
        questions=tuple(draw(st.lists(line, max_size=2))) if depth else (),
        parts=draw(parts()),
        children=tuple(draw(st.lists(items(depth + 1), max_size=2))) if depth < 2 else (),
    )


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    dates = draw(st.lists(st.dates(date(1900, 1, 1), date(2199, 12, 31)), unique=True, max_size=3))
    days = [
        Day(day, draw(maybe_title), draw(text), tuple(draw(st.lists(items(), max_size=3)))) for day in dates
    ]
    return Outline(
        label=draw(maybe_line),
        title=draw(maybe_line),
        subtitle=draw(maybe_line),
        motto=draw(maybe_title),
        introduction=draw(text),
        aims=draw(text),
        days=tuple(days),
    )


CALM = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@given(outlines())
@CALM
def test_reading_a_written_outline_gives_the_same_outline(outline):
    written = write(outline)
    reading = parse(written)
    assert reading.outline == outline
    assert reading.unplaced == ()


@given(outlines())
@CALM
def test_a_completed_outline_stays_the_same_when_it_is_written_read_and_completed_again(outline):
    whole = completed(outline)
    assert completed(whole) == whole
    assert completed(parse(write(whole)).outline) == whole


@given(st.lists(st.one_of(raw, st.just(""), st.sampled_from(TELLING)), max_size=30).map("\n".join))
@settings(max_examples=400, deadline=None)
def test_every_line_of_any_text_is_placed_or_listed_and_never_both(source):
    reading = parse(source)
    listed = [gone.line for gone in reading.unplaced]
    seen = [n for n, words in enumerate(reading.source, 1) if words.strip()]
    assert sorted([*reading.placed, *listed]) == seen


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_text_at_all_is_read_without_an_error(source):
    reading = parse(source)
    listed = [gone.line for gone in reading.unplaced]
    assert sorted([*reading.placed, *listed]) == [n for n, s in enumerate(reading.source, 1) if s.strip()]


def test_an_outline_is_written_as_people_write_it_where_that_says_the_same():
    outline = Outline(
        label="version: 3 May 2024",
        days=(
            Day(
                date(2024, 5, 6),
                "Housing",
                items=(
                    Item(
                        "workshop",
                        "Workshop 4",
                        "Rents",
                        time(9),
                        time(10, 30),
                        number=4,
                        parts=(Part("A", "Needs", None, ("Who pays?",)),),
                    ),
                    Item("break", "Break", starts=time(10, 30), ends=time(11)),
                ),
            ),
        ),
    )
    assert write(outline) == (
        "(version: 3 May 2024)\n\nMonday, 6 May 2024: Housing\n\n"
        "09:00-10:30 Workshop 4: Rents\nPart A: Needs\n- Who pays?\n\n10:30-11:00 Break\n"
    )


def test_a_title_that_would_be_read_as_something_else_gets_a_label():
    panel = Item("discussion", "Panel A: who pays?", starts=time(9), ends=time(10))
    outline = Outline(days=(Day(date(2024, 5, 6), items=(panel,)),))
    assert write(outline) == "Monday, 6 May 2024\n\n09:00-10:00 Item: Panel A: who pays?\nKind: discussion\n"


def test_a_part_whose_title_ends_like_a_length_keeps_it_as_its_title():
    part = Part("A", "Foo (25 min)", None, ())
    item = Item(kind="workshop", title="X", number=1, parts=(part,))
    outline = Outline(days=(Day(date(2022, 2, 1), items=(item,)),))
    assert parse(write(outline)).outline == outline
    read = parse("Tuesday, 1 February 2022\n\nWorkshop 1: X\nPart A: Foo (25 min)\n").outline
    assert read.days[0].items[0].parts == (Part("A", "Foo", 25, ()),)
