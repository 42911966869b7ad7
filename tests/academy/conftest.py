"""A backup and a media folder of before, for whoever tries out a restore."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from academy.safekeeping.backups import back_up
from academy.safekeeping.databases import settings_for
from tests.factories import make_user
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from pathlib import Path


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
