"""A restore where something is in the way: a damaged or used database, a folder that cannot be changed, a signal."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from academy.management.verification import verify_all
from academy.models import Pulse, User
from academy.safekeeping import media as media_files
from academy.safekeeping import restoring
from academy.safekeeping.backups import back_up
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.refusals import NotEmpty, NotSafe
from academy.safekeeping.restoring import Source, restore
from programme.models import Material, Session
from tests.conftest import bring_to
from tests.elsewhere import empty_database
from tests.factories import make_user
from tests.serving import database_of_the_test

ROOT = Path(__file__).resolve().parents[2]


def files_of(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture
def backup(transactional_db: None, tmp_path: Path) -> Path:
    """Of an academy with a person and two files."""
    make_user("farid")
    media = tmp_path / "source"
    (media / "materials").mkdir(parents=True)
    (media / "materials" / "a.pdf").write_bytes(b"new")
    (media / "b.txt").write_bytes(b"new")
    return back_up(settings_for(database_of_the_test()), media, tmp_path / "backups").path


@pytest.fixture
def old_media(tmp_path: Path) -> Path:
    """A media folder with files of before, one of them under a name that the backup has, too."""
    folder = tmp_path / "media"
    (folder / "materials").mkdir(parents=True)
    (folder / "materials" / "old.pdf").write_bytes(b"old")
    (folder / "b.txt").write_bytes(b"old")
    return folder


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
    (old_media / ".restoring").mkdir()
    (old_media / ".restoring" / "half").touch()  # what a restore that was killed left
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
    assert not (old_media / ".restoring").exists()
    assert oct(aside.stat().st_mode)[-3:] == "700"
    # What was put aside is in no backup afterwards.
    assert [name for _path, name in media_files.files_in(old_media)] == ["b.txt", "materials/a.pdf"]


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4])
def test_if_a_file_cannot_be_moved_the_database_and_all_files_are_as_they_were(
    backup, old_media, tmp_path, monkeypatch, fails_at
):
    """Each of the four renames fails in turn. It was said before that nothing had changed, and the database had."""
    before, rename, count = files_of(old_media), Path.rename, [0]

    def fails(self: Path, to: Path) -> Path:
        count[0] += self.is_relative_to(old_media)
        if count[0] == fails_at and self.is_relative_to(old_media):
            raise OSError(16, "Device or resource busy")
        rename(self, to)
        return to

    with empty_database(tmp_path) as address:
        restore(Source(backup), settings_for(address), tmp_path / "first", verify=verify_all)
        with another(settings_for(address), "seen") as seen, as_default(seen):
            User.objects.update(email="still-there@example.org")
        monkeypatch.setattr(Path, "rename", fails)
        with pytest.raises(NotSafe, match=r"resource busy\. Nothing was changed"):
            restore(Source(backup), settings_for(address), old_media, verify=verify_all, replace=True)
        monkeypatch.setattr(Path, "rename", rename)
        assert emails_in(address) == ["still-there@example.org"]
    assert files_of(old_media) == before
    assert sorted(path.name for path in old_media.iterdir()) == ["b.txt", "materials"]


def test_if_the_database_fails_at_the_end_the_files_go_back(backup, old_media, tmp_path, monkeypatch):
    before, carry_out = files_of(old_media), media_files.Exchange.carry_out

    def then_the_database_breaks(self: Any) -> None:
        carry_out(self)
        assert files_of(old_media) != before
        raise NotSafe("The connection is lost.")

    monkeypatch.setattr(restoring.Exchange, "carry_out", then_the_database_breaks)
    with empty_database(tmp_path) as address, pytest.raises(NotSafe, match="is lost"):
        restore(Source(backup), settings_for(address), old_media, verify=verify_all, replace=True)
    assert files_of(old_media) == before


def test_files_that_cannot_be_put_back_are_named(backup, old_media, tmp_path, monkeypatch):
    rename = Path.rename

    def fails(self: Path, to: Path) -> Path:
        if ".restoring" in self.parts or ".before" in str(self):
            raise OSError(5, "Input/output error")
        rename(self, to)
        return to

    monkeypatch.setattr(Path, "rename", fails)
    with empty_database(tmp_path) as address, pytest.raises(NotSafe, match="move them back into"):
        restore(Source(backup), settings_for(address), old_media, verify=verify_all, replace=True)
    (aside,) = old_media.glob(".before-*")
    assert files_of(aside) == {"materials/old.pdf": b"old", "b.txt": b"old"}


def test_a_disk_inside_of_the_folder_is_refused_before_anything_is_touched(
    backup, old_media, tmp_path, monkeypatch
):
    monkeypatch.setattr(Path, "is_mount", lambda self: self.name == "materials")
    with empty_database(tmp_path) as address:
        with pytest.raises(NotSafe, match="materials is a disk of its own"):
            restore(Source(backup), settings_for(address), old_media, verify=verify_all, replace=True)
        with another(settings_for(address), "seen") as seen:
            assert seen.introspection.table_names() == []


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
    (aside,) = [one for one in tmp_path.glob("academy.sqlite3.before-*") if not one.name.endswith("-wal")]
    assert aside.read_bytes() == data


def test_a_database_that_somebody_still_uses_is_not_replaced(backup, tmp_path):
    """A process that has it open would go on writing into what was put aside: a row of it was lost that way."""
    path = tmp_path / "academy.sqlite3"
    restore_into(path, backup, tmp_path)
    with closing(sqlite3.connect(path)) as user:
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


def test_a_restored_file_is_read_by_its_owner_only(backup, tmp_path):
    path = tmp_path / "academy.sqlite3"
    restore_into(path, backup, tmp_path)
    assert oct(path.stat().st_mode)[-3:] == "600"
    path.chmod(0o640)
    restore_into(path, backup, tmp_path)
    assert oct(path.stat().st_mode)[-3:] == "640"  # as it was


# --- Signals ----------------------------------------------------------------------------------------------------------

STOPPED = """
import os, signal, sys, django
django.setup()
from django.conf import settings
from django.core.management import call_command
settings.MEDIA_ROOT = sys.argv[1]
from academy.safekeeping import archive, restoring

