"""A restore where something is in the way: a damaged or used database, a folder that cannot be changed, lost files."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from academy.management.verification import verify_all
from academy.models import Pulse, User
from academy.safekeeping import backups, targets
from academy.safekeeping import media as media_files
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.media import Exchange
from academy.safekeeping.refusals import NotEmpty, NotSafe
from academy.safekeeping.restoring import Source, restore
from programme.models import Material, Session
from tests.conftest import bring_to
from tests.elsewhere import empty_database

ROOT = Path(__file__).resolve().parents[2]


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def emails_in(address: str) -> list[str]:
    with another(settings_for(address), "seen") as seen, as_default(seen):
        return list(User.objects.values_list("email", flat=True))


# --- The media folder -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_link", [False, True])
def test_files_change_places_inside_of_the_folder_which_may_be_a_share_or_a_link(
    backup, old_media, tmp_path, is_link
):
    place = tmp_path / "link" if is_link else old_media
    if is_link:
        place.symlink_to(old_media)
    left = old_media / ".academy-work" / "run-killed"  # what a restore that was killed left
    left.mkdir(parents=True)
    (left / "half").touch()
    (old_media / "lost+found").mkdir()  # what a disk of its own has
    with empty_database(tmp_path) as address:
        restore(Source(backup), settings_for(address), place, verify=verify_all, replace=True)
        assert emails_in(address) == ["farid@example.org"]
    assert place.is_symlink() == is_link
    (aside,) = old_media.glob(".before-*")
    assert files_of(aside) == {"materials/old.pdf": b"old", "b.txt": b"old"}
    assert {name: data for name, data in files_of(old_media).items() if not name.startswith(".")} == {
        "materials/a.pdf": b"new",
        "b.txt": b"new",
    }
    assert sorted(path.name for path in old_media.glob("*[!0-9Z]")) == ["b.txt", "lost+found", "materials"]
    assert oct(aside.stat().st_mode)[-3:] == "700"
    # What was put aside is in no backup afterwards.
    assert [name for _path, name in media_files.files_in(old_media)] == ["b.txt", "materials/a.pdf"]


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4])
def test_if_a_file_cannot_be_moved_the_database_and_all_files_are_as_they_were(
    backup, old_media, tmp_path, monkeypatch, fails_at
):
    """Each of the four moves fails in turn. It was said before that nothing had changed, and the database had."""
    before, move, moves = files_of(old_media), Exchange._move, []

    def fails(self: Exchange, entry: Path, place: Path) -> None:
        moves.append(entry)
        if len(moves) == fails_at:
            self._begun.append((entry, place))
            raise OSError(16, "Device or resource busy")
        move(self, entry, place)

    with empty_database(tmp_path) as address:
        restore(Source(backup), settings_for(address), tmp_path / "first", verify=verify_all)
        with another(settings_for(address), "seen") as seen, as_default(seen):
            User.objects.update(email="still-there@example.org")
        monkeypatch.setattr(Exchange, "_move", fails)
        with pytest.raises(NotSafe, match=r"resource busy\. Nothing was changed"):
            restore(Source(backup), settings_for(address), old_media, verify=verify_all, replace=True)
        assert emails_in(address) == ["still-there@example.org"]
    assert files_of(old_media) == before
    assert sorted(path.name for path in old_media.iterdir()) == ["b.txt", "materials"]


def test_if_the_database_fails_at_the_end_the_files_go_back(backup, old_media, tmp_path, monkeypatch):
    before, carry_out = files_of(old_media), Exchange.carry_out

    def then_the_database_breaks(self: Any) -> None:
        carry_out(self)
        assert files_of(old_media) != before
        raise NotSafe("The connection is lost.")

    monkeypatch.setattr(Exchange, "carry_out", then_the_database_breaks)
    with empty_database(tmp_path) as address, pytest.raises(NotSafe, match="is lost"):
        restore(Source(backup), settings_for(address), old_media, verify=verify_all, replace=True)
    assert files_of(old_media) == before


def test_files_that_cannot_be_put_back_are_named(backup, old_media, tmp_path, monkeypatch):
    carry_out, rename = Exchange.carry_out, Path.rename

    def then_the_disk_breaks(self: Exchange) -> None:
        carry_out(self)
        monkeypatch.setattr(Path, "rename", broken)
        raise NotSafe("The connection is lost.")

    def broken(_self: Path, _to: Path) -> Path:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Exchange, "carry_out", then_the_disk_breaks)
    with empty_database(tmp_path) as address, pytest.raises(NotSafe, match="move them back into"):
        restore(Source(backup), settings_for(address), old_media, verify=verify_all, replace=True)
    monkeypatch.setattr(Path, "rename", rename)
    (aside,) = old_media.glob(".before-*")
    assert files_of(aside) == {"materials/old.pdf": b"old", "b.txt": b"old"}


def test_what_cannot_be_put_aside_is_refused_before_anything_is_touched(
    backup, old_media, tmp_path, monkeypatch
):
    """A folder of somebody else, or a media folder in which nothing can be renamed."""
    before, access, rename = files_of(old_media), os.access, Path.rename

    def somebody_elses(path: Path, mode: int) -> bool:
        return path.name != "materials" and access(path, mode)

    def refuses(self: Path, to: Path) -> Any:
        if self.name == media_files.TRIAL:
            raise OSError(18, "Invalid cross-device link")
        return rename(self, to)

    with empty_database(tmp_path) as address:
        for place, name, stand_in, words in (
            (
                os,
                "access",
                somebody_elses,
                "materials cannot be put aside: the program may not write into it",
            ),
            (Path, "rename", refuses, "nothing can be renamed: Invalid cross-device link"),
        ):
            with monkeypatch.context() as meanwhile:
                meanwhile.setattr(place, name, stand_in)
                with pytest.raises(NotSafe, match=words):
                    restore(Source(backup), settings_for(address), old_media, verify=verify_all, replace=True)
            with another(settings_for(address), "seen") as seen:
                assert seen.introspection.table_names() == []
    assert files_of(old_media) == before
    assert sorted(path.name for path in old_media.iterdir()) == ["b.txt", "materials"]


def test_a_folder_that_was_made_for_it_goes_again_unless_something_came_into_it(backup, tmp_path):
    media = tmp_path / "new"

    def fails() -> list[str]:
        raise NotSafe("no")

    def comes() -> list[str]:
        (media / "uploaded.pdf").write_bytes(b"meanwhile")
        raise NotSafe("no")

    with empty_database(tmp_path) as address:
        for verify, left in ((fails, []), (comes, ["new"])):
            with pytest.raises(NotSafe, match="no"):
                restore(Source(backup), settings_for(address), media, verify=verify)
            assert [path.name for path in tmp_path.glob("new")] == left
    assert files_of(media) == {"uploaded.pdf": b"meanwhile"}


def test_a_disk_that_came_meanwhile_is_not_touched(backup, old_media, tmp_path, monkeypatch):
    before, carry_out = files_of(old_media), Exchange.carry_out

    def on_another_disk(self: Exchange) -> None:
        self._place = tmp_path.stat()
        carry_out(self)

    monkeypatch.setattr(Exchange, "carry_out", on_another_disk)
    with empty_database(tmp_path) as address, pytest.raises(NotSafe, match="Meanwhile a disk has come"):
        restore(Source(backup), settings_for(address), old_media, verify=verify_all, replace=True)
    assert files_of(old_media) == before


# --- SQLite -----------------------------------------------------------------------------------------------------------


def restore_into(path: Path, backup: Path, tmp_path: Path, *, replace: bool = True) -> None:
    settings = settings_for(f"sqlite:///{path}")
    restore(Source(backup), settings, tmp_path / "new-media", verify=verify_all, replace=replace)


def broken_file(path: Path, damage: str) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE somebody (name text)")
        file.executemany("INSERT INTO somebody VALUES (?)", [("x" * 1_000,)] * 50)
        file.commit()
    data = bytearray(path.read_bytes())
    if damage == "no database":
        data = bytearray(b"\x17" * 5_000)
    else:
        data[: 2 * 4_096] = bytes(2 * 4_096)
    path.write_bytes(data)


@pytest.mark.parametrize("damage", ["no database", "zeroed pages"])
def test_a_damaged_database_is_put_aside_unread_if_it_may_be_replaced(backup, tmp_path, damage):
    path = tmp_path / "academy.sqlite3"
    broken_file(path, damage)
    data = path.read_bytes()
    path.with_name("academy.sqlite3-wal").write_bytes(b"log")
    with pytest.raises(NotEmpty, match="--replace"):
        restore_into(path, backup, tmp_path, replace=False)
    assert path.read_bytes() == data
    path.with_name("academy.sqlite3-wal").write_bytes(b"log")
    restore_into(path, backup, tmp_path)
    assert emails_in(f"sqlite:///{path}") == ["farid@example.org"]
    (aside,) = (one for one in tmp_path.glob("academy.sqlite3.before-*") if one.name.endswith("Z"))
    assert aside.read_bytes() == data


def test_a_database_that_somebody_still_uses_is_not_replaced(backup, tmp_path):
    """A process that has it open would go on writing into what was put aside: a row of it was lost that way."""
    path = tmp_path / "academy.sqlite3"
    restore_into(path, backup, tmp_path)
    with closing(sqlite3.connect(path)) as user:
        user.execute("PRAGMA journal_mode=WAL")  # as the academy does
        user.execute("SELECT count(*) FROM academy_user").fetchone()
        with pytest.raises(NotSafe, match=r"still in use\. Stop the academy"):
            restore_into(path, backup, tmp_path)
        user.execute("CREATE TABLE late (name text)")
        user.commit()
    assert list(tmp_path.glob("*.before-*")) == []
    restore_into(path, backup, tmp_path)
    (aside,) = tmp_path.glob("academy.sqlite3.before-*")
    with closing(sqlite3.connect(aside)) as kept:
        assert kept.execute("SELECT count(*) FROM late").fetchone() == (0,)


def test_nobody_writes_into_the_old_file_while_the_new_one_is_filled(backup, tmp_path):
    """An academy that was not stopped and has no connection open at the beginning: what it wrote went aside with it."""
    path = tmp_path / "academy.sqlite3"
    restore_into(path, backup, tmp_path)
    said = []

    def verify() -> list[str]:
        with closing(sqlite3.connect(path, timeout=0.1)) as late:
            try:
                late.execute("CREATE TABLE late (name text)")
                late.commit()
            except sqlite3.OperationalError as error:
                said.append(str(error))
        return []

    settings = settings_for(f"sqlite:///{path}")
    restore(Source(backup), settings, tmp_path / "new-media", verify=verify, replace=True)
    assert said == ["database is locked"]


def test_a_link_to_the_file_stays_a_link(backup, tmp_path):
    (tmp_path / "bigger").mkdir()
    link = tmp_path / "academy.sqlite3"
    link.symlink_to(tmp_path / "bigger" / "academy.sqlite3")
    for _time in range(2):
        restore_into(link, backup, tmp_path)
        assert link.is_symlink()
        assert emails_in(f"sqlite:///{link}") == ["farid@example.org"]
    assert len(list((tmp_path / "bigger").glob("academy.sqlite3.before-*"))) == 1


def test_a_file_that_keeps_something_in_its_log_is_not_whole():
    """On a full disk SQLite leaves everything there without a word; the log is removed with what is in the way."""

    class Cursor:
        def __enter__(self) -> Cursor:
            return self

        def __exit__(self, *_error: object) -> None: ...
        def execute(self, _words: str) -> None: ...
        def fetchone(self) -> tuple[str]:
            return ("wal",)

    with pytest.raises(NotSafe, match="could not be written whole"):
        targets._finish(SimpleNamespace(cursor=Cursor))


def test_a_restored_file_is_read_by_its_owner_only(backup, tmp_path):
    path = tmp_path / "academy.sqlite3"
    restore_into(path, backup, tmp_path)
    assert oct(path.stat().st_mode)[-3:] == "600"
    path.chmod(0o640)
    restore_into(path, backup, tmp_path)
    assert oct(path.stat().st_mode)[-3:] == "640"  # as it was


# --- What is missing --------------------------------------------------------------------------------------------------


@pytest.fixture
def with_material(transactional_db: None, tmp_path: Path, settings: Any) -> Path:
    """An academy with a material whose file lies in the media folder."""
    edition = bring_to("programme")
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path / "backups", tmp_path / "media"
    file = tmp_path / "media" / "materials" / "a.pdf"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"%PDF")
    session = Session.objects.filter(day__edition=edition)[0]
    Material.objects.create(session=session, title="Plan", file="materials/a.pdf", name="a.pdf")
    return file


def test_with_its_files_everything_is_well(with_material):
    call_command("backup")
    call_command("drill")
    call_command("verify")


def test_without_the_disk_of_the_files_a_backup_is_made_but_says_so_and_removes_none(
    with_material, tmp_path, settings
):
    call_command("backup")
    with_material.rename(tmp_path / "away.pdf")
    old = next(settings.BACKUP_DIR.glob("academy-*"))
    old.rename(old.with_name("academy-20200101T000000Z.tar.gz"))
    with pytest.raises(CommandError, match=r"not in .*media: materials/a.pdf. Is the disk there"):
        call_command("backup", "--keep", "1")
    assert len(list(settings.BACKUP_DIR.glob("academy-*"))) == 2
    with pytest.raises(CommandError, match="verify finds 1"):
        call_command("drill")
    with pytest.raises(CommandError, match="1 object does not match"):
        call_command("verify")


def test_a_file_that_is_removed_while_a_backup_is_made_is_missed_by_nobody(
    with_material, settings, monkeypatch
):
    """The disk was asked for, and no earlier backup was removed."""
    write = backups._write

    def removed_meanwhile(*words: Any) -> Any:
        with_material.unlink()
        named = write(*words)
        Material.objects.all().delete()
        return named

    monkeypatch.setattr(backups, "_write", removed_meanwhile)
    call_command("backup")
    assert len(list(settings.BACKUP_DIR.glob("academy-*"))) == 1


def test_a_folder_that_cannot_be_read_is_said_and_not_passed_over(with_material, settings, monkeypatch):
    """Its files were in no backup, and whoever read why was asked for the disk."""
    scan = os.scandir

    def refuses(path: Any) -> Any:
        if str(path) == str(with_material.parent):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuses)
    with pytest.raises(CommandError, match="materials cannot be read: Permission denied"):
        call_command("backup")
    assert list(settings.BACKUP_DIR.glob("academy-*")) == []


@pytest.mark.parametrize("name", ["materials", "link.pdf"])
def test_a_link_is_refused_aloud(with_material, tmp_path, settings, name):
    """What it leads to would be in no backup, and nobody would know."""
    elsewhere = tmp_path / "bigger"
    elsewhere.mkdir()
    if name == "materials":
        with_material.rename(elsewhere / "a.pdf")
        with_material.parent.rmdir()
    (settings.MEDIA_ROOT / name).symlink_to(elsewhere)
    with pytest.raises(CommandError, match=f"{name} is a link"):
        call_command("backup")
    assert list(settings.BACKUP_DIR.glob("academy-*")) == []


@pytest.mark.parametrize("words", [["--recipient", ""], ["--recipient", " "]])
def test_an_empty_key_is_no_wish_for_an_open_backup(with_material, settings, words):
    with pytest.raises(CommandError, match="The key that locks the backup is empty"):
        call_command("backup", *words)
    assert list(settings.BACKUP_DIR.glob("academy-*")) == []


def test_a_drill_where_no_academy_lives_is_held_and_noted_by_hand(with_material, tmp_path, settings):
    call_command("backup")
    environment = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'nothing.sqlite3'}",
        "BACKUP_DIR": str(settings.BACKUP_DIR),
    }
    held = subprocess.run(
        [sys.executable, "manage.py", "drill"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (held.returncode, held.stderr) == (0, "")
    assert "can be restored" in held.stdout
    assert not Pulse.objects.filter(name="drill").exists()
    call_command("drill", "--went-well")
    assert Pulse.objects.get(name="drill").is_well
