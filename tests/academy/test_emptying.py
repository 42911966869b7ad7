"""A database is emptied of the academy only: of all of it or of nothing, and nothing of anybody else falls with it."""

from __future__ import annotations

import os
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from academy.management.verification import verify_all
from academy.models import User
from academy.safekeeping import emptying
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.emptying import OWN_APPS, insist_on_empty, remove_everything, tables_in
from academy.safekeeping.marking import is_marked, mark
from academy.safekeeping.moving import move
from academy.safekeeping.refusals import NotEmpty
from academy.safekeeping.restoring import Source, restore
from academy.safekeeping.tables import make_tables
from tests.academy.test_restoring import emails_in, files_of
from tests.elsewhere import empty_database
from tests.factories import make_user
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from collections.abc import Iterator

on_postgresql = pytest.mark.skipif(
    os.environ.get("ACADEMY_TEST_SQLITE") == "1", reason="a SQLite file holds nothing but the academy"
)


# --- Interrupted ------------------------------------------------------------------------------------------------------


def interrupted_while_emptying(address: str) -> tuple[int, int, bool]:
    """How many tables there were and are, and whether it is marked, after it was stopped among the last of them."""
    with another(settings_for(address), "emptied") as half:
        make_tables(half)
        mark(half, {"heads": {}, "migrations": [], "done": {}})
        before = len(tables_in(half))
        left = [before - 5 if half.vendor == "sqlite" else 1]

        def stops(execute: Any, sql: str, *words: Any) -> Any:
            if sql.startswith("DROP"):
                left[0] -= 1
                if left[0] < 0:
                    raise KeyboardInterrupt
            return execute(sql, *words)

        with pytest.raises(KeyboardInterrupt), half.execute_wrapper(stops):
            remove_everything(half)
    with another(settings_for(address), "seen") as seen:
        return before, len(tables_in(seen)), is_marked(seen)


def test_a_move_afresh_that_is_interrupted_while_it_empties_can_be_called_again(transactional_db, tmp_path):
    make_user("farid")
    with empty_database(tmp_path) as address:
        before, after, marked = interrupted_while_emptying(address)
        assert (after, marked) == (before, True)
        own = settings_for(database_of_the_test())
        move(own, settings_for(address), tmp_path, verify=verify_all, afresh=True)
        assert emails_in(address) == ["farid@example.org"]


def test_the_control_without_one_transaction_it_is_stuck(transactional_db, tmp_path, monkeypatch):
    """Half empty and without the mark: neither does a move go on there, nor begin afresh."""
    monkeypatch.setattr(emptying, "in_one_transaction", lambda _connection: nullcontext())
    with empty_database(tmp_path) as address:
        before, after, marked = interrupted_while_emptying(address)
        assert after < before
        assert not marked


# --- What is somebody else's ------------------------------------------------------------------------------------------


@pytest.fixture
def restored(backup, tmp_path: Path) -> Iterator[str]:
    with empty_database(tmp_path) as address:
        restore(Source(backup), settings_for(address), tmp_path / "first", verify=verify_all)
        yield address


def run(address: str, *statements: str) -> None:
    with psycopg.connect(address, autocommit=True) as server:
        for statement in statements:
            server.execute(statement)


def there(address: str, *names: str) -> list[bool]:
    with psycopg.connect(address, autocommit=True) as server:
        return [
            server.execute(
                "SELECT coalesce(to_regclass(%s)::oid, to_regproc(%s)::oid)", [name, name]
            ).fetchone()
            != (None,)
            for name in names
        ]


FOREIGN = {
    "a view": ("CREATE VIEW report AS SELECT count(*) FROM academy_user", "view report"),
    "a view in another schema": (
        "CREATE SCHEMA other; CREATE VIEW other.report AS SELECT count(*) FROM public.academy_user",
        "view other.report",
    ),
    "a table": ("CREATE TABLE wages (x int)", "wages"),
    "a table that leads to ours": (
        "CREATE SCHEMA other; CREATE TABLE other.wages (x uuid REFERENCES public.academy_user)",
        "on table other.wages",
    ),
    "a function": (
        "CREATE FUNCTION how_many() RETURNS bigint BEGIN ATOMIC SELECT count(*) FROM academy_user; END",
        r"function how_many\(\)",
    ),
    "a trigger": (
        "CREATE FUNCTION audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
        "CREATE TRIGGER audit BEFORE INSERT ON academy_user FOR EACH ROW EXECUTE FUNCTION audit()",
        "trigger audit on table academy_user",
    ),
}


