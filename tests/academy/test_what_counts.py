"""What is noted of backups and drills for the operations page: what a backup is worth, and nobody's slip of the pen."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection, connections

from academy.management.commands import drill as drill_command
from academy.safekeeping import backups
from academy.safekeeping.databases import another, settings_for
from academy.safekeeping.locking import new_key
from academy.safekeeping.refusals import NotSafe
from academy.safekeeping.restoring import place_to_try
from tests.elsewhere import empty_database
from tests.keeping_safe import folder_with_a_backup, newest, noted, said_by

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.django_db(transaction=True)
ON_POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="--into is for PostgreSQL")


@pytest.fixture
def key(tmp_path: Path) -> tuple[Path, str]:
    """A file with the secret half of a key, and its public half."""
    secret, public = new_key()
    (tmp_path / "key").write_text(secret)
    return tmp_path / "key", public


@pytest.fixture
def folder(tmp_path: Path, settings: Any, key: tuple[Path, str]) -> Path:
    """The folder of the academy's backups, with a locked one in it, and nothing noted yet."""
    return folder_with_a_backup(tmp_path, settings, [key[1]])


# --- The drill --------------------------------------------------------------------------------------------------------


def test_a_drill_that_goes_well_and_one_of_a_damaged_backup_are_noted(folder, key):
    """The control of what follows."""
    said_by("drill", "--identity", str(key[0]))
    assert noted() == {"drill": True}
    with newest(folder).open("r+b") as file:
        file.truncate(newest(folder).stat().st_size // 2)
    said_by("drill", "--identity", str(key[0]), fails="cut off or damaged")
    assert noted() == {"drill": False}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["academy-nosuch.tar.gz"], "there is no such file"),
        (["."], "is a folder. Name the file"),
        (["README.md", "--identity", "{key}"], "README.md is no backup of an academy"),
        (["--identity", "{other}"], "locked with another key"),
        (["--identity", "README.md"], "There is no key in README.md"),
        ([], "Name the file with its key"),
        (["--into", "rubbish", "--identity", "{key}"], "This is no address of a database"),
        (["--into", "postgres://a@127.0.0.1:1/b", "--identity", "{key}"], "cannot be reached"),
    ],
    ids=str,
)
def test_a_drill_that_cannot_begin_is_not_noted(folder, key, tmp_path, words, why):
    """A mistyped name told everybody to act, as if the backup could not be restored."""
    (tmp_path / "other").write_text(new_key()[0])
    said_by("drill", *(word.format(key=key[0], other=tmp_path / "other") for word in words), fails=why)
    assert noted() == {}


def test_where_there_is_no_backup_no_drill_is_noted(folder):
    shutil.rmtree(folder)
    said_by("drill", fails="There is no backup in")
    assert noted() == {}


def test_a_file_that_may_not_be_read_is_no_failed_drill(folder, key, monkeypatch):
    path, is_dir = newest(folder), Path.is_dir

    def refuses(self: Path) -> bool:
        if self == path:
            raise PermissionError(13, "Permission denied", str(self))
        return bool(is_dir(self))

    monkeypatch.setattr(Path, "is_dir", refuses)
    said_by("drill", str(path), "--identity", str(key[0]), fails="cannot be read: Permission denied")
    assert noted() == {}


@pytest.mark.parametrize("told", [SystemExit(143), KeyboardInterrupt()], ids=["told to stop", "Ctrl-C"])
def test_a_drill_that_is_told_to_stop_is_not_noted(folder, key, monkeypatch, told):
    def stopped(*_words: Any, **_more: Any) -> Any:
        raise told

    monkeypatch.setattr(drill_command, "try_out", stopped)
    with pytest.raises(type(told)):
        call_command("drill", "--identity", str(key[0]))
    assert noted() == {}


def test_a_drill_that_breaks_in_the_middle_is_noted(folder, key, monkeypatch):
    def breaks(*_words: Any, **_more: Any) -> Any:
        raise NotSafe("no")

    monkeypatch.setattr(drill_command, "verify_all", breaks)
    said_by("drill", "--identity", str(key[0]), fails="no")
    assert noted() == {"drill": False}


def test_no_drill_leaves_a_database_behind_in_a_sqlite_file(folder, key, tmp_path):
    """All people and their passwords lay there, readable."""
    address = f"sqlite:///{tmp_path / 'left.sqlite3'}"
    said_by(
        "drill", "--into", address, "--identity", str(key[0]), fails="is for an empty PostgreSQL database"
    )
    assert noted() == {}
    assert not (tmp_path / "left.sqlite3").exists()
    # The control: without --into it has a file of its own, which is gone with its folder.
    said_by("drill", "--identity", str(key[0]))
    assert [path for path in tmp_path.rglob("*") if "sqlite3" in path.name] == []


