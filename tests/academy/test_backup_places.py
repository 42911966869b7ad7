"""Odd places and odd files: backups among the media, joined backups, devices, pipes, and a full disk to speak to."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from academy.management.verification import verify_all
from academy.safekeeping.backups import back_up
from academy.safekeeping.databases import settings_for
from academy.safekeeping.locking import identities_in, new_key
from academy.safekeeping.refusals import NoBackup, NotSafe
from academy.safekeeping.restoring import Source, restore
from academy.safekeeping.retaining import newest_in
from tests.elsewhere import empty_database
from tests.keeping_safe import folder_with_a_backup, newest, noted, said_by
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    return folder_with_a_backup(tmp_path, settings)


def own() -> dict[str, Any]:
    return settings_for(database_of_the_test())


# --- Backups among the media ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["media", "media/backups", "media/a/b", "link", "link/backups"])
def test_a_folder_of_backups_in_the_media_folder_is_refused(db, tmp_path, place):
    (tmp_path / "media").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "media", target_is_directory=True)
    with pytest.raises(NotSafe, match=r"would be in the media folder.*Nothing was written"):
        back_up(own(), tmp_path / "media", tmp_path / place)
    assert list((tmp_path / "media").iterdir()) == []


def test_the_media_folder_may_lie_beside_the_backups_or_among_them(transactional_db, tmp_path):
    """The control; they are known by their names."""
    media = tmp_path / "backups" / "media"
    media.mkdir(parents=True)
    assert back_up(own(), media, tmp_path / "backups").files == 0
    assert back_up(own(), media, tmp_path / "backups" / "media-backups").files == 0


def test_where_the_academys_own_backups_would_lie_there_that_is_an_alarm(folder, settings):
    settings.BACKUP_DIR = Path(settings.MEDIA_ROOT) / "backups"
    said_by("backup", fails="would be in the media folder")
    assert noted() == {"backup": False}


# --- Backups that go on after their end -------------------------------------------------------------------------------

ADDED: dict[str, Callable[[bytes], bytes]] = {
    "another backup": lambda data: data + data,
    "zeros": lambda data: data + bytes(1_000),
    "one byte": lambda data: data + b"x",
    "an empty member": lambda data: data + gzip.compress(b""),
    "packed as one": lambda data: gzip.compress(gzip.decompress(data) * 2),
    "words after it": lambda data: gzip.compress(gzip.decompress(data) + b"words"),
}


@pytest.mark.parametrize("added", ADDED)
def test_a_backup_that_goes_on_after_its_end_is_refused(folder, added):
    path = newest(folder)
    path.write_bytes(ADDED[added](path.read_bytes()))
    with pytest.raises(NoBackup, match="more than one backup, or something was added to it"):
        Source(path).check()


def test_a_tar_with_more_padding_is_none_of_that(folder):
    """The control: other programs pad a tar with more zeros."""
    path = newest(folder)
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()) + bytes(300_000)))
    Source(path).check()


@pytest.mark.parametrize("added", ["another backup", "zeros", "one byte"])
@pytest.mark.parametrize("size", [0, 65_536 * 3])
def test_a_locked_backup_that_goes_on_after_its_end_is_refused(db, tmp_path, added, size):
    secret, public = new_key()
    (tmp_path / "key").write_text(secret)
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "large").write_bytes(os.urandom(size))
    path = back_up(own(), tmp_path / "media", tmp_path / "backups", recipients=[public]).path
    source = Source(path, identities_in(tmp_path / "key"))
    source.check()
    path.write_bytes(ADDED[added](path.read_bytes()))
    with pytest.raises(NoBackup, match="cut off or damaged"):
        source.check()


# --- Paths that are none ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        ["backup", "--to", ""],
        ["drill", ""],
        ["drill", "--identity", ""],
        ["restore", "--erased", ""],
        ["restore", "--into", "sqlite:////nowhere/x.sqlite3", "--media", ""],
    ],
    ids=str,
)
def test_an_empty_path_is_not_the_present_folder(folder, tmp_path, monkeypatch, words):
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    said_by(*words, fails="it is empty; name a file or a folder")
    assert list(place.iterdir()) == []


def odd_media(path: Path, kind: str) -> None:
    if kind == "file":
        path.touch()
    elif kind == "dangling link":
        path.symlink_to(path.with_name("nowhere"))
    else:
        path.symlink_to(path.with_name("other"))
        path.with_name("other").symlink_to(path)


@pytest.mark.parametrize("kind", ["file", "dangling link", "loop"])
def test_a_media_folder_that_is_none_is_in_no_backup_and_no_restore(folder, tmp_path, kind):
    media = tmp_path / "odd"
    odd_media(media, kind)
    with pytest.raises(NotSafe, match=f"The media folder {media} is no folder"):
        back_up(own(), media, tmp_path / "backups")
    with empty_database(tmp_path) as address:
        with pytest.raises(NotSafe, match=f"The media folder {media} is no folder"):
            restore(Source(newest(folder)), settings_for(address), media, verify=verify_all)
        said_by("restore", "--into", address, "--media", str(media), fails="is no folder")


def test_a_media_folder_that_is_not_there_yet_is_no_fault(db, tmp_path):
    assert back_up(own(), tmp_path / "not yet", tmp_path / "backups").files == 0


@pytest.mark.parametrize("kind", ["pipe", "socket"])
def test_what_is_no_file_in_the_media_folder_is_refused(db, tmp_path, kind):
    media = tmp_path / "media"
    (media / "materials").mkdir(parents=True)
    odd = media / "materials" / "odd"
    if kind == "pipe":
        os.mkfifo(odd)
    else:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(os.path.relpath(odd))
    with pytest.raises(NotSafe, match="materials/odd is no file, but a pipe, a socket or a device"):
        back_up(own(), media, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_devices_and_pipes_are_no_backups_and_no_lists_and_devices_no_keys(folder, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in ("/dev/null", "/dev/zero", str(pipe)):
        said_by("drill", path, fails=f"{path} is no file, but a device, a pipe or a socket")
        if path != str(pipe):
            said_by("drill", "--identity", path, fails=f"The key in {path} cannot be read: it is no file")
        said_by("restore", "--replace", "--erased", path, fails=f"The list of erasures {path} is no file")
    (tmp_path / "large").write_bytes(bytes(2_000_000))
    said_by("drill", "--identity", str(tmp_path / "large"), fails="it is too large for one")
    assert noted() == {}


def test_a_key_may_come_through_a_pipe_of_the_shell(tmp_path):
    """`drill --identity <(…)`: the key lies on no disk."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = Thread(target=lambda: pipe.write_text(new_key()[0]))
    writer.start()
    assert len(identities_in(pipe)) == 1
    writer.join()


