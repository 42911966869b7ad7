"""A migration and its records are kept together or not at all, and what earlier versions left half is taken."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration
from django.db.migrations.recorder import MigrationRecorder

from academy.management.verification import verify_all
from academy.migrating import WholeExecutor, whole
from academy.safekeeping import emptying, tables
from academy.safekeeping.databases import another, settings_for
from academy.safekeeping.emptying import remove_everything, tables_in
from academy.safekeeping.marking import insist_on_whole, is_marked, take_off_mark
from academy.safekeeping.moving import move
from academy.safekeeping.refusals import NotEmpty
from academy.safekeeping.restoring import Source, restore
from academy.safekeeping.tables import make_tables, migrations_of
from tests.academy.test_restoring import emails_in
from tests.elsewhere import empty_database, totals
from tests.factories import make_user
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

ROOT = Path(__file__).resolve().parents[2]
OURS, THEIRS = "academy.management.commands.migrate", "django.core.management.commands.migrate"
# A process that calls `migrate` and kills itself before it keeps the third record of `outcome`.
KILLED = """
import os, signal, sys
from importlib import import_module
import django
django.setup()
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder
left, keep = [3], MigrationRecorder.record_applied
def record_applied(self, app, name):
    left[0] -= app == "outcome"
    if not left[0]:
        os.kill(os.getpid(), signal.SIGKILL)
    keep(self, app, name)