@ON_POSTGRESQL
@pytest.mark.parametrize("is_broken", [False, True])
def test_a_drill_in_an_empty_database_leaves_it_empty(folder, key, tmp_path, monkeypatch, is_broken):
    seen = []

    def verify() -> list[str]:
        seen.append(connections["default"].introspection.table_names())
        if is_broken:
            raise NotSafe("no")
        return []

    monkeypatch.setattr(drill_command, "verify_all", verify)
    with empty_database(tmp_path) as address:
        words = ["drill", "--into", address, "--identity", str(key[0])]
        said_by(*words, fails="no" if is_broken else "")
        with another(settings_for(address), "seen") as there:
            assert there.introspection.table_names() == []
    assert "academy_user" in seen[0]
    assert noted() == {"drill": not is_broken}


@ON_POSTGRESQL
def test_a_drill_in_a_database_that_is_not_empty_is_refused_and_not_noted(folder, key, tmp_path):
    with empty_database(tmp_path) as address:
        with another(settings_for(address), "there") as there, there.cursor() as cursor:
            cursor.execute("CREATE TABLE mine (x integer)")
        said_by("drill", "--into", address, "--identity", str(key[0]), fails="The database is not empty")
        with another(settings_for(address), "there") as there:
            assert there.introspection.table_names() == ["mine"]
    assert noted() == {}


def test_the_place_of_a_drill_is_never_a_sqlite_file_that_stays(tmp_path):
    with (
        pytest.raises(NotSafe, match="Leave it away"),
        place_to_try(settings_for(f"sqlite:///{tmp_path / 'x.sqlite3'}"), tmp_path),
    ):
        pass
    with place_to_try({}, tmp_path) as there:
        assert there.settings_dict["NAME"] == str(tmp_path / "drill.sqlite3")


# --- The backup -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--to", "/proc/x"], "(?i)no place to work in /proc/x|cannot be written"),
        (["--to", "README.md"], "README.md is no folder"),
        (["--to", "{tmp}/no/such/folder"], "There is no folder .*/no/such, in which folder could be made"),
        (["--recipient", "age1foo"], "62 signs that begins with age1, and this is no whole one"),
        (["--recipient", ""], "The key that locks the backup is empty"),
        (["--keep", "0"], "At least one backup is kept"),
    ],
    ids=str,
)
def test_a_backup_with_wrong_arguments_is_not_noted_and_makes_nothing(folder, tmp_path, words, why):
    before = sorted(tmp_path.rglob("*"))
    said_by("backup", *(word.format(tmp=tmp_path) for word in words), fails=why)
    assert noted() == {}
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "value"), [("BACKUP_RECIPIENTS", ["age1foo"]), ("BACKUP_KEEP", 0)], ids=["key", "keep"]
)
def test_a_backup_that_fails_by_the_settings_is_noted(folder, settings, name, value):
    """Nobody mistyped these at the shell: it fails each night."""
    setattr(settings, name, value)
    said_by("backup", fails="this is no whole one|At least one backup is kept")
    assert noted() == {"backup": False}


@pytest.mark.parametrize("words", [[], ["--to", "{own}"], ["--to", "{own}/../backups"]], ids=str)
def test_a_full_disk_of_the_academys_own_folder_is_noted(folder, monkeypatch, words):
    monkeypatch.setattr(backups, "_write", disk_is_full(28))
    said_by("backup", *(word.format(own=folder) for word in words), fails="The disk is full")
    assert noted() == {"backup": False}


def disk_is_full(number: int) -> Callable[..., Any]:
    def full(*_words: Any) -> Any:
        raise OSError(number, os.strerror(number))

    return full


@pytest.mark.parametrize("is_full", [False, True])
def test_a_backup_in_another_folder_does_not_count(folder, tmp_path, monkeypatch, is_full):
    """It took the alarm away though no backup was where it is looked for, and carried away from."""
    monkeypatch.setattr(backups, "_write", disk_is_full(28) if is_full else backups._write)
    said = said_by("backup", "--to", str(tmp_path / "other"), fails="The disk is full" if is_full else "")
    assert noted() == {}
    if not is_full:
        assert len(list((tmp_path / "other").glob("academy-*"))) == 1
        assert said.splitlines()[-1] == (
            f"It does not count as the academy’s backup, as it is not in {folder} (BACKUP_DIR)."
        )


def test_a_backup_by_a_link_to_the_academys_own_folder_counts(folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    assert "does not count" not in said_by("backup", "--to", str(tmp_path / "link"))
    assert noted() == {"backup": True}


def test_the_academys_own_folder_is_made_at_any_depth(folder, tmp_path, settings):
    """As at the first backup of a new academy."""
    settings.BACKUP_DIR = tmp_path / "new" / "place"
    said_by("backup")
    assert noted() == {"backup": True}