def test_a_folder_of_backups_that_cannot_be_read_is_not_called_empty(folder, monkeypatch):
    """Root reads everything, so that the disk's refusal is put in its place."""
    iterdir = Path.iterdir

    def refuses(self: Path) -> Any:
        if self == folder:
            raise PermissionError(13, "Permission denied", str(self))
        return iterdir(self)

    monkeypatch.setattr(Path, "iterdir", refuses)
    said_by("drill", fails=f"The folder {folder} cannot be read: Permission denied")
    monkeypatch.undo()
    shutil.rmtree(folder)
    assert newest_in(folder) is None
    said_by("drill", fails="There is no backup in")


# --- A command that nobody hears --------------------------------------------------------------------------------------


class Full(io.StringIO):
    """As `/dev/full`: nothing can be written."""

    def write(self, _words: str) -> int:
        raise OSError(28, "No space left on device")


def unheard(*words: str) -> None:
    with pytest.raises(CommandError, match=r"Everything was done, but .* No space left on device"):
        call_command(*words, stdout=Full(), stderr=Full())


def test_a_backup_that_nobody_hears_of_is_noted_and_removes_old_ones(folder):
    newest(folder).rename(folder / "academy-20200101T000000Z.tar.gz")
    unheard("backup", "--keep", "1")
    assert noted() == {"backup": True}
    assert newest(folder).name != "academy-20200101T000000Z.tar.gz"


def test_a_drill_that_nobody_hears_of_is_noted(folder):
    unheard("drill")
    assert noted() == {"drill": True}


def test_a_restore_that_nobody_hears_of_is_carried_out_with_all_that_is_owed(folder, tmp_path, settings):
    """In processes of their own, whose standard output is a full disk."""
    address = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    environment = {
        **os.environ,
        "DATABASE_URL": address,
        "ACADEMY_VAR": str(tmp_path / "var"),
        "PYTHONUNBUFFERED": "1",
        "LOG_LEVEL": "CRITICAL",
    }
    command = [sys.executable, "manage.py", "restore", str(newest(folder)), "--without-erased"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert (done.returncode, "Everything was done, but" in done.stderr) == (1, True), done.stderr
    asked = subprocess.run(
        [*command[:3], "--only-afterwards", "--without-erased"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Nothing is owed" in asked.stderr
