"""A list of people to invite, as CSV: read whatever way it was saved, and reported on row by row. Pure.

What comes in is somebody's file: its encoding is told from its bytes, its separator from its first line. It is read
within fixed limits, and a file that cannot be read says why in words.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import Invalid
from academy.invitations.wording import (
    NAME_LENGTH,
    ORGANISATION_LENGTH,
    Invitee,
    problem_of_email,
    problem_of_words,
    role_of,
    tidied,
)
from academy.languages import language_called
from academy.models import Role

MOST_ROWS = 5_000
MOST_BYTES = 900_000
# Longer ones are kept, and read behind the page (`academy.invitations.long_lists`).
LARGEST_BYTES = 19_000_000
SEPARATORS = ",;\t"
# The columns of a list without headings, in their order; the language has to be headed.
COLUMNS = ("email", "name", "organisation", "role")
# How the columns may be headed.
HEADINGS = {
    "email": "email", "e-mail": "email", "mail": "email", "emailaddress": "email", "e-mailaddress": "email",
    "address": "email", "correo": "email", "courriel": "email",
    "name": "name", "fullname": "name", "nom": "name", "nombre": "name",
    "organisation": "organisation", "organization": "organisation", "affiliation": "organisation",
    "institution": "organisation", "organisación": "organisation", "organización": "organisation",
    "role": "role", "rôle": "role", "rolle": "role", "rol": "role",
    "language": "language", "lang": "language", "locale": "language", "langue": "language", "sprache": "language",
    "idioma": "language",
}  # fmt: skip
UTF_8, UTF_16, WINDOWS = "UTF-8", "UTF-16", "Windows-1252"


class Unreadable(Invalid):
    """The file is no list that can be read."""

    message = gettext_lazy("This file cannot be read as a list. Save it as CSV (UTF-8) and try again.")


@dataclass(frozen=True)
class Row:
    """A row of the list: its number in the file, what it says, and what is wrong with it."""

    number: int
    invitee: Invitee
    problems: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Report:
    """What was understood of a list."""

    rows: list[Row]
    unused: list[str] = field(default_factory=list)

    @property
    def good(self) -> list[Row]:
        return [row for row in self.rows if not row.problems]

    @property
    def bad(self) -> list[Row]:
        return [row for row in self.rows if row.problems]


@dataclass(frozen=True)
class Opened:
    """A list whose headings are known: {column: place}, those that mean nothing, (line, cells) of each row.

    `width` is the number of values that a row may have.
    """

    columns: Mapping[str, int]
    unused: list[str]
    width: int
    lines: Iterator[tuple[int, list[str]]]

    def address_in(self, cells: list[str]) -> str:
        """The address of a row, as it is compared."""
        place = self.columns["email"]
        return tidied(cells[place]).lower() if place < len(cells) else ""


def decoded(data: bytes) -> tuple[str, str]:
    """(the text of a file, the encoding that it was read in).

    Raises:
        Unreadable: too large, not a text, or in an encoding that cannot be told.
    """
    if len(data) > LARGEST_BYTES:
        raise Unreadable(
            _("The file is too large: a list may have %(megabytes)s MB. Split it into several lists.")
            % {"megabytes": LARGEST_BYTES // 1_000_000}
        )
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unreadable(_("This is a spreadsheet. Save it as CSV (UTF-8), and choose that file."))
    text, encoding = _text_of(data)
    if "\x00" in text:
        raise Unreadable(_("This file is not a text. Save the list as CSV (UTF-8), and choose that file."))
    return text.replace("\r\n", "\n").replace("\r", "\n"), encoding


def _text_of(data: bytes) -> tuple[str, str]:
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16"), UTF_16
        if half := _utf_16_without_mark(data):
            return data.decode(half), UTF_16
        try:
            return data.decode("utf-8-sig"), UTF_8
        except UnicodeDecodeError:
            return data.decode("cp1252"), WINDOWS
    except UnicodeDecodeError as error:
        raise Unreadable(
            _("The encoding of this file cannot be told. Save it as CSV (UTF-8), and choose that file.")
        ) from error


def _utf_16_without_mark(data: bytes) -> str:
    """The flavour of UTF-16 in which nearly every other byte is zero, as in European text; "" if it is none."""
    start = data[:2_000]
    if len(start) < 4:
        return ""
    most = len(start) // 2 * 0.7
    if start[1::2].count(0) > most:
        return "utf-16-le"
    return "utf-16-be" if start[0::2].count(0) > most else ""


def read_list(text: str, known: Mapping[str, str]) -> Report:
    """What a list says, row by row, with everything that is wrong with it.

    Args:
        known: {address: why it cannot be invited, in a sentence}, for people who are registered or invited already.

    Raises:
        Unreadable: no column of addresses, too many rows, or broken quotation marks.
    """
    found = opened(text)
    rows, seen = [], dict[str, int]()
    for number, cells in found.lines:
        row = read_row(number, cells, found, seen, known)
        seen.setdefault(row.invitee.email, number)
        rows.append(row)
        if len(rows) > MOST_ROWS:
            raise Unreadable(
                _("The list has more than %(rows)s people. Split it into several lists.")
                % {"rows": f"{MOST_ROWS:,}"}
            )
    if not rows:
        raise Unreadable(_("The list has headings, but nobody is in it."))
    return Report(rows, found.unused)


def opened(text: str) -> Opened:
    """A list of which the first line was understood; its rows are read as they are asked for.

    Raises:
        Unreadable: it is empty, or has no column of addresses; and while rows are read, of broken quotation marks.
    """
    lines = _lines(text)
    first = next(lines, None)
    if first is None:
        raise Unreadable(_("The list is empty."))
    columns, unused, is_heading = _columns(first[1])
    width = len(first[1]) if is_heading else len(COLUMNS)
    return Opened(columns, unused, width, lines if is_heading else _with_first(first, lines))


def _with_first(
    first: tuple[int, list[str]], rest: Iterator[tuple[int, list[str]]]
) -> Iterator[tuple[int, list[str]]]:
    yield first
    yield from rest


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the line in the file, cells) of every row that is not empty."""
    skipped = 0
    start = text.lstrip("\ufeff")
    # Of what follows the first line no second copy is held: it may be many megabytes.
    head = start.partition("\n")[0]
    separator = ""
    if head.casefold().startswith("sep=") and len(head.strip()) == 5:
        separator, start, skipped = head[4], start.partition("\n")[2], 1
        head = start.partition("\n")[0]
    separator = separator or max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=separator, strict=True)
    before = 0
    try:
        for cells in reader:
            number, before = before + 1 + skipped, reader.line_num
            if any(cell.strip() for cell in cells):
                yield number, cells
    except csv.Error as error:
        raise Unreadable(
            _(
                "The list cannot be taken apart near line %(line)s: a quotation mark is not closed, or stands wrong."
            )
            % {"line": before + 1 + skipped}
        ) from error


