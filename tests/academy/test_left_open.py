"""A restore that is killed while files change places leaves those that are in use under a name that says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection

from academy.models import User
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.marking import PUT_ASIDE, RESTORED, is_marked, mark, take_off_mark
from academy.safekeeping.media import PASSED_OVER, left_open
from academy.safekeeping.restoring import Source, restore
from academy.watching import Level, lights
from tests.academy.test_restoring import emails_in, files_of
from tests.coming_back import said_by
from tests.elsewhere import empty_database

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
NEW = {"materials/a.pdf": b"new", "b.txt": b"new"}

# Killed when files have changed places and the database is not kept; or when it is, and the folder has its first name.
KILLED = """
import os, sys, django
django.setup()
from django.conf import settings
from django.core.management import call_command
settings.MEDIA_ROOT = sys.argv[1]
from academy.safekeeping import media

def dying(*words):
    if sys.argv[2] == "before":
        carry_out(*words)
    os.kill(os.getpid(), 9)

carry_out = media.Exchange.carry_out
if sys.argv[2] == "before":
    media.Exchange.carry_out = dying
elif sys.argv[2] == "after":
    media.close = dying
call_command("restore", *sys.argv[3:], "--without-erased")
"""


@pytest.fixture
def target(backup: Path, tmp_path: Path) -> Iterator[str]:
    """A database with the academy of the backup, in which somebody is called otherwise by now."""
    with empty_database(tmp_path) as address:
        restore(Source(backup), settings_for(address), tmp_path / "first", verify=list)
        with another(settings_for(address), "seen") as seen, as_default(seen):
            User.objects.update(email="still-there@example.org")
        yield address


def restoring(target: str, media: Path, when: str, *words: str) -> int:
    """What the command ended with."""
    environment = {**os.environ, "DATABASE_URL": target, "ERASED_LIST": str(media.parent / "no-list")}
    command = [sys.executable, "-c", KILLED, str(media), when, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False).returncode


def seen(settings: Any, media: Path) -> dict[str, tuple[Level, str]]:
    """What *Operations* says of it: how bad it is, and what to do."""
    settings.MEDIA_ROOT = media
    return {
        light.key: (light.level, light.help) for light in lights() if light.key in {"left-open", "kept-aside"}
    }


def in_use(media: Path) -> dict[str, bytes]:
    return {name: data for name, data in files_of(media).items() if not PASSED_OVER.match(name)}


def test_files_that_are_in_use_are_never_to_be_removed_but_to_be_moved_back(
    backup, target, old_media, settings
):
    before = files_of(old_media)
    assert restoring(target, old_media, "before", str(backup), "--replace") == -signal.SIGKILL
    assert emails_in(target) == ["still-there@example.org"]
    (aside,) = left_open(old_media)
    assert (files_of(aside), in_use(old_media)) == (before, NEW)
    said = seen(settings, old_media)
    assert set(said) == {"left-open"}
    level, advice = said["left-open"]
    assert level is Level.ACT
    assert f"move what is in {aside} back into the media folder" in advice
    assert "Remove it" not in advice
    # What it says is true.
    for entry in list(aside.iterdir()):
        place = old_media / entry.name
        if place.exists():
            place.rename(old_media.parent / f"away-{entry.name}")
        entry.rename(place)
    aside.rmdir()
    assert in_use(old_media) == before
    assert seen(settings, old_media) == {}


def test_once_restored_once_more_nobody_needs_them(backup, target, old_media, settings):
    before = files_of(old_media)
    restoring(target, old_media, "before", str(backup), "--replace")
    (aside,) = left_open(old_media)
    restore(Source(backup), settings_for(target), old_media, verify=list, replace=True)
    assert emails_in(target) == ["farid@example.org"]
    assert in_use(old_media) == NEW
    said = seen(settings, old_media)
    assert set(said) == {"kept-aside"}
    assert said["kept-aside"][0] is Level.LOOK
    assert files_of(aside.with_name(aside.name.removesuffix("-open"))) == before


def test_a_restore_that_comes_to_its_end_leaves_none(backup, target, old_media, settings):
    """The control."""
    assert restoring(target, old_media, "never", str(backup), "--replace") == 0
    assert set(seen(settings, old_media)) == {"kept-aside"}


def test_killed_when_the_database_is_kept_nobody_moves_them_back_after_what_is_owed(
    backup, target, old_media, settings
):
    assert restoring(target, old_media, "after", str(backup), "--replace") == -signal.SIGKILL
    assert emails_in(target) == ["farid@example.org"]
    with another(settings_for(target), "marked") as marked:
        assert is_marked(marked)
    assert len(left_open(old_media)) == 1
    assert restoring(target, old_media, "never", "--only-afterwards") == 0
    assert (in_use(old_media), set(seen(settings, old_media))) == (NEW, {"kept-aside"})


# --- What is owed -----------------------------------------------------------------------------------------------------


@pytest.fixture
def two_open(transactional_db: None, noted_in: Path, settings: Any) -> Iterator[Path]:
    """Two folders were left open, and the database that is owed something is of the first of these restores."""
    media: Path = settings.MEDIA_ROOT
    for number in (1, 2):
        (media / f".before-{number}-open").mkdir(parents=True)
    mark(connection, {RESTORED: "", PUT_ASIDE: [".before-1-open"]})
    yield media
    if is_marked(connection):
        take_off_mark(connection)


def names(media: Path) -> list[str]:
    return sorted(path.name for path in media.iterdir())


def test_what_a_later_restore_left_open_is_still_needed(two_open):
    said_by("--only-afterwards", "--without-erased")
    assert names(two_open) == [".before-1", ".before-2-open"]
    assert not is_marked(connection)


def test_what_cannot_be_renamed_is_dealt_with_first(two_open, monkeypatch):
    def refuses(_self: Path, _to: Path) -> Path:
        raise OSError(30, "Read-only file system")

    with monkeypatch.context() as disk:
        disk.setattr(Path, "rename", refuses)
        said = said_by("--only-afterwards", "--without-erased", fails="Do not start the academy until the 1")
    assert ".before-1-open cannot be renamed: Read-only file system." in said
    assert is_marked(connection)
    said_by("--only-afterwards", "--without-erased")
    assert names(two_open) == [".before-1", ".before-2-open"]
