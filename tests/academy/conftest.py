"""What is there before a restore and after it, for whoever tries one out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection

from academy.safekeeping.backups import back_up
from academy.safekeeping.databases import settings_for
from academy.safekeeping.marking import RESTORED, is_marked, mark, take_off_mark
from tests.coming_back import people_of
from tests.factories import make_user
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from academy.models import Edition, Participant


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


@pytest.fixture
def people(edition: Edition) -> dict[str, Participant]:
    """Who takes part, seen in every way that one can be seen."""
    return people_of(edition)


@pytest.fixture
def owing(db: None) -> Iterator[None]:
    """The database carries the mark of a restore after which something is left to be done."""
    mark(connection, {RESTORED: "2022-02-02T10:00:00+00:00"})
    yield
    if is_marked(connection):
        take_off_mark(connection)
