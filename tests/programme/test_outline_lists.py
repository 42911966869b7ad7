"""Outlines that programs wrote or editors marked: a date in each line, tables of a spreadsheet, hidden text."""

import zipfile
from io import BytesIO

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from programme.outline.errors import Unreadable
from programme.outline.parsing import A_COMMENT, SECOND_TITLE, parse
from programme.outline.reading import read_outline_file
from programme.outline.word import DEEPEST, read_docx


def found(text):
    """{day of the month: [(start, end, title)]}; every line must have a place."""
    reading = parse(text)
    assert reading.unplaced == ()
    return {
        day.date.day: [
            (*(f"{each:%H:%M}" if each else "" for each in (item.starts, item.ends)), item.title)
            for item in day.items
        ]
        for day in reading.outline.days
    }


TWO_DAYS = {
    6: [("09:00", "09:30", "Welcome"), ("09:30", "11:00", "Panel: Water")],
    7: [("09:00", "10:30", "Talk")],
}


@pytest.mark.parametrize(
    "text",
    [
        "2023-03-06 09:00 - 09:30 | Welcome\n2023-03-06 09:30 - 11:00 | Panel: Water\n2023-03-07 09:00-10:30 | Talk",
        "Mon 6 Mar 2023 | 09:00 - 09:30 | Welcome\nMon 6 Mar 2023 | 09:30 - 11:00 | Panel: Water\n"
        "Tue 7 Mar 2023 | 09:00 - 10:30 | Talk",
        "Datum;Beginn;Ende;Titel\n06.03.2023;09:00;09:30;Welcome\n06.03.2023;09:30;11:00;Panel: Water\n"
        "07.03.2023;09:00;10:30;Talk",
        "06.03.2023;09:00;09:30;Welcome\n06.03.2023;09:30;11:00;Panel: Water\n07.03.2023;09:00;10:30;Talk",
        "Date\tStart\tEnd\tSession\n3/6/2023\t9:00 AM\t9:30 AM\tWelcome\n\t9:30 AM\t11:00 AM\tPanel: Water\n"
        "3/7/2023\t9:00 AM\t10:30 AM\tTalk",
        "Monday, 6 March 2023\n9:00\t9:30\tWelcome\n9:30\t11:00\tPanel: Water\n"
        "Tuesday, 7 March 2023\n9:00\t10:30\tTalk",
    ],
)
def test_a_list_with_a_line_for_each_item_is_read(text):
    assert found(f"Academy\n{text}\n") == TWO_DAYS


def test_a_single_start_with_its_date_before_it_is_an_item():
    text = "Tue 7 Mar 2023 09:00 Keynote\nTue 7 Mar 2023 at 10:00: Closing\n"
    assert found(text) == {7: [("09:00", "", "Keynote"), ("10:00", "", "Closing")]}


def test_a_second_title_of_a_day_is_kept_and_said():
    reading = parse("6 March 2023: Arriving\n9:00-10:00 Opening\n\n6 March 2023: Staying\n10:00-11:00 Talk\n")
    (day,) = reading.outline.days
    assert (day.title, day.description) == ("Arriving", "Staying")
    assert SECOND_TITLE in [remark.words for remark in reading.remarks]


@pytest.mark.parametrize("order", ["9:00-10:00", "9:00 AM - 10:00 AM"])
def test_halves_of_the_day_say_in_which_order_figures_of_a_date_stand(order):
    text = f"3/6/2023: A\n{order} Opening\n{order} Talk\n"
    (day,) = parse(text).outline.days
    assert (day.date.month, day.date.day) == ((3, 6) if "AM" in order else (6, 3))


def test_marks_of_direction_are_left_out():
    text = "\u202bالاثنين\u202c\n6 March 2023: \u2067الافتتاح\u2069\n9:00-10:00 \u202bترحيب\u202c\n"
    assert found(read_outline_file(text.encode())) == {6: [("09:00", "10:00", "ترحيب")]}


def test_halves_of_the_day_may_be_one_letter_and_an_end_open():
    text = "6 March 2023: A\n8:30a-9:00a Welcome\n9:00 a walk\n7PM–late Party\n"
    assert found(text) == {
        6: [("08:30", "09:00", "Welcome"), ("09:00", "", "a walk"), ("19:00", "", "Party")]
    }


def test_a_weekday_may_stand_behind_its_date():
    (day,) = parse("7 March 2023 (Tuesday) — Kappa\n9:00-10:00 Opening\n").outline.days
    assert (day.date.day, day.title) == (7, "Kappa")


