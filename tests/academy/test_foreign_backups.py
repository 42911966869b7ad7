"""Backups that no program of ours made, and rows that no database takes: refused in words that hold nothing of them."""

from __future__ import annotations

import copy
import io
import json
import tarfile
import uuid
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DataError, IntegrityError, connection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from academy.models import User
from academy.safekeeping.archive import FORMAT, HEADER, MANIFEST, VERSION, Writer, check, writing
from academy.safekeeping.databases import another, settings_for
from academy.safekeeping.filling import fill
from academy.safekeeping.refusals import DoesNotFit, NoBackup, NotSafe, in_words
from academy.safekeeping.restoring import Source, restore
from academy.safekeeping.rows import Total, read_rows
from academy.safekeeping.tables import Table, migrations_of, tables_after
from tests.elsewhere import empty_database
from tests.factories import make_user

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

HEADER_OF_OURS = {
    "format": FORMAT,
    "version": VERSION,
    "made_at": "2022-02-01T12:00:00+00:00",
    "migrations": [["academy", "0001_initial"]],
    "tables": {"academy_user": ["id"]},
}
MANIFEST_OF_OURS = {
    "tables": {"academy_user": {"rows": 1, "digest": "0" * 64}},
    "sequences": {"academy_user": 1},
    "heads": {"2022": [1, "0" * 64]},
}


def packed(header: Any, manifest: Any, *, raw: bytes = b"") -> io.BytesIO:
    """A file with this header and manifest; what the manifest says of the pieces is true, where it says anything."""
    file = io.BytesIO()
    with writing(file) as writer:
        writer.add(HEADER, json.dumps(header).encode())
        writer.add("tables/academy_user/000000.jsonl", b"[1]\n")
        if isinstance(manifest, dict) and manifest.get("members") is None:
            manifest = {**manifest, "members": dict(writer.members)}
        writer.add(MANIFEST, raw or json.dumps(manifest).encode())
    file.seek(0)
    return file


def said_of(header: Any, manifest: Any, **more: bytes) -> str:
    """What is said against such a file; empty if nothing is."""
    try:
        check(packed(header, manifest, **more), "x.tar.gz")
    except NoBackup as refusal:
        return str(refusal)
    return ""


def test_the_control_a_file_of_ours_is_one():
    assert said_of(HEADER_OF_OURS, MANIFEST_OF_OURS) == ""


@pytest.mark.parametrize(
    "raw", [b"[]", b"[1]", b"1", b"null", b'"x"', b"{", b"[" * 200_000, b"9" * 5_000, b"\xff"]
)
def test_a_manifest_that_is_none_is_refused(raw):
    """A list was an error of ours, and so was JSON that is too deep."""
    assert said_of(HEADER_OF_OURS, {}, raw=raw)


