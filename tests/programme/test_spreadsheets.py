"""Tables: what people wrote arrives as text, and no spreadsheet calculates it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from openpyxl import load_workbook

from programme.cleaning import clean
from programme.entries import entries_of
from programme.filtering import Filters, sift
from programme.people import Shown
from programme.spreadsheets import HEADINGS, csv_file, rows_of, xlsx_file
from tests.programme.contents import AWKWARD, TO, at, awkward, content_of, contents, node

FORMULAS = [
    "=1+1",
    "+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "|calc",
    "%x",
    "＝1",
    " =1",
    '=HYPERLINK("x")',
]


def cells_of_csv(file):
    return list(csv.reader(io.StringIO(file.decode("utf-8-sig"), newline="")))


def cells_of_xlsx(file):
    sheet = load_workbook(io.BytesIO(file)).worksheets[0]
    return [[cell.value or "" for cell in row] for row in sheet.iter_rows()]


def test_a_row_says_its_times_in_the_academys_zone_and_in_utc():
    content = content_of(
        [node("talk", title="Talk", kind="plenary", strand="tools", **at("2022-02-01T11:30", 45))]
    )
    (row,) = rows_of(content, {}, TO)
    said = dict(zip((str(heading) for heading in HEADINGS), row, strict=True))
    assert (said["Starts"], said["Ends"]) == ("2022-02-01T11:30+01:00", "2022-02-01T12:15+01:00")
    assert (said["Starts (UTC)"], said["Ends (UTC)"]) == ("2022-02-01T10:30+00:00", "2022-02-01T11:15+00:00")
    assert (said["Minutes"], said["Strand"], said["Title"]) == ("45", "Tools", "Talk")
    assert said["Address"] == "https://academy.example/2022/programme/talk/"


def test_every_session_has_its_row_also_without_a_time():
    content = awkward()
    entries = entries_of(content)
    rows = rows_of(content, {}, TO)
    assert [row[-1] for row in rows] == [entry.id for entry in entries]
    assert len(cells_of_csv(csv_file(rows))) == len(cells_of_xlsx(xlsx_file(rows, "x"))) == len(entries) + 1


def test_a_table_that_a_filter_left_holds_no_frames():
    content = awkward()
    left = sift(content, Filters(kind="group"), zone=None, people={})
    assert len(rows_of(left, {}, TO)) == 5


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_is_a_formula(text):
    rows = rows_of(content_of([node("talk", description=text, hosts=text)]), {}, TO)
    (_headings, line) = cells_of_csv(csv_file(rows))
    assert [cell for cell in line if cell.lstrip(" ").startswith(tuple("=+-@\t\r\n|%＝"))] == []
    sheet = load_workbook(io.BytesIO(xlsx_file(rows, "x"))).worksheets[0]
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}
    found = [cell for row in sheet.iter_rows(min_row=2) for cell in row if cell.value == clean(text)]
    assert len(found) == 2
    assert all(cell.quotePrefix for cell in found if not text.startswith(" "))


def test_without_the_care_a_spreadsheet_would_calculate(monkeypatch):
    """The control: with the protection removed, the same text is a formula."""
    monkeypatch.setattr("academy.spreadsheets._text_cell", lambda sheet, text, bold=False: text)
    rows = rows_of(content_of([node("talk", hosts="=1+1")]), {}, TO)
    sheet = load_workbook(io.BytesIO(xlsx_file(rows, "x"))).worksheets[0]
    assert "f" in {cell.data_type for row in sheet.iter_rows() for cell in row}


@settings(max_examples=30, deadline=None)
@given(content=contents())
def test_both_tables_hold_what_was_written(content):
    rows = rows_of(content, {}, TO)
    sheet = cells_of_xlsx(xlsx_file(rows, "x"))
    assert sheet[1:] == [list(row) for row in rows]
    table = [[cell.removeprefix("'") for cell in line] for line in cells_of_csv(csv_file(rows))[1:]]
    assert table == [[cell.removeprefix("'") for cell in row] for row in rows]


@pytest.mark.parametrize("title", [*AWKWARD, "History", "'quoted'", "a/b:c*d?[e]\\" * 5])
def test_any_title_names_a_sheet(title):
    assert len(load_workbook(io.BytesIO(xlsx_file([], title))).sheetnames[0]) in range(1, 32)


def test_a_text_longer_than_a_cell_is_cut():
    rows = rows_of(content_of([node("talk", description="x" * 40_000)]), {}, TO)
    assert max(len(cell) for cell in cells_of_xlsx(xlsx_file(rows, "x"))[1]) == 32_767


def test_csv_begins_with_its_mark_and_people_are_as_shown():
    people = [{"role": "speaker", "participant": "p"}, {"role": "host", "guest": "Ada", "affiliation": ""}]
    rows = rows_of(content_of([node("talk", people=people)]), {"p": Shown("Kingfisher", "")}, TO)
    assert csv_file(rows).startswith(b"\xef\xbb\xbfDay,Date,")
    assert "Kingfisher (speaker); Ada (host)" in rows[0]
