"""Tables as files (CSV, XLSX) that no spreadsheet calculates with. Pure.

Whoever writes a text writes into a cell of somebody's spreadsheet, so a cell that a spreadsheet would take for a
formula is marked as text: in CSV by an apostrophe before it, in XLSX by its type, with the text as it is.
"""

import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from defusedcsv import csv  # type: ignore[import-untyped]  # the package has no types
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

# With what a spreadsheet takes a text for a formula, or for the end of a cell.
RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
# What a cell of an XLSX file may hold.
LONGEST = 32_767
# Control characters but tab and line feed, halves of surrogate pairs, and what no XML may hold.
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")

Row = Sequence[str]


def csv_table(headings: Row, rows: Iterable[Row]) -> bytes:
    """The table as CSV: UTF-8 with a byte order mark (spreadsheets ask for it), lines ended by CR LF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_harmless(heading) for heading in headings])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def xlsx_table(headings: Row, rows: Iterable[Row], title: str) -> bytes:
    """The table as a workbook with one sheet, its first line fixed; `title` as `sheet_name` gives it."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.append([_text_cell(sheet, heading, bold=True) for heading in headings])
    for row in rows:
        sheet.append([_text_cell(sheet, text) for text in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def fit(text: str) -> str:
    """The text with plain line feeds and without characters that a file cannot hold."""
    return UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def sheet_name(title: str, *, otherwise: str = "Table") -> str:
    """A name that a sheet may have: at most 31 characters, none of those that formulas use."""
    name = "".join(letter for letter in " ".join(fit(title).split()) if letter not in "[]:*?/\\").strip("' ")
    return name[:31].strip("' ") or otherwise


def _harmless(text: str) -> str:
    """The text as a cell that no spreadsheet calculates, also where the writer of defused CSV lets it pass."""
    text = fit(text)
    return f"'{text}" if text.lstrip(" ").startswith(RISKY) else text


def _text_cell(sheet: Any, text: str, *, bold: bool = False) -> Any:
    text = fit(text)[:LONGEST]
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    if text.startswith(RISKY):
        # Keeps it a text also when somebody edits the cell.
        cell.quotePrefix = True
    return cell
