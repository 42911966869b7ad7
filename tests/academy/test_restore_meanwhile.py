"""Who is erased while a backup is read, which takes minutes, is erased again by the restore that reads it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from django.db import connection, connections

from academy import clock
from academy.management.verification import verify_all
from academy.models import Participant, PendingFact, User
from academy.privacy.erased import note_visibility, noted
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.marking import is_marked
from academy.safekeeping.refusals import NotSafe
from academy.safekeeping.restoring import Source, restore
from tests.coming_back import back_up, restored, said_by
from tests.elsewhere import empty_database
from tests.factories import make_edition

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from uuid import UUID

    from academy.models import Edition

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noted_in")]


@pytest.fixture
def edition(db) -> Edition:
    return make_edition(mode="open")


@pytest.fixture
def while_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Takes what happens, once, when the whole backup was read and nothing is touched yet."""
    check = Source.check

    def prepare(happens: Callable[[], object]) -> None:
        def read(self: Source) -> object:
            monkeypatch.setattr(Source, "check", check)
            told = check(self)
            happens()
            connections.close_all()
            return told

        monkeypatch.setattr(Source, "check", read)

    return prepare


def erased_elsewhere(path: Path, key: UUID) -> None:
    """What a process of the academy that was not stopped writes into the list."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(json.dumps({"account": str(key), "at": "2022-02-02T10:00:00+00:00"}) + "\n")


def is_back() -> bool:
    return User.objects.filter(email="erased@example.org").exists()


@pytest.mark.parametrize("is_erased", [True, False], ids=["erased meanwhile", "control: not erased"])
@pytest.mark.parametrize("is_copy", [True, False], ids=["--erased", "own list"])
def test_who_is_erased_while_the_backup_is_read_is_not_back(
    people, noted_in, tmp_path, while_read, is_erased, is_copy
):
    back_up()
    note_visibility(people["quiet"].pk, "unlisted")
    (tmp_path / "copy.jsonl").write_bytes(noted_in.read_bytes())
    key = people["erased"].user_id
    if is_erased:
        while_read(lambda: erased_elsewhere(noted_in, key))
    with restored(tmp_path, *(["--erased", str(tmp_path / "copy.jsonl")] if is_copy else [])):
        assert is_back() is not is_erased
        assert not is_marked(connection)


def test_a_list_that_comes_while_the_backup_is_read_is_not_passed_over(
    people, noted_in, tmp_path, while_read
):
    back_up()
    key = people["erased"].user_id
    while_read(lambda: erased_elsewhere(noted_in, key))
    with restored(tmp_path, "--without-erased", fails="would pass it over.*Do not start the academy"):
        assert is_marked(connection)
        said_by("--only-afterwards")
        assert (is_back(), is_marked(connection)) == (False, False)


def test_where_none_comes_nothing_is_passed_over(people, tmp_path):
    """The control."""
    back_up()
    with restored(tmp_path, "--without-erased"):
        assert (is_back(), is_marked(connection)) == (True, False)


def waits(key: UUID) -> None:
    """A fact of which the process was killed before the list held it."""
    facts = {"participant": str(key), "visibility": "protected", "at": "2022-02-02T10:00:00+00:00"}
    PendingFact.objects.create(line=json.dumps(facts), since=clock.now())


def test_a_fact_that_comes_while_the_backup_is_read_is_not_replaced_with_its_database(
    people, noted_in, tmp_path, while_read
):
    back_up()
    note_visibility(people["quiet"].pk, "unlisted")
    key = people["same"].pk
    with restored(tmp_path):
        User.objects.filter(email="same@example.org").update(email="still@example.org")
        while_read(lambda: waits(key))
        said_by("--replace", fails="1 more line came into the academy’s database .* Nothing was changed")
        assert User.objects.filter(email="still@example.org").exists()
        connections.close_all()
        said_by("--replace")
        assert noted(noted_in).seen[key] == "protected"
        assert Participant.objects.get(pk=key).visibility == "protected"


def test_whoever_does_not_insist_on_it_loses_the_fact(people, noted_in, tmp_path):
    """The control: so it is with a database that is not the academy's own."""
    back_up()
    (backup,) = (noted_in.parents[1] / "backups").glob("academy-*")
    with empty_database(tmp_path) as address:
        target, media = settings_for(address), tmp_path / "m"
        restore(Source(backup), target, media, verify=verify_all)
        restore(Source(backup), target, media, verify=verify_all, replace=True, noted=True)
        with another(target, "own") as there, as_default(there):
            waits(people["same"].pk)
        with pytest.raises(NotSafe, match="1 more line"):
            restore(Source(backup), target, media, verify=verify_all, replace=True, noted=True)
        restore(Source(backup), target, media, verify=verify_all, replace=True)
        with another(target, "own") as there, as_default(there):
            assert not PendingFact.objects.exists()
