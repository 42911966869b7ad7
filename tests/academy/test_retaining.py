"""Which backups stay."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command

from academy import clock
from academy.management.safekeeping import newest_or
from academy.safekeeping.refusals import NoBackup, NotSafe
from academy.safekeeping.retaining import backups_in, forget_old, newest_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2022, 2, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.set_to(NOW):
        yield


def laid(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"x")


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_only_backups_of_ours_and_of_the_oldest_days_are_removed(tmp_path):
    names = [f"academy-2022010{day}T000000Z.tar.gz" for day in range(1, 6)]
    names.append("academy-20220106T000000Z.tar.gz.age")
    others = ["academy-notes.tar.gz", "other.tar.gz", "academy-20229999T000000Z.tar.gz"]
    laid(tmp_path, *names, *others)
    assert [path.name for path in forget_old(tmp_path, keep=2)] == list(reversed(names[:4]))
    assert left(tmp_path) == sorted(names[4:] + others)
    with pytest.raises(NotSafe, match="At least one"):
        forget_old(tmp_path, keep=0)


def test_a_day_with_many_backups_pushes_no_earlier_day_out(tmp_path):
    """Of earlier days the last one stays."""
    today = [f"academy-20220201T10{number:02}00Z.tar.gz" for number in range(10)]
    today += ["academy-20220201T100900Z-2.tar.gz", "academy-20220201T100900Z-10.tar.gz"]
    earlier = ["academy-20220131T230000Z.tar.gz", "academy-20220131T020000Z.tar.gz"]
    oldest = ["academy-20220130T020000Z.tar.gz"]
    laid(tmp_path, *today, *earlier, *oldest)
    assert newest_in(tmp_path) == tmp_path / today[-1]
    forget_old(tmp_path, keep=2)
    assert left(tmp_path) == sorted([*today, earlier[0]])


def test_what_is_ahead_of_the_time_counts_for_nothing_and_stays(tmp_path, settings):
    ahead = [f"academy-2036010{day}T000000Z.tar.gz" for day in range(1, 4)]
    laid(tmp_path, *ahead)
    settings.BACKUP_DIR = tmp_path
    assert newest_or(None).name == ahead[-1]  # better than none
    laid(tmp_path, "academy-20220201T100000Z.tar.gz", "academy-20220131T100000Z.tar.gz")
    assert [path.name for path in forget_old(tmp_path, keep=1)] == ["academy-20220131T100000Z.tar.gz"]
    assert left(tmp_path) == ["academy-20220201T100000Z.tar.gz", *ahead]
    assert newest_or(None).name == "academy-20220201T100000Z.tar.gz"
    assert backups_in(tmp_path)[0].name == ahead[-1]


def test_the_backup_that_was_just_made_is_never_removed(transactional_db, tmp_path, settings):
    """A clock that was set back: the new one has the oldest name. The command names those that are ahead."""
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "media"
    laid(tmp_path, "academy-20220201T115900Z.tar.gz", "academy-20360101T000000Z.tar.gz")
    said, warned = io.StringIO(), io.StringIO()
    with clock.set_to(datetime(2021, 1, 1, tzinfo=UTC)):
        call_command("backup", "--keep", "1", stdout=said, stderr=warned)
    assert (tmp_path / "academy-20210101T000000Z.tar.gz").stat().st_size > 1_000
    assert "academy-20360101T000000Z.tar.gz is ahead of the time" in warned.getvalue()
    with clock.set_to(NOW):
        call_command("backup", "--keep", "1", stdout=said, stderr=warned)
    assert "academy-20210101T000000Z.tar.gz" in said.getvalue().partition("Removed: ")[2]


def test_of_an_empty_folder_it_is_said_that_there_is_none(tmp_path, settings):
    settings.BACKUP_DIR = tmp_path / "nothing"
    assert newest_in(settings.BACKUP_DIR) is None
    with pytest.raises(NoBackup, match="There is no backup"):
        newest_or(None)