def stop(*_words):
    os.kill(os.getpid(), int(sys.argv[2]))
    raise RuntimeError("it went on")

if sys.argv[3] == "backup":
    archive.Writer.add_file = stop
else:
    restoring.insist_on_equal = stop
call_command(*sys.argv[3:])
"""


def stopped(tmp_path: Path, number: int, *command: str, database: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": database, "BACKUP_DIR": str(tmp_path / "backups")}
    words = [sys.executable, "-c", STOPPED, str(tmp_path / "source"), str(number), *command]
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def hidden(folder: Path) -> list[str]:
    names = (path.relative_to(folder).as_posix() for path in folder.rglob("*"))
    return sorted(name for name in names if ".work/" in name and name != ".work/lock")


@pytest.mark.parametrize("command", ["backup", "drill"])
def test_told_to_stop_it_leaves_nothing_readable_and_a_killed_one_is_swept_by_the_next(
    backup, tmp_path, command
):
    own = database_of_the_test()
    ended = stopped(tmp_path, signal.SIGTERM, command, database=own)
    assert ended.returncode == 143, ended.stderr
    assert hidden(tmp_path / "backups") == []
    killed = stopped(tmp_path, signal.SIGKILL, command, database=own)
    assert killed.returncode == -signal.SIGKILL
    # The control: without a chance to tidy up there is something.
    assert hidden(tmp_path / "backups") != []
    assert [path.name for path in (tmp_path / "backups").glob("academy-*")] == [backup.name]
    back_up(settings_for(own), tmp_path / "source", tmp_path / "backups")
    assert hidden(tmp_path / "backups") == []


def test_a_restore_that_is_told_to_stop_leaves_everything_as_it_was(backup, tmp_path):
    with empty_database(tmp_path) as address:
        media = tmp_path / "source"
        before = files_of(media)
        ended = stopped(
            tmp_path,
            signal.SIGTERM,
            "restore",
            str(backup),
            "--replace",
            database=address,
        )
        assert ended.returncode == 143, ended.stderr
        with another(settings_for(address), "seen") as seen:
            assert seen.introspection.table_names() == []
    assert files_of(media) == before
    assert list(tmp_path.rglob("*restoring*")) == []


def test_two_at_work_in_one_folder_wait_for_each_other(backup, tmp_path):
    environment = {
        **os.environ,
        "DATABASE_URL": database_of_the_test(),
        "BACKUP_DIR": str(tmp_path / "backups"),
    }
    holds = (
        "import sys; from pathlib import Path; from academy.safekeeping.working import alone\n"
        "with alone(Path(sys.argv[1])):\n    print('here', flush=True); sys.stdin.readline()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", holds, str(tmp_path / "backups")],
        cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as holder:  # fmt: skip
        assert holder.stdin is not None
        assert holder.stdout is not None
        assert holder.stdout.readline() == "here\n"
        waits = subprocess.Popen(
            [sys.executable, "manage.py", "drill"],
            cwd=ROOT, env={**environment, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert waits.stdout is not None
        assert "waiting for it" in waits.stdout.readline()
        time.sleep(0.5)
        assert waits.poll() is None
        holder.stdin.write("\n")
        holder.stdin.flush()
        assert "can be restored" in waits.communicate(timeout=120)[0]


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