@pytest.mark.parametrize("marks", [("I", "II", "III"), ("1", "2", "3"), ("A", "B", "C")])
def test_parts_may_be_numbered(marks):
    parts = "".join(f"Part {mark}: Causes (20 min)\n- Why {mark}?\n" for mark in marks)
    (day,) = parse(f"6 March 2023: A\n9:00-10:00 Workshop 1: Rivers\n{parts}").outline.days
    (workshop,) = day.items
    assert [(part.letter, part.title, part.minutes) for part in workshop.parts] == [
        (letter, "Causes", 20) for letter in "ABC"
    ]
    assert [part.questions for part in workshop.parts] == [(f"Why {mark}?",) for mark in marks]


def test_what_follows_on_the_number_of_groups_is_kept():
    text = "6 March 2023: A\n9:00-10:00 Workshop 1: Rivers\ntwo parallel workshop groups, about sources\n"
    (day,) = parse(text).outline.days
    assert (day.items[0].description, len(day.items[0].children)) == ("About sources", 2)


# --- DOCX ---


def bytes_of(document):
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def test_a_column_of_numbers_and_rows_that_head_a_day_are_understood():
    document = Document()
    rows = [
        ("No", "Time", "Session", "Chair"),
        ("Day 1 (6 March 2023)", "", "", ""),
        ("1", "9:00 - 9:30", "Welcome", "A"),
        ("2", "9:30 - 11:00", "Panel: Water", "B"),
        ("Day 2 (7 March 2023)", "", "", ""),
        ("3", "9:00 - 10:30", "Talk", "A"),
    ]
    table = document.add_table(rows=len(rows), cols=4)
    for line, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            cell.text = text
    assert found(read_outline_file(bytes_of(document))) == TWO_DAYS


def test_what_is_hidden_or_was_moved_away_does_not_come_in():
    document = Document()
    document.add_paragraph("6 March 2023: A")
    paragraph = document.add_paragraph("9:00-10:00 Opening")
    paragraph.add_run(" by Canary Hidden").font.hidden = True
    paragraph.add_run(" of all").font.hidden = False
    moved = parse_xml(f"<w:moveFrom {nsdecls('w')}><w:r><w:t> Canary Moved</w:t></w:r></w:moveFrom>")
    paragraph._p.append(moved)
    text = read_docx(bytes_of(document))
    assert "9:00-10:00 Opening of all\n" in text
    assert "Canary" not in text


def test_a_text_box_is_read_once():
    box = "<w:txbxContent><w:p><w:r><w:t>17:00-18:00 In a box</w:t></w:r></w:p></w:txbxContent>"
    both = (
        f"<w:r {nsdecls('w')} xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
        f"<mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
        "</mc:AlternateContent></w:r>"
    )
    document = Document()
    document.add_paragraph("6 March 2023: A")
    document.add_paragraph("9:00-10:00 Opening")._p.append(parse_xml(both))
    assert found(read_outline_file(bytes_of(document))) == {
        6: [("09:00", "10:00", "Opening"), ("17:00", "18:00", "In a box")]
    }


def test_tables_within_tables_without_end_are_refused_in_words():
    deep = "<w:tbl><w:tr><w:tc>" * 60_000 + "</w:tc></w:tr></w:tbl>" * 60_000
    with pytest.raises(Unreadable, match="too deep within each other"):
        read_docx(_with_body(deep))


def test_a_few_tables_within_tables_are_read():
    levels = DEEPEST // 3 - 2
    text = "<w:p><w:r><w:t>9:00-10:00 Opening</w:t></w:r></w:p>"
    assert "Opening" in read_docx(
        _with_body("<w:tbl><w:tr><w:tc>" * levels + text + "</w:tc></w:tr></w:tbl>" * levels)
    )


def _with_body(xml):
    body = f"<w:document {nsdecls('w')}><w:body>{xml}</w:body></w:document>"
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", body)
    return file.getvalue()


def items_of(text):
    """(kind, title, titles of what is in it) of each item of the one day."""
    (day,) = parse(text).outline.days
    return [(item.kind, item.title, [child.title for child in item.children]) for item in day.items]


HEAD = "6 March 2023: A\n"