def _columns(cells: list[str]) -> tuple[dict[str, int], list[str], bool]:
    """({column: place}, headings that mean nothing here, whether these are headings)."""
    columns: dict[str, int] = {}
    unused = []
    for place, cell in enumerate(cells):
        name = HEADINGS.get("".join(tidied(cell).casefold().split()))
        if name and name not in columns:
            columns[name] = place
        elif cell.strip():
            unused.append(tidied(cell)[:40])
    if "email" in columns:
        return columns, unused, True
    if "@" in cells[0]:
        return {name: place for place, name in enumerate(COLUMNS)}, [], False
    raise Unreadable(
        _(
            "The list has no column “email”. Its first line should be: email, name, organisation, role, language."
        )
    )


def read_row(
    number: int,
    cells: list[str],
    found: Opened,
    seen: Mapping[str, int],
    known: Mapping[str, str],
) -> Row:
    """What a row says, and everything that is wrong with it.

    Args:
        seen: {address: the line in which it stood before}
        known: {address: why it cannot be invited}
    """
    said = {name: tidied(cells[place]) if place < len(cells) else "" for name, place in found.columns.items()}
    email, role = said["email"].lower(), role_of(said.get("role", ""))
    language = language_called(said.get("language", ""))
    name, organisation = said.get("name", ""), said.get("organisation", "")
    problems = [
        problem_of_email(email),
        _problem_of_width(cells, found.width),
        problem_of_words(name, what=_("Name"), limit=NAME_LENGTH),
        problem_of_words(organisation, what=_("Organisation"), limit=ORGANISATION_LENGTH),
        _problem_of_role(said.get("role", ""), role),
        _problem_of_language(said.get("language", ""), language),
        known.get(email, ""),
        _("The same address stands in line %(line)s.") % {"line": seen[email]}
        if email in seen and email
        else "",
    ]
    return Row(
        number,
        Invitee(email, name, organisation, role or "", language or ""),
        tuple(problem for problem in problems if problem),
    )


def _problem_of_width(cells: list[str], width: int) -> str:
    """Values beyond the columns, which mostly are the rest of a name or an organisation with a comma in it."""
    if not any(cell.strip() for cell in cells[width:]):
        return ""
    return _(
        "There are %(count)s values, but %(width)s columns. Put a text that has the separator in it into quotation "
        "marks."
    ) % {"count": len(cells), "width": width}


def _problem_of_role(words: str, role: str | None) -> str:
    if role is None:
        kinds = ", ".join(
            str(Role.Kind(kind).label) for kind in Role.Kind.values if kind != Role.Kind.ORGANISER
        )
        return _("There is no role “%(role)s”; there are: %(kinds)s.") % {"role": words[:40], "kinds": kinds}
    if role == Role.Kind.ORGANISER:
        return _("Organisers are invited one by one, not by a list.")
    return ""


def _problem_of_language(words: str, language: str | None) -> str:
    if language is None:
        return _("There is no language “%(language)s”. Write its name or its code, such as French or fr.") % {
            "language": words[:40]
        }
    return ""
