"""The answer to the last word of a restore is lost: files follow what the database did, and nothing else is said."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest
from django.db import OperationalError

from academy.management.verification import verify_all
from academy.models import User
from academy.safekeeping import targets
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.marking import noted
from academy.safekeeping.refusals import NotKnown, NotSafe
from academy.safekeeping.restoring import Source, restore
from tests.academy.test_restoring import emails_in, files_of
from tests.elsewhere import empty_database

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    os.environ.get("ACADEMY_TEST_SQLITE") == "1", reason="SQLite has no server that could go away"
)
BROKEN = "server closed the connection unexpectedly"


@pytest.fixture
def target(backup, tmp_path: Path) -> Iterator[str]:
    """A database with the academy of the backup, in which somebody is called otherwise by now."""
    with empty_database(tmp_path) as address:
        restore(Source(backup), settings_for(address), tmp_path / "first", verify=verify_all)
        with another(settings_for(address), "seen") as seen, as_default(seen):
            User.objects.update(email="still-there@example.org")
        yield address


def losing_the_answer(monkeypatch: pytest.MonkeyPatch, *, is_kept: bool) -> None:
    """The connection breaks when everything is to be kept: just after it was, or just before."""
    from django.db.backends.postgresql.base import DatabaseWrapper

    wrapper: Any = DatabaseWrapper
    commit = wrapper._commit

    def lost(self: Any) -> None:
        if self.alias != "restored":
            commit(self)
            return
        if is_kept:
            commit(self)
        else:
            self._rollback()
        raise OperationalError(BROKEN)

    monkeypatch.setattr(DatabaseWrapper, "_commit", lost)


def restored_into(target: str, backup: Path, media: Path) -> list[str]:
    """What a restore tells that may replace what is there."""
    said: list[str] = []
    settings = settings_for(target)
    restore(
        Source(backup), settings, media, verify=verify_all, replace=True, owing="restored", tell=said.append
    )
    return said


def test_what_the_database_kept_without_answering_is_kept_and_so_are_the_files(
    target, backup, old_media, monkeypatch
):
    losing_the_answer(monkeypatch, is_kept=True)
    assert restored_into(target, backup, old_media) == [
        "The connection to the database broke at the end; it was asked again, and has kept everything."
    ]
    assert emails_in(target) == ["farid@example.org"]
    assert (old_media / "materials" / "a.pdf").read_bytes() == b"new"
    with another(settings_for(target), "seen") as seen:
        assert set(noted(seen)) == {"restored", "found", "put aside"}


def test_what_the_database_did_not_keep_is_not_there_and_the_files_go_back(
    target, backup, old_media, monkeypatch
):
    before = files_of(old_media)
    losing_the_answer(monkeypatch, is_kept=False)
    with pytest.raises(NotSafe, match=rf"{BROKEN}\. Nothing was changed"):
        restored_into(target, backup, old_media)
    assert emails_in(target) == ["still-there@example.org"]
    assert files_of(old_media) == before


@pytest.mark.parametrize("is_kept", [True, False])
def test_if_nobody_answers_it_says_that_it_does_not_know_and_what_to_do(
    target, backup, old_media, monkeypatch, is_kept
):
    before = files_of(old_media)
    losing_the_answer(monkeypatch, is_kept=is_kept)
    with monkeypatch.context() as silent:
        silent.setattr(targets, "PAUSES", ())  # nobody answered, as often as it was asked
        with pytest.raises(NotKnown, match=r"nobody knows whether .* --replace"):
            restored_into(target, backup, old_media)
    assert files_of(old_media) == before
    monkeypatch.undo()
    # What it says is true: called once more, both are what the backup holds.
    assert restored_into(target, backup, old_media) == []
    assert emails_in(target) == ["farid@example.org"]
    assert (old_media / "materials" / "a.pdf").read_bytes() == b"new"


def test_whoever_asks_waits_until_the_restore_that_it_asks_about_has_ended(target):
    """A server that lost the connection may still be at work on the last word: before that, its answer says nothing."""
    settings = settings_for(target)
    with another(settings, "restored") as first, another(settings, "asked") as second:
        first.set_autocommit(False)
        targets._wait_for_others(first)
        with second.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [targets.RESTORING])
            assert cursor.fetchone() == (False,)
        first.rollback()
        with second.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [targets.RESTORING])
            assert cursor.fetchone() == (True,)


def test_a_restore_that_died_and_is_not_missed_yet_is_named_and_not_waited_for(
    target, backup, tmp_path, monkeypatch
):
    """Its machine is gone, its session is there for hours: the next restore waited for it without a word."""
    monkeypatch.setattr(targets, "TURNS", (0, 0.1))
    settings = settings_for(target)
    with another(settings, "died") as died:
        died.set_autocommit(False)
        targets._wait_for_others(died)
        with died.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            session = cursor.fetchone()[0]
        with pytest.raises(NotSafe, match=rf"\(session {session}\).*pg_terminate_backend\({session}\)"):
            restored_into(target, backup, tmp_path / "m")
        assert emails_in(target) == ["still-there@example.org"]
        died.rollback()
    # The control: once that session has ended, there is nothing to wait for.
    assert restored_into(target, backup, tmp_path / "m") == []


def test_a_restore_that_ends_in_some_seconds_is_waited_for(target, backup, tmp_path, monkeypatch):
    settings, pauses = settings_for(target), []
    with another(settings, "first") as first:
        first.set_autocommit(False)
        targets._wait_for_others(first)

        def ends(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 2:
                first.rollback()

        monkeypatch.setattr(targets.time, "sleep", ends)
        assert restored_into(target, backup, tmp_path / "m") == []
    assert pauses[:2] == [0, 1]
    assert emails_in(target) == ["farid@example.org"]
