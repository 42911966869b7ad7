"""Files in use are never where something is swept away: a restore that is disturbed or killed loses none of them."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from academy.safekeeping.backups import back_up
from academy.safekeeping.databases import settings_for
from academy.safekeeping.media import TRIAL, Exchange, exchanging
from academy.safekeeping.refusals import NoBackup, NotSafe
from academy.safekeeping.restoring import Source, place_to_try, restore, try_out
from academy.safekeeping.working import alone
from tests.academy.test_restoring import emails_in, files_of, restore_into
from tests.serving import database_of_the_test

ROOT = Path(__file__).resolve().parents[2]


def exchanged(media: Path, then: Callable[[], object] = lambda: None) -> None:
    """Another file in the place of those of before; what comes then may undo it."""
    with exchanging(media, tell=print) as exchange:
        (exchange.new / "materials").mkdir()
        (exchange.new / "materials" / "new.pdf").write_bytes(b"new")
        exchange.carry_out()
        then()


# --- In use -----------------------------------------------------------------------------------------------------------


def test_whether_files_can_be_put_aside_is_tried_out_with_none_of_them(old_media, monkeypatch):
    """Each of them was renamed into the folder that is swept at the end, and back: what came between took its place."""
    renamed, rename = [], Path.rename

    def noted(self: Path, to: Path) -> Any:
        renamed.append(self.name)
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", noted)
    with exchanging(old_media, tell=print) as exchange:
        exchange.insist_on_possible(replace=True)
        assert not {"materials", "b.txt"} & set(renamed)
        # The control: the exchange itself renames them.
        exchange.carry_out()
        assert {"materials", "b.txt"} <= set(renamed)


def test_a_database_that_is_in_use_is_noticed_before_anything_is_renamed_in_the_media_folder(
    backup, old_media, tmp_path, monkeypatch
):
    path = tmp_path / "academy.sqlite3"
    restore_into(path, backup, tmp_path)
    renamed, rename = [], Path.rename

    def noted(self: Path, to: Path) -> Any:
        renamed.append(self.name)
        return rename(self, to)

    monkeypatch.setattr(Path, "rename", noted)
    settings = settings_for(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as user:
        user.execute("PRAGMA journal_mode=WAL")
        user.execute("SELECT count(*) FROM academy_user").fetchone()
        with pytest.raises(NotSafe, match="still in use"):
            restore(Source(backup), settings, old_media, verify=list, replace=True)
    assert renamed == []
    restore(Source(backup), settings, old_media, verify=list, replace=True)
    assert TRIAL in renamed


KILLED = """
import os, sys, django
django.setup()
from pathlib import Path
from academy.safekeeping.media import TRIAL, Exchange, exchanging

rename, left = Path.rename, [int(sys.argv[2])]

def dying(self, to):
    rename(self, to)
    left[0] -= 1
    if not left[0]:
        os.kill(os.getpid(), 9)

Path.rename = dying
with exchanging(Path(sys.argv[1]), tell=print) as exchange:
    (exchange.new / "materials").mkdir()
    exchange.insist_on_possible(replace=True)
    exchange.carry_out()
