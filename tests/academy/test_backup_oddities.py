"""What odd places, odd files and a damaged database do to a backup, a restore and a drill: each is said in words."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, connections

from academy.management.commands import drill as drill_command
from academy.management.verification import verify_all
from academy.models import Pulse
from academy.safekeeping import filling
from academy.safekeeping.backups import back_up
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.refusals import NotEmpty, NotSafe
from academy.safekeeping.restoring import Source, restore, try_out
from tests.elsewhere import empty_database
from tests.factories import make_user
from tests.keeping_safe import folder_with_a_backup, newest, noted, said_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
ON_POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="--into is for PostgreSQL")
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    return folder_with_a_backup(tmp_path, settings)


# --- A database whose names are no text any more ----------------------------------------------------------------------


def without_text(path: Path) -> None:
    """A file in whose description of itself a name is no text any more."""
    with closing(sqlite3.connect(path, isolation_level=None)) as file:
        file.execute("CREATE TABLE somebody (name text)")
        file.execute("PRAGMA writable_schema = ON")
        file.execute(
            "UPDATE sqlite_master SET sql = CAST(x'435245415445FFFE' AS text), name = CAST(x'FFFEFDFC' AS text)"
        )


@pytest.fixture
def damaged(tmp_path: Path) -> Iterator[Path]:
    """The academy's own database is such a file."""
    path = tmp_path / "academy.sqlite3"
    without_text(path)
    connections.settings["damaged"] = connections.configure_settings(
        {"default": {}, "damaged": settings_for(f"sqlite:///{path}")}
    )["damaged"]
    with as_default(connections["damaged"]):
        connections["damaged"].alias = "default"
        yield path
    connections["damaged"].close()
    del connections["damaged"]
    del connections.settings["damaged"]


def test_a_file_whose_names_are_no_text_any_more_is_put_aside_if_it_may_be_replaced(folder, tmp_path):
    path = tmp_path / "old.sqlite3"
    without_text(path)
    data, into = path.read_bytes(), settings_for(f"sqlite:///{path}")
    source, media = Source(newest(folder)), tmp_path / "new-media"
    with pytest.raises(NotEmpty, match=r"its file is damaged.*any more\. Restore with --replace"):
        restore(source, into, media, verify=verify_all)
    assert path.read_bytes() == data
    restore(source, into, media, verify=verify_all, replace=True, noted=True)
    with another(into, "back") as back, back.cursor() as cursor:
        cursor.execute("SELECT email FROM academy_user")
        assert cursor.fetchall() == [("farid@example.org",)]
    (aside,) = tmp_path.glob("old.sqlite3.before-*Z")
    assert aside.read_bytes() == data


def test_the_command_replaces_it_though_nobody_can_say_what_waits_in_it(folder, tmp_path, damaged, settings):
    own = settings.DATABASES["default"]
    settings.DATABASES["default"] = settings_for(f"sqlite:///{damaged}")
    try:
        call_command("restore", "--replace", "--without-erased", stdout=io.StringIO(), stderr=io.StringIO())
    finally:
        settings.DATABASES["default"] = own
    assert len(list(tmp_path.glob("academy.sqlite3.before-*Z"))) == 1


def test_a_process_on_such_a_file_is_not_ready_and_has_no_figures(damaged, client: Client, settings):
    settings.MARK_ASKED_EVERY = 0
    ready = client.get("/health/ready")
    assert (ready.status_code, ready.content) == (503, b"not ready\n")
    figures = client.get("/metrics")
    assert (figures.status_code, b"<html" in figures.content) == (503, False)


def test_such_a_file_has_no_figures_also_where_the_mark_is_not_asked_for(damaged, client: Client, settings):
    settings.MARK_ASKED_EVERY = None
    figures = client.get("/metrics")
    assert (figures.status_code, figures["Content-Type"]) == (503, "text/plain")
    assert figures.content == b"The database does not answer, or it is damaged: there are no figures.\n"


def test_backup_verify_and_watch_say_of_such_a_file_that_it_is_damaged(tmp_path, damaged):
    with pytest.raises(NotSafe, match="cannot be copied: its file is damaged"):
        back_up(settings_for(f"sqlite:///{damaged}"), tmp_path / "media", tmp_path / "backups")
    said_by("verify", fails="cannot be read: its file is damaged.*Nothing was verified")
    said_by("watch", fails="The database does not answer: ")


# --- A drill for which there was no place -----------------------------------------------------------------------------


@ON_POSTGRESQL
def test_a_drill_in_a_database_that_gives_no_right_to_make_tables_is_not_noted(folder, tmp_path):
    with empty_database(tmp_path) as address:
        with psycopg.connect(address, autocommit=True) as server:
            server.execute("CREATE ROLE looker LOGIN PASSWORD 'looker'")
            server.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        into = f"postgres://looker:looker@{address.rpartition('@')[2]}"
        try:
            said_by("drill", "--into", into, fails="permission denied.*says nothing of the backup")
        finally:
            with psycopg.connect(address, autocommit=True) as server:
                server.execute("DROP ROLE looker")
    assert noted() == {}


def full() -> OperationalError:
    """What Django raises when SQLite's disk is full."""
    try:
        with closing(sqlite3.connect(":memory:", isolation_level=None)) as small:
            small.execute("PRAGMA max_page_count = 1")
            small.execute("CREATE TABLE large (words text)")
    except sqlite3.OperationalError as cause:
        error = OperationalError(str(cause))
        error.__cause__ = cause
        return error
    raise AssertionError("It was not full.")


def wrong() -> OperationalError:
    """What Django raises when a table is not there."""
    try:
        with closing(sqlite3.connect(":memory:")) as empty:
            empty.execute("SELECT 1 FROM nothing")
    except sqlite3.OperationalError as cause:
        error = OperationalError(str(cause))
        error.__cause__ = cause
        return error
    raise AssertionError("It was there.")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (full(), {}),
        (OSError(28, "No space left on device"), {}),
        (wrong(), {"drill": False}),
        (NotSafe("The seals could not be put back."), {"drill": False}),
    ],
    ids=["full", "no space for files", "control: a table that is missing", "control: our own words"],
)
def test_a_drill_that_lacked_room_is_said_and_not_noted(folder, monkeypatch, error, expected):
    def breaks() -> list[str]:
        raise error

    monkeypatch.setattr(drill_command, "verify_all", breaks)
    said_by("drill", fails=str(getattr(error, "strerror", None) or error))
    assert noted() == expected


def test_a_drill_whose_small_database_is_full_in_the_middle_of_a_table_is_not_noted(folder, monkeypatch):
    """The error comes from writing rows, where it was taken for a row that does not fit."""
    if connection.vendor != "sqlite":
        pytest.skip("a limit of pages is SQLite's")

    def tight(source: Source, database: Any, media: Path, **more: Any) -> Any:
        def verify() -> list[str]:
            raise AssertionError("It came to its end.")

        original = filling.fill

        def limited(*words: Any) -> Any:
            with database.cursor() as cursor:
                cursor.execute("PRAGMA page_count")
                cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
            return original(*words)

        monkeypatch.setattr("academy.safekeeping.restoring.fill", limited)
        return try_out(source, database, media, verify=verify)

    for number in range(200):
        make_user(f"somebody{number}")
    said_by("backup")
    Pulse.objects.all().delete()
    monkeypatch.setattr(drill_command, "try_out", tight)
    said_by("drill", fails="database or disk is full")
    assert noted() == {}
