"""A SQLite file is never restored into the media folder, and whoever waits for a folder says so."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from academy.safekeeping import targets
from academy.safekeeping.databases import settings_for
from academy.safekeeping.refusals import NotSafe
from academy.safekeeping.restoring import Restored, Source, restore
from academy.safekeeping.working import Tell, alone
from tests.academy.test_restoring import emails_in, files_of

if TYPE_CHECKING:
    from pathlib import Path


class Waits(BaseException):
    """Somebody said that they wait."""


def waits(words: str) -> None:
    raise Waits(words)


def restored(backup: Path, database: Path, media: Path, tell: Tell = waits) -> Restored:
    return restore(
        Source(backup), settings_for(f"sqlite:///{database}"), media, verify=list, replace=True, tell=tell
    )


PLACES = {
    "in it": "media/db.sqlite3",
    "below it": "media/materials/db.sqlite3",
    "below it, in a folder that is not there": "media/new/db.sqlite3",
    "through a link": "link/db.sqlite3",
}


@pytest.mark.parametrize("where", PLACES)
def test_a_database_in_the_media_folder_is_refused_before_anything_is_touched(
    backup, old_media, tmp_path, where
):
    (tmp_path / "link").symlink_to(old_media)
    before = sorted(tmp_path.rglob("*")), files_of(old_media)
    with pytest.raises(NotSafe, match=r"would be in the media folder .* Nothing was changed\."):
        restored(backup, tmp_path / PLACES[where], old_media)
    assert (sorted(tmp_path.rglob("*")), files_of(old_media)) == before


def test_it_is_refused_also_where_neither_is_there_yet(backup, tmp_path):
    with pytest.raises(NotSafe, match="would be in the media folder"):
        restored(backup, tmp_path / "new" / "db.sqlite3", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_the_control_without_that_it_waits_for_itself(backup, old_media, monkeypatch):
    monkeypatch.setattr(targets, "_insist_on_apart", lambda *_words: None)
    with pytest.raises(Waits, match=f"is at work in {old_media}; waiting for it"):
        restored(backup, old_media / "db.sqlite3", old_media)


def test_the_media_folder_may_lie_beside_the_database(backup, old_media, tmp_path):
    """As both do in the folder of `ACADEMY_VAR`."""
    restored(backup, tmp_path / "db.sqlite3", old_media)
    assert emails_in(f"sqlite:///{tmp_path / 'db.sqlite3'}") == ["farid@example.org"]
    assert (old_media / "materials" / "a.pdf").read_bytes() == b"new"


def test_whoever_waits_for_the_folder_of_the_database_says_so_and_goes_on(backup, old_media, tmp_path):
    """It waited without a word; only for the media folder it said so."""
    said = []
    with ExitStack() as others:
        others.enter_context(alone(tmp_path / "data"))

        def tell(words: str) -> None:
            said.append(words)
            others.close()

        restored(backup, tmp_path / "data" / "db.sqlite3", old_media, tell)
    assert said == [
        f"Another backup, drill, move or restore is at work in {tmp_path / 'data'}; waiting for it …"
    ]
    assert emails_in(f"sqlite:///{tmp_path / 'data' / 'db.sqlite3'}") == ["farid@example.org"]