@pytest.mark.parametrize(
    "notes",
    [
        {"GNU.sparse.map": "a,b"},
        {"GNU.sparse.size": "z"},
        {"GNU.sparse.map": "0,5", "GNU.sparse.size": "9" * 15},
    ],
)
def test_a_tar_with_numbers_that_are_none_or_without_an_end_is_refused(notes):
    """The third one unpacks to a million gigabytes of nothing."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", format=tarfile.PAX_FORMAT) as tar:
        info = tarfile.TarInfo(HEADER)
        info.size, info.pax_headers = 5, notes
        tar.addfile(info, io.BytesIO(b"[1,2]"))
    file.seek(0)
    with pytest.raises(NoBackup, match=r"x\.tar\.gz is no backup of an academy: it holds"):
        check(file, "x.tar.gz")


PLACES = [
    *((HEADER_OF_OURS, (name,)) for name in ("made_at", "migrations", "tables")),
    (HEADER_OF_OURS, ("migrations", 0)),
    (HEADER_OF_OURS, ("migrations", 0, 0)),
    (HEADER_OF_OURS, ("tables", "academy_user")),
    (HEADER_OF_OURS, ("tables", "academy_user", 0)),
    *((MANIFEST_OF_OURS, (name,)) for name in ("tables", "sequences", "heads", "members")),
    (MANIFEST_OF_OURS, ("tables", "academy_user")),
    (MANIFEST_OF_OURS, ("tables", "academy_user", "rows")),
    (MANIFEST_OF_OURS, ("tables", "academy_user", "digest")),
    (MANIFEST_OF_OURS, ("sequences", "academy_user")),
    (MANIFEST_OF_OURS, ("heads", "2022")),
    (MANIFEST_OF_OURS, ("heads", "2022", 0)),
]


def put(whole: Any, place: tuple[Any, ...], value: Any) -> Any:
    changed = copy.deepcopy(whole)
    inner = changed
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    return changed


@pytest.mark.parametrize(("whole", "place"), PLACES)
def test_whatever_is_missing_or_of_another_kind_is_named(whole, place):
    for value in (None, 1.5, True, [{}], {"a": []}):
        if place == ("members",) and value is None:
            continue
        changed = put(whole, place, value)
        said = (
            said_of(changed, MANIFEST_OF_OURS)
            if whole is HEADER_OF_OURS
            else said_of(HEADER_OF_OURS, changed)
        )
        assert f"{place[0]!r} makes no sense" in said


def test_tables_of_which_only_some_pieces_know_are_refused():
    words = "its pieces speak of different tables"
    assert words in said_of(
        HEADER_OF_OURS | {"tables": {"academy_user": ["id"], "x": ["id"]}}, MANIFEST_OF_OURS
    )
    assert words in said_of(HEADER_OF_OURS | {"tables": {}}, MANIFEST_OF_OURS | {"tables": {}})


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
parts_of_a_header = st.fixed_dictionaries({}, optional=dict.fromkeys(HEADER_OF_OURS, anything))
parts_of_a_manifest = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("tables", "sequences", "heads", "members"), anything)
)


@settings(max_examples=300, deadline=None)
@given(header=parts_of_a_header, manifest=parts_of_a_manifest | anything)
@example(header={}, manifest=[1])
@example(header={"made_at": "2022-02-01"}, manifest={"members": None})
def test_whatever_stands_in_a_header_or_a_manifest_it_is_one_or_refused(header, manifest):
    mixed = MANIFEST_OF_OURS | manifest if isinstance(manifest, dict) else manifest
    for one in (HEADER_OF_OURS | header, header):
        said = said_of(one, mixed)
        assert said.startswith("x.tar.gz ") or said in {"", "Its piece manifest.json cannot be read."}


# --- Rows -------------------------------------------------------------------------------------------------------------


def written_by(tmp_path: Path, add: Callable[[Writer, Table], object], total: Total) -> Path:
    """A backup with a sound header and manifest, and in one table what `add` writes."""
    migrations = migrations_of(connection)
    (table,) = (table for table in tables_after(connection, migrations) if table.name == "academy_user")
    path = tmp_path / "foreign.tar.gz"
    with path.open("wb") as file, writing(file) as writer:
        writer.add_json(
            HEADER,
            HEADER_OF_OURS | {"migrations": sorted(migrations), "tables": {table.name: table.columns}},
        )
        add(writer, table)
        manifest = {"tables": {table.name: total.as_json()}, "sequences": {}, "heads": {}}
        writer.add_json(MANIFEST, {**manifest, "members": writer.members})
    return path


@pytest.mark.parametrize(
    "line", [b"{", b"1", b"null", b'{"id": 1}', b"[" * 200_000, b"\xff", b"[1, 2]", b"[[1]]"]
)
def test_a_line_that_is_no_row_is_refused_in_words(transactional_db, tmp_path, line):
    path = written_by(
        tmp_path, lambda writer, _table: writer.add("tables/academy_user/000000.jsonl", line + b"\n"), Total()
    )
    with empty_database(tmp_path) as address:
        with pytest.raises(NotSafe, match=r"cannot be read|it is no row with"):
            restore(Source(path), settings_for(address), tmp_path / "media", verify=list)
        with another(settings_for(address), "seen") as seen:
            assert seen.introspection.table_names() == []


SECRET = "farid@example.org"


@pytest.mark.parametrize("value", [SECRET, [SECRET], {"a": SECRET}, 10**30, 1e400, f"{SECRET}\x00"])
def test_a_value_that_no_column_takes_is_refused_without_being_said(transactional_db, value):
    """Each column of a person in turn."""
    make_user("farid")
    table = Table(User)
    (row,) = read_rows(table, connection)
    User.objects.all().delete()
    refused: dict[str, str] = {}
    for index, column in enumerate(table.columns):
        changed = [*row[:index], value, *row[index + 1 :]]
        with suppress(DoesNotFit), said_in(refused, column), connection.constraint_checks_disabled():
            fill(table, iter([changed]), connection)
        User.objects.all().delete()
    assert len(refused) > 3
    for column, said in refused.items():
        assert said.startswith("academy_user, row 1: ")
        assert SECRET not in said
        assert f"column {column}" in said or connection.vendor == "sqlite"


@contextmanager
def said_in(refused: dict[str, str], column: str) -> Iterator[None]:
    try:
        yield
    except DoesNotFit as refusal:
        refused[column] = str(refusal)
        raise


def test_a_row_that_the_database_refuses_is_told_by_its_number_and_the_constraint(transactional_db):
    """PostgreSQL says the address in a line of its own, and in the first line where it cannot read a value."""
    make_user("farid")
    table = Table(User)
    (row,) = read_rows(table, connection)
    User.objects.all().delete()
    other = [*row]
    other[table.columns.index("id")] = str(uuid.uuid4())
    with pytest.raises(DoesNotFit) as refusal:
        fill(table, iter([row, other]), connection)
    said = str(refusal.value)
    assert said.startswith("academy_user, row 2: the database refuses it: ")
    assert "email" in said
    assert SECRET not in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (IntegrityError(f"duplicate key\nDETAIL: Key (email)=({SECRET}) already exists."), "duplicate key"),
        (
            IntegrityError(f"The row in table 'x' with primary key '{SECRET}' has an invalid foreign key"),
            "The row in table 'x'",
        ),
        (DataError(f'invalid input syntax for type uuid: "{SECRET}"'), "a value does not fit (DataError)"),
    ],
)
def test_what_a_database_says_in_the_middle_is_said_without_what_stands_in_a_row(error, words):
    def breaks() -> None:
        with in_words("Nothing was changed."):
            raise error

    with pytest.raises(NotSafe) as refusal:
        breaks()
    assert str(refusal.value) == f"It went wrong in the middle: {words}. Nothing was changed."
