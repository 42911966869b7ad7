"""Tables of a programme: days, dates, rooms and merged cells come in as the items that they stand for."""

from io import BytesIO

import pytest
from docx import Document

from programme.outline.parsing import parse
from programme.outline.reading import read_outline_file


def items(text):
    """(date, start, title or number, kind) of every item, and the lines without a place."""
    reading = parse(text)
    found = [
        (f"{day.date:%d %b}", f"{item.starts:%H:%M}" if item.starts else "", item.title, item.kind)
        for day in reading.outline.days
        for item in day.items
    ]
    assert all(not item.children for day in reading.outline.days for item in day.items)
    return found, [gone.line for gone in reading.unplaced]


def docx_of(rows, *, merge=(), before=()):
    document = Document()
    for text in before:
        document.add_paragraph(text)
    table = document.add_table(len(rows), len(rows[0]))
    for r, row in enumerate(rows):
        for c, text in enumerate(row):
            table.cell(r, c).text = text
    for (r1, c1), (r2, c2) in merge:
        table.cell(r1, c1).merge(table.cell(r2, c2))
    file = BytesIO()
    document.save(file)
    return read_outline_file(file.getvalue())


def test_a_column_of_dates_before_the_times():
    rows = ("| Date | Time | Session |", "|---|---|---|", "| Mon 8 July 2024 | 9:00-9:30 | Opening |")
    text = "\n".join((*rows, "| | 10:00-11:00 | Plenary x |", "| Tue 9 July 2024 | 9:00-9:30 | Closing |"))
    assert items(text) == (
        [
            ("08 Jul", "09:00", "Opening", "ceremony"),
            ("08 Jul", "10:00", "Plenary x", "plenary"),
            ("09 Jul", "09:00", "Closing", "closing"),
        ],
        [],
    )


def test_a_date_first_needs_no_header():
    assert items("| Mon 8 July 2024 | 9:00-9:30 | Opening |") == (
        [("08 Jul", "09:00", "Opening", "ceremony")],
        [],
    )


def test_a_column_for_each_day_with_a_break_over_all_of_them():
    rows = [
        ["", "Mon 8 July 2024", "Tue 9 July 2024"],
        ["9:00-10:00", "Plenary A", "Plenary B"],
        ["10:00-10:30", "Coffee break", ""],
        ["10:30-12:00", "Workshop 1: Water", ""],
    ]
    found, unplaced = items(docx_of(rows, merge=[((2, 1), (2, 2))]))
    assert unplaced == []
    assert [entry[:3] for entry in found] == [
        ("08 Jul", "09:00", "Plenary A"),
        ("08 Jul", "10:00", "Coffee break"),
        ("08 Jul", "10:30", "Workshop 1"),
        ("09 Jul", "09:00", "Plenary B"),
        ("09 Jul", "10:00", "Coffee break"),
    ]


def test_a_column_for_each_room():
    rows = (
        "Monday, 8 July 2024: A",
        "",
        "| Time | Room A | Room B |",
        "|---|---|---|",
        "| 9:00-10:00 | Opening | |",
    )
    text = "\n".join((*rows, "| 10:00-11:00 | Workshop 1: X | Workshop 2: Y |"))
    reading = parse(text)
    assert [item.title for item in reading.outline.days[0].items] == ["Opening", "Workshop 1", "Workshop 2"]
    assert [item.description for item in reading.outline.days[0].items] == ["", "Room A", "Room B"]
    assert not reading.unplaced


def test_other_columns_are_no_rooms():
    text = "Monday, 8 July 2024: A\n\n| Time | Session | In charge |\n|---|---|---|\n| 9:00-10:00 | Opening | Ms Li |\n"
    (item,) = parse(text).outline.days[0].items
    assert (item.title, item.description) == ("Opening", "In charge: Ms Li")


def test_several_panels_in_one_cell_are_items_of_the_same_time():
    text = "Monday, 8 July 2024: A\n\n| 9:00-10:00 | Panel A: X<br>Panel B: Y<br>Panel C: Z |\n"
    assert [entry[1:3] for entry in items(text)[0]] == [("09:00", f"Panel {letter}") for letter in "ABC"]


def test_a_time_over_several_rows_stands_in_each_of_them():
    rows = [["Time", "Session"], ["9:00-10:00", "Workshop 1: X"], ["", "Workshop 2: Y"]]
    text = docx_of(rows, merge=[((1, 0), (2, 0))], before=["Monday, 8 July 2024: A"])
    assert [entry[1:3] for entry in items(text)[0]] == [("09:00", "Workshop 1"), ("09:00", "Workshop 2")]