@on_postgresql
@pytest.mark.parametrize("what", FOREIGN)
def test_what_would_fall_with_the_academy_is_named_and_nothing_is_removed(
    restored, backup, old_media, tmp_path, what
):
    """It fell without a word."""
    statement, name = FOREIGN[what]
    before = files_of(old_media)
    run(restored, statement)
    with another(settings_for(restored), "seen") as seen, as_default(seen):
        User.objects.update(email="still-there@example.org")
    with pytest.raises(NotEmpty, match=f"not the academy’s: .*{name}"):
        restore(Source(backup), settings_for(restored), old_media, verify=verify_all, replace=True)
    assert emails_in(restored) == ["still-there@example.org"]
    assert files_of(old_media) == before


@on_postgresql
def test_what_does_not_rest_on_the_academy_stays(restored, backup, tmp_path):
    """Also in another schema that the connection looks into: its tables were removed, because they could be seen."""
    name = restored.rpartition("/")[2]
    run(
        restored,
        "CREATE SCHEMA other; CREATE TABLE other.wages (x int); CREATE TABLE other.academy_user (x int)",
        f"ALTER DATABASE {name} SET search_path = public, other",
        "CREATE FUNCTION not_ours() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE VIEW clock AS SELECT now()",
    )
    restore(Source(backup), settings_for(restored), tmp_path / "again", verify=verify_all, replace=True)
    assert there(restored, "other.wages", "other.academy_user", "not_ours", "clock") == [True] * 4
    assert emails_in(restored) == ["farid@example.org"]


@on_postgresql
def test_an_empty_schema_is_empty_whatever_lies_in_others(backup, tmp_path):
    with empty_database(tmp_path) as address:
        run(
            address,
            "CREATE SCHEMA other; CREATE TABLE other.wages (x int)",
            f"ALTER DATABASE {address.rpartition('/')[2]} SET search_path = public, other",
        )
        with another(settings_for(address), "seen") as seen:
            insist_on_empty(seen)
        run(address, "CREATE TABLE wages (x int)")
        with (
            another(settings_for(address), "seen") as seen,
            pytest.raises(NotEmpty, match="wages among them"),
        ):
            insist_on_empty(seen)


NEWER = "INSERT INTO django_migrations (app, name, applied) VALUES ('academy', '9999_future', now())"


@on_postgresql
def test_an_academy_that_a_newer_program_upgraded_is_replaced_all_the_same(restored, backup, tmp_path):
    """After an upgrade that failed: tables of its own that this program does not know are told by their names."""
    own = [f"{app}_future" for app in OWN_APPS]
    run(restored, NEWER, *(f"CREATE TABLE {name} (x int)" for name in own))
    restore(Source(backup), settings_for(restored), tmp_path / "again", verify=verify_all, replace=True)
    assert there(restored, *own, "academy_user") == [False] * 4 + [True]


# The first two looked like allauth's and Django's; the third may be a newer program's, and the fourth is made by none.
LIKE_OURS = ["account_ledger", "auth_keys_of_portal", "newapp_thing", "auth_user"]


def replaced_under_a_newer_program(address: str, backup: Path, media: Path) -> None:
    run(
        address,
        NEWER,
        "INSERT INTO django_migrations (app, name, applied) VALUES ('newapp', '0001_initial', now())",
        *(f"CREATE TABLE {name} AS SELECT 7 AS x" for name in LIKE_OURS),
    )
    restore(Source(backup), settings_for(address), media, verify=verify_all, replace=True)


@on_postgresql
def test_of_a_newer_program_a_table_that_this_one_does_not_know_is_named_and_nothing_is_removed(
    restored, backup, old_media
):
    before = files_of(old_media)
    with pytest.raises(
        NotEmpty, match=r"does not know whether these tables.* Nothing was removed\."
    ) as refused:
        replaced_under_a_newer_program(restored, backup, old_media)
    assert f": {', '.join(sorted(LIKE_OURS))}. " in str(refused.value)
    assert there(restored, *LIKE_OURS) == [True] * 4
    assert emails_in(restored) == ["farid@example.org"]
    assert files_of(old_media) == before


@on_postgresql
def test_the_control_told_by_any_app_that_has_migrations_there_they_fell(
    restored, backup, tmp_path, monkeypatch
):
    monkeypatch.setattr(emptying, "OWN_APPS", (*OWN_APPS, "account", "auth", "newapp"))
    replaced_under_a_newer_program(restored, backup, tmp_path / "again")
    assert there(restored, *LIKE_OURS) == [False] * 4


def test_the_own_apps_are_all_that_have_migrations_here():
    here = Path(emptying.__file__).parents[2]
    found = {path.parents[1].name for path in here.glob("*/migrations/__init__.py")}
    assert found == set(OWN_APPS)


@on_postgresql
def test_a_seal_whose_table_is_gone_is_in_nobodys_way(restored, backup, tmp_path):
    run(restored, "DROP TABLE academy_historyentry CASCADE")
    restore(Source(backup), settings_for(restored), tmp_path / "again", verify=verify_all, replace=True)
    assert emails_in(restored) == ["farid@example.org"]