"""


@pytest.mark.parametrize("moves", [1, 2, 3, 4, 5])
def test_whenever_a_restore_is_killed_the_next_one_sweeps_no_file_away(old_media, moves):
    """After the first and the second renaming of the trial, and after each of the exchange."""
    ended = subprocess.run([sys.executable, "-c", KILLED, str(old_media), str(moves)], cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL
    with alone(old_media):
        pass
    left = {Path(name).name: data for name, data in files_of(old_media).items()}
    assert left == {"old.pdf": b"old", "b.txt": b"old"}


@pytest.mark.parametrize("is_given_back", [True, False])
def test_what_is_saved_among_the_new_files_is_given_back_when_they_are_taken_out_again(
    old_media, monkeypatch, is_given_back
):
    """An academy that was not stopped saves a file after the exchange, and then the database fails."""
    if not is_given_back:  # the control: without that, it is swept away with them
        monkeypatch.setattr(Exchange, "_keep_what_came", lambda _self: None)

    def uploaded_and_lost() -> None:
        (old_media / "materials" / "upload.pdf").write_bytes(b"uploaded")
        raise NotSafe("The connection is lost.")

    with pytest.raises(NotSafe, match="is lost"):
        exchanged(old_media, uploaded_and_lost)
    uploaded = {"materials/upload.pdf": b"uploaded"} if is_given_back else {}
    assert files_of(old_media) == {"materials/old.pdf": b"old", "b.txt": b"old"} | uploaded


def test_a_file_that_is_uploaded_while_files_change_places_costs_none(old_media, monkeypatch):
    """The folder of before comes back by an upload, between its being put aside and the new one's coming."""
    rename = Path.rename

    def racing(self: Path, to: Path) -> Any:
        found = rename(self, to)
        if self == old_media / "materials":
            self.mkdir()
            (self / "upload.pdf").write_bytes(b"uploaded")
        return found

    monkeypatch.setattr(Path, "rename", racing)
    with pytest.raises(NotSafe, match="move them back into"):
        exchanged(old_media)
    assert sorted(files_of(old_media).values()) == [b"old", b"old", b"uploaded"]


