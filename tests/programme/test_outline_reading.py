"""Outlines in other habits: every line is accounted for, and dates, times and titles are understood."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from programme.outline.completing import completed
from programme.outline.content import as_json
from programme.outline.dates import read_day_head
from programme.outline.hours import read_span, read_trailing_span
from programme.outline.parsing import parse
from programme.outline.reading import read_outline_file
from tests.programme.outlines.making import french_docx

OUTLINES = Path(__file__).parent / "outlines"


def read(name: str):
    content = french_docx() if name.endswith(".docx") else (OUTLINES / name).read_bytes()
    return parse(read_outline_file(content))


def short(item):
    """An item in short: times, kind, title, and what is in it."""
    times = f"{item.starts:%H:%M}" if item.starts else ""
    times += f"-{item.ends:%H:%M}" if item.ends else ""
    inside = [short(child) for child in item.children]
    return (times, item.kind, item.title, *([inside] if inside else []))


def all_days(reading):
    return {
        (day.date.isoformat(), day.title): [short(item) for item in day.items]
        for day in completed(reading.outline).days
    }


GERMAN = {
    ("2022-03-07", "Wohnen"): [
        ("09:00-09:30", "ceremony", "Begrüßung"),
        ("09:30-10:30", "plenary", "Plenum"),
        ("10:30-11:00", "break", "Kaffeepause"),
        (
            "11:00-12:30",
            "workshop",
            "Arbeitsgruppe 1",
            [("11:00-12:30", "group", "Gruppe 1"), ("11:00-12:30", "group", "Gruppe 2")],
        ),
        ("12:30", "break", "Mittagessen"),
    ],
    ("2022-03-08", "Schule"): [
        ("09:00-10:00", "panel", "Podium A"),
        (
            "10:15-11:00",
            "roundtable",
            "Runde Tische",
            [("", "roundtable", "Runder Tisch 1"), ("", "roundtable", "Runder Tisch 2")],
        ),
        ("11:00", "closing", "Abschluss"),
    ],
    ("2022-03-09", "Abschlusskonferenz"): [("", "conference", "Abschlusskonferenz")],
}
ENGLISH = {
    ("2023-10-03", "Work"): [
        ("09:00-09:30", "ceremony", "Welcome"),
        (
            "09:30-11:00",
            "panel",
            "Panel discussion",
            [("", "panel", "Panel A"), ("", "panel", "Panel B")],
        ),
        ("11:00", "break", "Coffee"),
        ("11:30-13:00", "workshop", "Workshop 1"),
        ("13:00", "break", "Lunch"),
    ],
    ("2023-10-04", "Noise"): [
        ("09:00-10:15", "plenary", "Keynote"),
        ("10:15-10:45", "break", "Break"),
        ("10:45-12:00", "workshop", "Workshop 2"),
    ],
    ("2023-10-05", "Arrivals"): [
        (
            "13:30-15:00",
            "workshop",
            "Workshops",
            [
                ("13:30-15:00", "workshop", "Workshop 3"),
                ("13:30-15:00", "workshop", "Workshop 4"),
                ("13:30-15:00", "workshop", "Workshop 5"),
            ],
        ),
        ("15:00-15:20", "closing", "Closing"),
    ],
}
FRENCH = {
    ("2023-06-01", "L’eau"): [
        ("09:00-09:30", "ceremony", "Accueil"),
        ("09:30-10:45", "plenary", "Séance plénière A"),
        ("10:45-11:00", "break", "Pause"),
        ("11:00-12:30", "workshop", "Atelier 1"),
        ("12:30", "break", "Déjeuner"),
    ],
    ("2023-06-02", "L’air"): [
        ("09:15-10:00", "roundtable", "Table ronde 1"),
        ("10:00-11:00", "closing", "Clôture"),
    ],
    ("2023-06-03", "Conférence finale"): [("", "conference", "Conférence finale")],
}


@pytest.mark.parametrize(
    ("name", "days", "label"),
    [
        ("werkstatt.txt", GERMAN, "Fassung: 12. Jänner 2022"),
        ("harbour.md", ENGLISH, "Draft 2 of August 21, 2023"),
        ("leau.docx", FRENCH, "version du 4 avril 2023"),
    ],
)
def test_an_outline_in_other_habits_is_understood(name, days, label):
    reading = read(name)
    assert all_days(reading) == days
    assert reading.outline.label == label


@pytest.mark.parametrize(
    ("name", "unplaced"),
    [("werkstatt.txt", []), ("harbour.md", [13, 15, 49]), ("leau.docx", [])],
)
def test_every_line_is_placed_or_listed_with_its_number(name, unplaced):
    reading = read(name)
    said = as_json(reading)
    listed = [gone["line"] for gone in said["unplaced"]]
    assert listed == unplaced
    assert sorted([*said["placed_lines"], *listed]) == [
        n for n, line in enumerate(reading.source, 1) if line.strip()
    ]
    assert [gone["text"] for gone in said["unplaced"]] == [reading.source[n - 1] for n in unplaced]


def test_parts_questions_footnotes_and_hosts_stand_where_they_belong():
    workshop = read("werkstatt.txt").outline.days[0].items[3]
    assert [(part.letter, part.title, part.questions) for part in workshop.parts] == [
        (
            "A",
            "Hindernisse",
            ("Wer weiß, welche Wohnungen leer stehen?", "Was hält Eigentümerinnen vom Vermieten ab?"),
        ),
        ("B", "Wege", ("Welche Abgaben wirken?",)),
    ]
    assert workshop.footnote == "Gemeint sind Wohnungen, die länger als ein Jahr nicht bewohnt werden."
    assert workshop.subtitle == "Leerstand"
    french = read("leau.docx").outline.days[0].items
    assert [item.hosts for item in french] == ["La maire", "Trois élues", "", "", ""]
    assert french[3].parts[0].questions == ("Où l’eau manque-t-elle en été ?", "Qui répare ?")


def test_questions_without_a_part_become_a_part_of_their_own():
    whole = completed(read("harbour.md").outline)
    assert [(part.letter, len(part.questions)) for part in whole.days[0].items[3].parts] == [("A", 2)]


@pytest.mark.parametrize(
    ("text", "day", "title"),
    [
        ("Tuesday, 1 February 2022: Drivers", date(2022, 2, 1), "Drivers"),
        ("Tuesday 1st of February 2022 – Drivers", date(2022, 2, 1), "Drivers"),
        ("Feb 1, 2022 | Drivers", date(2022, 2, 1), "Drivers"),
        ("Tue, Feb. 1 2022", date(2022, 2, 1), ""),
        ("2022-02-01 Drivers", date(2022, 2, 1), "Drivers"),
        ("Day 1: Tuesday, 1 February 2022: Drivers", date(2022, 2, 1), "Drivers"),
        ("Day 1 (1 February 2022): Drivers", date(2022, 2, 1), "Drivers"),
        ("Day 1 – Drivers (1 February 2022)", date(2022, 2, 1), "Drivers"),
        ("Dienstag, 1. Februar 2022 – Antrieb", date(2022, 2, 1), "Antrieb"),
        ("Di, 1.2.2022: Antrieb", date(2022, 2, 1), "Antrieb"),
        ("01.02.22 Antrieb", date(2022, 2, 1), "Antrieb"),
        ("Mardi 1er février 2022 : Moteurs", date(2022, 2, 1), "Moteurs"),
        ("Le mardi 1 février 2022", None, ""),
        ("1/2/2022 Drivers", date(2022, 2, 1), "Drivers"),
        ("13.30-14.15 Introduction", None, ""),
        ("1 – 8 February 2022", None, ""),
        ("1 February to 8 February 2022", None, ""),
        ("4 February is for networking, and everybody is invited to it.", None, ""),
        ("On 4 February people meet", None, ""),
        ("May we begin?", None, ""),
    ],
)
def test_the_head_of_a_day_is_told_from_other_lines(text, day, title):
    head = read_day_head(text, stands_out=False)
    found = head.dated.resolve(year=None, month_first=False) if head else None
    assert (found, head.title if head else "") == (day, title)


@pytest.mark.parametrize(
    ("text", "times", "rest"),
    [
        ("11:30-12:00 **Opening**", "11:30-12:00", "**Opening**"),
        ("13.30-14.15 Opening", "13:30-14:15", "Opening"),
        ("9:00 am - 10:30 am: Opening", "09:00-10:30", "Opening"),
        ("9–10:30 am Opening", "09:00-10:30", "Opening"),
        ("11:30-1:00 pm Lunch", "11:30-13:00", "Lunch"),
        ("12:15 a.m. to 1 a.m. Night", "00:15-01:00", "Night"),
        ("9h30 à 11h Ouverture", "09:30-11:00", "Ouverture"),
        ("von 9 bis 10 Uhr Plenum", "09:00-10:00", "Plenum"),
        ("9 Uhr Plenum", "09:00-", "Plenum"),
        ("0930-1000 Opening", "09:30-10:00", "Opening"),
        ("11 am to 12 noon Talk", "11:00-12:00", "Talk"),
        ("22:00-01:00 Night walk", "22:00-01:00", "Night walk"),
        ("TBA Opening", "-", "Opening"),
        ("14:00 - Opening", "14:00-", "Opening"),
        ("09:00-10:00 CET | Opening", "09:00-10:00", "Opening"),
    ],
)
def test_times_are_read_as_people_write_them(text, times, rest):
    span, after = read_span(text)
    said = f"{span.starts:%H:%M}" if span.starts else ""
    assert f"{said}-{f'{span.ends:%H:%M}' if span.ends else ''}" == times
    assert (after, span.problem) == (rest, "")


@pytest.mark.parametrize(
    "text",
    ["2021-2022 was long", "10-12 people", "3 workshops", "50% of them", "10:30x", "2 to 3 steps", "1. Open"],
)
def test_what_is_no_time_is_not_read_as_one(text):
    assert read_span(text) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("25:00-26:00 Talk", "this is no time of day"),
        ("10:75 Talk", "this is no time of day"),
        ("14:00-13:00 Talk", "it ends before it starts"),
        ("10:00-10:00 Talk", "it ends before it starts"),
    ],
)
def test_times_that_cannot_be_are_said_to_be_wrong(text, problem):
    assert read_span(text)[0].problem == problem


def test_times_may_stand_behind_the_title():
    span, title = read_trailing_span("Opening ceremony (9:00–9:30)")
    assert (f"{span.starts:%H:%M}", f"{span.ends:%H:%M}", title) == ("09:00", "09:30", "Opening ceremony")
    assert read_trailing_span("We walk from the harbour to the hall") is None


def test_figures_mean_day_first_unless_a_weekday_or_a_figure_says_otherwise():
    american = "Wed 03/09/2022: A\n\n03/10/2022: B\n"
    assert [day.date for day in parse(american).outline.days] == [date(2022, 3, 9), date(2022, 3, 10)]
    other = "03/09/2022: A\n"
    assert [day.date for day in parse(other).outline.days] == [date(2022, 9, 3)]


def test_dates_without_a_year_take_that_of_the_outline_or_the_one_that_is_given():
    assert parse("1 – 2 May 2024\n\nWednesday, 1 May: A\n").outline.days[0].date == date(2024, 5, 1)
    assert parse("Wednesday, 1 May: A\n", year=2030).outline.days[0].date == date(2030, 5, 1)
    lost = parse("Wednesday, 1 May: A\n09:00-10:00 Talk\n")
    assert [(gone.line, gone.reason) for gone in lost.unplaced] == [
        (1, "the year of this date is said nowhere"),
        (2, "it belongs to line 1, which was not placed"),
    ]


def test_a_day_that_does_not_exist_takes_its_sessions_with_it_and_not_those_of_the_next_day():
    source = "30 February 2022: X\n09:00-10:00 Talk\n1 March 2022: Y\n09:00-10:00 Lecture\n"
    reading = parse(source)
    assert [gone.line for gone in reading.unplaced] == [1, 2]
    assert [(day.title, len(day.items)) for day in reading.outline.days] == [("Y", 1)]


def test_lines_below_a_line_that_was_not_placed_do_not_go_to_the_session_above():
    source = "1 March 2022: Y\n09:00-10:00 Lecture\n25:00-26:00 Talk\nA long walk.\n11:00-12:00 Closing\n"
    reading = parse(source)
    assert [gone.line for gone in reading.unplaced] == [3, 4]
    assert [item.description for item in reading.outline.days[0].items] == ["", ""]


def test_a_weekday_that_does_not_fit_is_remarked_upon_and_the_date_is_kept():
    reading = parse("Monday, 1 February 2022: X\n")
    assert reading.outline.days[0].date == date(2022, 2, 1)
    assert [(remark.line, remark.words) for remark in reading.remarks] == [
        (1, "1 February 2022 is a Tuesday")
    ]
    assert parse("Tuesday, 1 February 2022: X\n").remarks == ()


def test_a_footnote_that_nothing_refers_to_is_not_placed():
    reading = parse("1 March 2022: Y\n09:00-10:00 Lecture\n² Alone\n")
    assert [gone.line for gone in reading.unplaced] == [3]
    marked = parse("1 March 2022: Y\n² First\n09:00-10:00 Lecture²\n")
    assert [(gone.line, gone.reason) for gone in marked.unplaced] == [(2, "nothing refers to this footnote")]


def test_headings_end_the_days_and_what_stands_below_them_is_not_placed():
    source = "## 1 March 2022: Y\n### 09:00-10:00 Lecture\n## How to get there\nBy train.\n"
    assert [gone.line for gone in parse(source).unplaced] == [3, 4]


@pytest.mark.parametrize("sign", ["-", "/", "."])
def test_a_day_begins_with_its_year_first_whatever_stands_between_the_figures(sign):
    reading = parse(f"2022{sign}02{sign}01 - First day\n09:00-10:00 Opening\n")
    assert all_days(reading) == {("2022-02-01", "First day"): [("09:00-10:00", "ceremony", "Opening")]}


def test_a_session_before_the_first_day_is_listed_with_what_follows_it_and_not_taken_for_an_introduction():
    reading = parse(
        "An academy\nAll welcome.\n11 am - 12:15 pm Panel: Who decides?\n- Who decides?\n- And who pays?\n"
        "1 February 2022: Housing\n09:00-10:00 Opening\n"
    )
    assert [one.line for one in reading.unplaced] == [3, 4, 5]
    assert reading.outline.introduction == "All welcome."