def test_what_is_listed_below_parallel_workshops_takes_place_side_by_side():
    text = HEAD + (
        "9:00-10:30 Parallel workshops\nA. Mapping (Room 1)\nB. Budgets (Room 2)\n"
        "11:00-12:00 Parallel workshops\nPlease choose one of them.\n1. Needs\n   - of whom\n2. Means\n"
        "12:00-13:00 Ateliers parallèles\n- Eau\n- Terre\n"
        "14:00-15:00 Talleres paralelos\n- Agua\n"
    )
    assert items_of(text) == [
        ("workshop", "Parallel workshops", ["A. Mapping (Room 1)", "B. Budgets (Room 2)"]),
        ("workshop", "Parallel workshops", ["Needs", "Means"]),
        ("workshop", "Ateliers parallèles", ["Eau", "Terre"]),
        ("workshop", "Talleres paralelos", ["Agua"]),
    ]
    second = parse(text).outline.days[0].items[1]
    assert (second.description, second.children[0].points) == ("Please choose one of them.", ("of whom",))


def test_points_below_other_items_and_sentences_are_no_items():
    text = (
        HEAD + "9:00-10:30 Workshop 1: Water\n- Needs\n9:00-10:30 Parallel workshops\n- Choose one, please.\n"
    )
    assert items_of(text) == [("workshop", "Workshop 1", []), ("workshop", "Parallel workshops", [])]


def test_fences_are_no_text_and_comments_are_listed():
    text = HEAD + "```text\n9:00-10:00 Opening\n```\n<!-- for us\nonly -->\n10:00-11:00 Talk\n"
    reading = parse(text)
    assert [(one.line, one.reason) for one in reading.unplaced] == [(5, A_COMMENT), (6, A_COMMENT)]
    (day,) = reading.outline.days
    assert [(item.title, item.hosts, item.description) for item in day.items] == [
        ("Opening", "", ""),
        ("Talk", "", ""),
    ]


def test_a_comment_that_never_ends_hides_nothing():
    assert found(HEAD + "9:00-10:00 Opening\n<!-- for us\n10:00-11:00 Talk\n") == {
        6: [("09:00", "10:00", "Opening"), ("10:00", "11:00", "Talk")]
    }


def test_a_part_with_its_times_has_their_length():
    text = HEAD + (
        "11h15-13h00 Atelier 1 : Eau\nPartie 1 (11h15-12h00) : Constats\n- Quoi ?\nPartie 2 (60 min)\n- Comment ?\n"
    )
    (item,) = parse(text).outline.days[0].items
    assert [(part.letter, part.title, part.minutes) for part in item.parts] == [
        ("A", "Constats", 45),
        ("B", "", 60),
    ]


def test_rows_of_a_grid_without_times_are_themes_of_days_or_items_of_their_evening():
    text = (
        "| Time | Mon 6 March 2023 | Tue 7 March 2023 |\n|---|---|---|\n| Theme | Water | Fire |\n"
        "| 9:00-10:00 | Opening | Talk |\n| Evening | Boat trip | Dinner<br>in town |\n"
    )
    one, two = parse(text).outline.days
    assert (one.title, two.title) == ("Water", "Fire")
    assert [(item.title, item.starts is None, item.description) for item in two.items] == [
        ("Talk", False, ""),
        ("Dinner", True, "Evening\n\nin town"),
    ]


def test_an_outline_in_spanish_is_read():
    text = (
        "Academia de la ciudad\nversión: 2 de febrero de 2023\n6 a 8 de marzo de 2023\n\n"
        "Lunes, 6 de marzo de 2023: Llegada\n9:00 a 10:00 Apertura\n10:00-10:30 Pausa para el café\n"
        "10:30-12:00 Taller 1: Agua\nDos grupos paralelos\nParte A: Hallazgos\nPreguntas:\n- ¿Qué falta?\n"
        "Día 2: martes 7 de marzo de 2023\n9:00-mediodía Mesa redonda\nDía 3 - miércoles 8 de marzo\n"
        "9:00-10:00 Clausura\n"
    )
    reading = parse(text)
    assert (reading.unplaced, reading.outline.label) == ((), "versión: 2 de febrero de 2023")
    assert [(day.date.day, day.title) for day in reading.outline.days] == [(6, "Llegada"), (7, ""), (8, "")]
    assert [(item.kind, item.title) for item in reading.outline.walk()] == [
        ("ceremony", "Apertura"),
        ("break", "Pausa para el café"),
        ("workshop", "Taller 1"),
        ("group", "Grupo 1"),
        ("group", "Grupo 2"),
        ("roundtable", "Mesa redonda"),
        ("closing", "Clausura"),
    ]
    workshop = reading.outline.days[0].items[2]
    assert (workshop.subtitle, workshop.all_questions) == ("Agua", ("¿Qué falta?",))


def test_a_world_cafe_is_a_discussion_and_a_cafe_a_break():
    assert [kind for kind, _title, _in in items_of(HEAD + "9:00-10:00 World Café\n10:00-10:30 Café\n")] == [
        "discussion",
        "break",
    ]