def test_a_table_within_a_cell_is_read_once():
    document = Document()
    document.add_paragraph("Monday, 8 July 2024: A")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "9:00-10:00", "Panel A: Outer"
    inner = table.cell(0, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "innermost", "words"
    file = BytesIO()
    document.save(file)
    assert read_outline_file(file.getvalue()).count("innermost") == 1


def test_head_and_foot_of_the_pages_give_the_version_or_are_listed():
    document = Document()
    document.sections[0].header.paragraphs[0].text = "Version: 3 May 2024"
    document.sections[0].footer.paragraphs[0].text = "Sheet 1 of 2"
    document.add_paragraph("Monday, 8 July 2024: A")
    document.add_paragraph("9:00-10:00 Opening")
    file = BytesIO()
    document.save(file)
    reading = parse(read_outline_file(file.getvalue()))
    assert reading.outline.label == "Version: 3 May 2024"
    assert [gone.text for gone in reading.unplaced] == ["Page head or foot: Sheet 1 of 2"]
    assert [item.title for item in reading.outline.days[0].items] == ["Opening"]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Coffee 10:30-11:00", ("10:30", "Coffee")),
        ("Tea 11:00", ("11:00", "Tea")),
        ("Lunch, 12.30", ("12:30", "Lunch")),
        ("Dîner – 19h30", ("19:30", "Dîner")),
        ("Dinner - 7pm", ("19:00", "Dinner")),
        ("*14:00-15:00* — _Workshop 3: Water_", ("14:00", "Workshop 3")),
        ("**Session 1 | 09:00-10:00 | Opening words**", ("09:00", "Session 1: Opening words")),
    ],
)
def test_times_are_found_where_people_put_them(line, found):
    assert [entry[1:3] for entry in items(f"Monday, 8 July 2024: A\n\n{line}\n")[0]] == [found]


@pytest.mark.parametrize(
    "line",
    [
        "Doors open at 9:00",
        "Kaffee bis 11:00",
        "Room 2.10",
        "see also 12:00",
        "Moderated until 10 pm",
        "x://y 9:30",
    ],
)
def test_a_sentence_that_ends_with_a_time_is_no_item(line):
    assert [entry[1:3] for entry in items(f"Monday, 8 July 2024: A\n\n8:00-8:30 Welcome\n{line}\n")[0]] == [
        ("08:00", "Welcome")
    ]


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("Preliminary programme, version: 3 May 2024", "version: 3 May 2024"),
        ("PROVISIONAL AGENDA v3 (as of 2 May 2023)", "v3 (as of 2 May 2023)"),
    ],
)
def test_a_version_may_stand_behind_the_word_programme(line, label):
    assert parse(f"Academy\n{line}\n\nMonday, 8 July 2024: A\n").outline.label == label


def test_a_period_with_a_place_before_it_gives_the_year():
    text = "Academy\nLisbon & online | 8-9 July 2024\n\nMonday, 8 July: A\n9:00-10:00 Opening\n"
    assert [day.date.year for day in parse(text).outline.days] == [2024]


def test_what_is_numbered_with_a_letter_stands_side_by_side_in_its_session():
    text = "Monday, 8 July 2024: A\n\n11:00-12:30 Parallel sessions\n1A. Water\n1B. Air\n1C. Soil\n"
    (item,) = parse(text).outline.days[0].items
    assert [(child.kind, child.title) for child in item.children] == [
        ("panel", "1A. Water"),
        ("panel", "1B. Air"),
        ("panel", "1C. Soil"),
    ]


def test_a_star_after_a_word_and_one_line_with_a_star_are_a_footnote():
    text = (
        "Monday, 8 July 2024: A\n\n11:00-12:30 Closing*\n12:30-13:00 Break\n\n* Interpretation into French\n"
    )
    first, second = parse(text).outline.days[0].items
    assert (first.title, first.footnote, second.points) == ("Closing", "Interpretation into French", ())


def test_several_lines_with_stars_are_a_list():
    text = "Monday, 8 July 2024: A\n\n11:00-12:30 Closing*\n* Summary\n* Thanks\n"
    assert parse(text).outline.days[0].items[0].points == ("Summary", "Thanks")
