"""People as a file: the chosen columns of whom the list was asked for. Each file is recorded, without names.

Protected people are left out unless whoever exports says otherwise: a file travels further than the house can see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from academy.history import record
from academy.models import Edition, Participant, User, Visibility
from academy.people.choosing import Chosen
from academy.people.columns import Column, columns_of
from academy.permissions import has_right, insist
from academy.rights import Right
from academy.spreadsheets import csv_table, sheet_name, xlsx_table

CSV, XLSX = "csv", "xlsx"
BATCH = 500


@dataclass(frozen=True)
class File:
    """A file and how many people stand in it."""

    content: bytes
    count: int


def columns_asked(edition: Edition, keys: Sequence[str]) -> list[Column]:
    """The columns that there are among those asked for, in the order asked for."""
    known = columns_of(edition)
    return [known[key] for key in keys if key in known]


@transaction.atomic
def export(edition: Edition, chosen: Chosen, *, kind: str, with_protected: bool, by: User) -> File:
    """The chosen people as CSV or XLSX. The history keeps how many, which columns, and whether protected ones.

    Raises:
        NotAllowed: `by` is no organiser.
        NobodyChosen
    """
    insist(has_right(by, edition, Right.MANAGE_PEOPLE))
    people = chosen.of(edition)
    if not with_protected:
        people = people.exclude(visibility=Visibility.PROTECTED)
    rows, columns = list(people), columns_asked(edition, chosen.asking.columns)
    headings = [_("Name"), *(str(column.label) for column in columns)]
    if with_protected:
        headings.append(_("Protected"))
    cells = list(_cells(edition, rows, columns, with_protected=with_protected))
    content = (
        csv_table(headings, cells) if kind == CSV else xlsx_table(headings, cells, sheet_name(_("People")))
    )
    protected = sum(row.visibility == Visibility.PROTECTED for row in rows)
    facts = {
        "kind": kind,
        "people": len(rows),
        "protected": protected,
        "columns": [column.key for column in columns],
        "filters": sorted(chosen.asking.filters.query()),
    }
    record(edition, "people exported", edition, by=by, data=facts)
    return File(content, len(rows))


def _cells(
    edition: Edition, rows: list[Participant], columns: list[Column], *, with_protected: bool
) -> Iterator[list[str]]:
    """The lines of the file; the columns read some hundred people at once."""
    for start in range(0, len(rows), BATCH):
        part = rows[start : start + BATCH]
        read = [column.cells(edition, part, is_file=True) for column in columns]
        for place, row in enumerate(part):
            line = [row.name, *(cells[place] for cells in read)]
            if with_protected:
                line.append(_("protected") if row.visibility == Visibility.PROTECTED else "")
            yield line