MigrationRecorder.record_applied = record_applied
call_command(import_module(sys.argv[1]).Command(), verbosity=0)
"""
BEFORE, UNDONE = ("mfa", "0002_authenticator_timestamps"), ("mfa", "0003_authenticator_type_uniq")


class Interrupted(BaseException):
    """What ends a process at once; nobody catches it."""


@pytest.fixture
def target(transactional_db: None, tmp_path: Path) -> Iterator[str]:
    with empty_database(tmp_path) as address:
        yield address


def python(address: str, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "academy.settings"}
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def of_outcome(address: str) -> tuple[int, int]:
    """How many tables and how many records of migrations there are of the app whose migration comes last."""
    with another(settings_for(address), "seen") as seen:
        recorded = MigrationRecorder(seen).applied_migrations()
        return (
            sum(name.startswith("outcome_") for name in tables_in(seen)),
            sum(app == "outcome" for app, _name in recorded),
        )


# --- The command ------------------------------------------------------------------------------------------------------


def test_a_migrate_that_is_killed_before_its_records_leaves_neither_and_goes_on(target):
    assert python(target, "-c", KILLED, OURS).returncode == -9
    assert of_outcome(target) == (0, 0)
    again = python(target, "manage.py", "migrate", "-v0")
    assert (again.returncode, again.stderr) == (0, "")
    with another(settings_for(target), "made") as made:
        assert migrations_of(made) == migrations_of(connection)


def test_the_control_with_djangos_own_command_is_stuck(target):
    assert python(target, "-c", KILLED, THEIRS).returncode == -9
    made, recorded = of_outcome(target)
    assert made > 20
    assert recorded == 2
    assert python(target, "manage.py", "migrate", "-v0").returncode == 1


@pytest.mark.parametrize(
    ("executor", "stands"), [(WholeExecutor, True), (MigrationExecutor, False)], ids=["whole", "the control"]
)
def test_a_migration_that_is_undone_and_interrupted_before_its_record_stands(
    target, monkeypatch, executor, stands
):
    def interrupted(*_words: Any) -> None:
        raise Interrupted

    with another(settings_for(target), "made") as made:
        make_tables(made)
        before = rules_in(made)
        monkeypatch.setattr(MigrationRecorder, "record_unapplied", interrupted)
        with pytest.raises(Interrupted):
            executor(made).migrate([BEFORE])
    with another(settings_for(target), "seen") as seen:
        assert (rules_in(seen) == before) is stands
        assert len(MigrationRecorder(seen).applied_migrations().keys() & {BEFORE, UNDONE}) == 2


def rules_in(database: BaseDatabaseWrapper) -> set[str]:
    with database.cursor() as cursor:
        return set(database.introspection.get_constraints(cursor, "mfa_authenticator"))


@pytest.mark.parametrize("atomic", [True, False])
def test_a_migration_that_cannot_be_in_a_transaction_is_in_none(target, atomic):
    migration = Migration("0001_alone", "outcome")
    migration.atomic = atomic
    with another(settings_for(target), "asked") as asked, whole(migration, asked):
        assert asked.in_atomic_block is atomic


# --- A move -----------------------------------------------------------------------------------------------------------


def interrupt_a_move(
    address: str, folder: Path, monkeypatch: pytest.MonkeyPatch, executor: type[Any]
) -> None:
    """Stop it after the tables of `outcome`, before the third of its records."""
    left, keep = [3], MigrationRecorder.record_applied

    def record_applied(self: MigrationRecorder, app: str, name: str) -> None:
        left[0] -= app == "outcome"
        if not left[0]:
            raise Interrupted
        keep(self, app, name)

    make_user("esi")
    with monkeypatch.context() as patch:
        patch.setattr(MigrationRecorder, "record_applied", record_applied)
        patch.setattr(tables, "WholeExecutor", executor)
        with pytest.raises(Interrupted):
            moved(address, folder)


def moved(address: str, folder: Path, *, afresh: bool = False) -> list[str]:
    """Move the academy; what `verify` found."""
    own = settings_for(database_of_the_test())
    return move(own, settings_for(address), folder, verify=verify_all, afresh=afresh)[1]


def insist_on_moved(address: str) -> None:
    with another(settings_for(address), "moved") as there:
        insist_on_whole(there)
        assert totals(there) == totals(connection)


def test_a_move_that_is_interrupted_in_its_migrations_leaves_no_half_of_one_and_goes_on(
    target, tmp_path, monkeypatch
):
    interrupt_a_move(target, tmp_path, monkeypatch, WholeExecutor)
    assert of_outcome(target) == (0, 0)
    with another(settings_for(target), "half") as half:
        assert is_marked(half)
        make_tables(half)
    assert moved(target, tmp_path) == []
    insist_on_moved(target)


@pytest.mark.parametrize("afresh", [False, True])
def test_what_an_earlier_version_left_in_the_middle_of_its_migrations_is_made_anew(
    target, tmp_path, monkeypatch, afresh
):
    interrupt_a_move(target, tmp_path, monkeypatch, MigrationExecutor)
    assert of_outcome(target)[1] == 2
    assert moved(target, tmp_path, afresh=afresh) == []
    insist_on_moved(target)


@pytest.mark.parametrize("afresh", [False, True])
def test_the_control_without_knowing_its_tables_by_the_mark_it_is_stuck(
    target, tmp_path, monkeypatch, afresh
):
    interrupt_a_move(target, tmp_path, monkeypatch, MigrationExecutor)
    monkeypatch.setattr(emptying, "is_half_moved", lambda _connection: False)
    with pytest.raises(NotEmpty, match="not the academy’s: outcome_"):
        moved(target, tmp_path, afresh=afresh)


@pytest.mark.skipif("os.environ.get('ACADEMY_TEST_SQLITE') == '1'", reason="SQLite puts the old file aside")
def test_a_backup_replaces_what_an_earlier_version_left(target, backup, tmp_path, monkeypatch):
    interrupt_a_move(target, tmp_path, monkeypatch, MigrationExecutor)
    restore(Source(backup), settings_for(target), tmp_path / "media", verify=verify_all, replace=True)
    assert of_outcome(target)[0] > 20
    assert emails_in(target) == ["farid@example.org"]


def test_a_table_of_somebody_else_stays_also_where_a_move_stopped(target, tmp_path, monkeypatch):
    interrupt_a_move(target, tmp_path, monkeypatch, MigrationExecutor)
    with another(settings_for(target), "half") as half, half.cursor() as cursor:
        cursor.execute("CREATE TABLE account_book (sum int)")
    before = of_outcome(target)
    for afresh in (False, True):
        with pytest.raises(NotEmpty, match="not the academy’s: account_book"):
            moved(target, tmp_path, afresh=afresh)
    assert of_outcome(target) == before


def test_without_the_mark_a_name_like_ours_is_not_enough(target, tmp_path, monkeypatch):
    interrupt_a_move(target, tmp_path, monkeypatch, MigrationExecutor)
    with another(settings_for(target), "half") as half:
        take_off_mark(half)
        with pytest.raises(NotEmpty, match="not the academy’s: outcome_"):
            remove_everything(half)
