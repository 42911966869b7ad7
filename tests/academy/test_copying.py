"""A SQLite database is copied while it is used, whatever stands in it."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from academy.safekeeping import reading
from academy.safekeeping.rows import Total
from academy.safekeeping.tables import Table
from academy.text import has_forbidden_characters
from outcome.live.checking import is_safe_link
from outcome.models import Clause

if TYPE_CHECKING:
    from pathlib import Path


class Academy(sqlite3.Connection):
    """A database of a few thousand pages, to which somebody writes after each piece that is copied."""

    left: list[int]

    def used_meanwhile(self, _state: int, left: int, _pages: int) -> None:
        self.left.append(left)
        if len(self.left) > 50:
            raise TimeoutError("It begins again and again.")
        self.execute("INSERT INTO visits (name) VALUES ('somebody')")
        self.commit()


@pytest.fixture
def academy(tmp_path: Path) -> Academy:
    connection = sqlite3.connect(tmp_path / "academy.sqlite3", factory=Academy)
    connection.left = []
    connection.execute("PRAGMA page_size = 512")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE visits (name text)")
    connection.executemany("INSERT INTO visits VALUES (?)", [("x" * 400,)] * 5_000)
    connection.commit()
    return connection


def test_a_copy_ends_while_others_write_and_holds_what_was_there_at_its_beginning(academy, tmp_path):
    with closing(academy):
        reading._copy(tmp_path / "academy.sqlite3", tmp_path / "copy", progress=academy.used_meanwhile)
    assert len(academy.left) > 3
    assert academy.left == sorted(academy.left, reverse=True)  # it never began again
    with closing(sqlite3.connect(tmp_path / "copy")) as copy:
        assert copy.execute("SELECT count(*) FROM visits").fetchone() == (5_000,)


def test_the_control_without_one_look_at_it_a_copy_never_ends(academy, tmp_path):
    with (
        closing(academy),
        closing(sqlite3.connect(tmp_path / "academy.sqlite3")) as source,
        closing(sqlite3.connect(tmp_path / "copy")) as copy,
        pytest.raises(TimeoutError),
    ):
        source.backup(copy, pages=reading.AT_ONCE, progress=academy.used_meanwhile)


HALF = json.loads('"\\ud83d"')


def test_half_a_character_in_json_ends_no_backup():
    """SQLite takes JSON that names one. Every backup ended with an error of ours from then on."""
    table = Table(Clause)
    row = [None] * len(table.columns)
    totals = []
    for text in ('{"a": "\\ud83d"}', '{"a": "\\ud83e"}', '{"a": "ü"}'):
        row[table.columns.index("formats")] = text
        total = Total()
        total.add(table, row)
        totals.append(total.digest)
    assert len(set(totals)) == 3
    # What is whole has the digest that it always had.
    row[table.columns.index("formats")] = {"a": "ü"}
    assert totals[2] == hashlib.sha256(json.dumps(row, ensure_ascii=False).encode()).hexdigest()


def test_half_a_character_is_nothing_that_people_type():
    assert has_forbidden_characters(f"a{HALF}")
    assert not has_forbidden_characters("a\U0001f600")
    assert not is_safe_link(f"https://a.example/{HALF}")
    assert is_safe_link("https://a.example/\U0001f600")