# --- On the disk ------------------------------------------------------------------------------------------------------


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Which files and folders were brought to the disk, by their numbers there, in order."""
    found: list[Any] = []
    fsync = os.fsync

    def noted(number: int) -> None:
        found.append(os.fstat(number).st_ino)
        fsync(number)

    monkeypatch.setattr(os, "fsync", noted)
    return found


def test_files_are_on_the_disk_before_they_change_places_and_their_names_after_it(
    backup, old_media, tmp_path, flushed
):
    restore_settings = settings_for(f"sqlite:///{tmp_path / 'academy.sqlite3'}")
    restore(Source(backup), restore_settings, old_media, verify=list, replace=True)
    (aside,) = old_media.glob(".before-*")
    unpacked = [old_media / "materials" / "a.pdf", old_media / "b.txt", old_media / "materials"]
    after = flushed.index(aside.stat().st_ino)
    assert {path.stat().st_ino for path in unpacked} <= set(flushed[:after])
    assert old_media.stat().st_ino in flushed[after:]


def test_a_backup_that_changes_between_the_two_times_it_is_read_is_noticed(backup, old_media, tmp_path):
    """Its files were compared with the manifest when it was checked, and written unseen when it was unpacked."""
    before, data = files_of(old_media), backup.read_bytes()
    for piece in ("media/b.txt", "media/gone.txt"):
        backup.write_bytes(data)
        source = Source(backup)
        told = source.check()
        told[1]["members"].setdefault(piece, [3, "0" * 64])
        with tarfile.open(backup) as tar:
            pieces = [(info, tar.extractfile(info).read()) for info in tar]
        with tarfile.open(backup, "w:gz") as tar:
            for info, content in pieces:
                if info.name == "manifest.json":
                    content = json.dumps(told[1]).encode()  # noqa: PLW2901  # the same, with what is expected
                    info.size = len(content)
                elif info.name == piece:
                    content = b"bad"  # noqa: PLW2901  # of the same length
                tar.addfile(info, io.BytesIO(content))
        read = type("Read", (Source,), {"check": lambda _self, told=told: told})(backup)
        with pytest.raises(NoBackup, match=f"{piece} is not .*changed while it was restored"):
            restore(
                read,
                settings_for(f"sqlite:///{tmp_path / 'n.sqlite3'}"),
                old_media,
                verify=list,
                replace=True,
            )
    assert files_of(old_media) == before
    backup.write_bytes(data)
    (tmp_path / "drill").mkdir()
    with place_to_try({}, tmp_path / "drill") as connection:
        try_out(Source(backup), connection, tmp_path / "drill" / "media", verify=list)


def refusing_folders(monkeypatch: pytest.MonkeyPatch, number: int, only: Path | None = None) -> None:
    """A disk that says no when the names in a folder are to be brought to it."""
    fsync = os.fsync

    def refuses(file: int) -> None:
        found = os.fstat(file)
        if stat.S_ISDIR(found.st_mode) and (only is None or os.path.samestat(found, only.stat())):
            raise OSError(number, os.strerror(number))
        fsync(file)

    monkeypatch.setattr(os, "fsync", refuses)


def test_a_share_that_knows_nothing_of_folders_is_restored_into(backup, old_media, tmp_path, monkeypatch):
    """Files were put back, and the database beside them stayed replaced, with "Nothing was changed"."""
    path = tmp_path / "academy.sqlite3"
    restore_into(path, backup, tmp_path)
    refusing_folders(monkeypatch, errno.EINVAL)
    said: list[str] = []
    settings = settings_for(f"sqlite:///{path}")
    restore(Source(backup), settings, old_media, verify=list, replace=True, tell=said.append)
    assert said == []
    assert (old_media / "materials" / "a.pdf").exists()
    assert emails_in(f"sqlite:///{path}") == ["farid@example.org"]


def test_a_disk_that_fails_after_the_database_took_its_place_is_told_and_takes_nothing_back(
    backup, old_media, tmp_path, monkeypatch
):
    folder = tmp_path / "of its own"
    folder.mkdir()
    refusing_folders(monkeypatch, errno.EIO, only=folder)
    said: list[str] = []
    settings = settings_for(f"sqlite:///{folder / 'academy.sqlite3'}")
    restore(Source(backup), settings, old_media, verify=list, replace=True, tell=said.append)
    assert len(said) == 1
    assert "is not sure: Input/output error" in said[0]
    assert (old_media / "materials" / "a.pdf").exists()
    assert emails_in(f"sqlite:///{folder / 'academy.sqlite3'}") == ["farid@example.org"]


def test_a_disk_that_fails_before_that_is_refused_and_everything_is_as_it_was(
    backup, old_media, tmp_path, monkeypatch
):
    before = files_of(old_media)
    refusing_folders(monkeypatch, errno.EIO, only=old_media)
    path = tmp_path / "academy.sqlite3"
    with pytest.raises(NotSafe, match=r"Input/output error\. Nothing was changed"):
        restore(Source(backup), settings_for(f"sqlite:///{path}"), old_media, verify=list, replace=True)
    assert files_of(old_media) == before
    assert not path.exists()


def test_a_database_that_cannot_take_its_place_leaves_the_old_one_in_it(backup, tmp_path, monkeypatch):
    """Also where a disk knows no second name for a file, and the old one was moved."""
    path = tmp_path / "academy.sqlite3"
    restore_into(path, backup, tmp_path)
    data, rename = path.read_bytes(), Path.rename

    def fails(self: Path, to: Path) -> Any:
        if to == path and self.parent.name.startswith("run-"):
            raise OSError(errno.EIO, "Input/output error")
        return rename(self, to)

    def no_links(*_words: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(Path, "rename", fails)
    for _time in range(2):
        with pytest.raises(NotSafe, match="Nothing was changed"):
            restore_into(path, backup, tmp_path)
        assert path.read_bytes() == data
        assert list(tmp_path.glob("*.before-*")) == []
        monkeypatch.setattr(os, "link", no_links)


@pytest.mark.parametrize(("number", "words"), [(errno.EINVAL, []), (errno.EIO, ["Input/output error"])])
def test_a_backup_that_has_its_name_is_made_whatever_its_disk_says_of_the_folder(
    transactional_db, tmp_path, monkeypatch, number, words
):
    """It was there, whole and under its name, and the command said that it could not be written."""
    refusing_folders(monkeypatch, number)
    said: list[str] = []
    own = settings_for(database_of_the_test())
    made = back_up(own, tmp_path / "no-media", tmp_path / "backups", tell=said.append)
    assert made.bytes == made.path.stat().st_size
    Source(made.path).check()
    assert len(said) == len(words)
    assert all(word in line for word, line in zip(words, said, strict=True))
