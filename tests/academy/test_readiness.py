"""A process asks for what its own program needs, whatever is put in its place on the disk meanwhile."""

from __future__ import annotations

import gc
import os
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import storage
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings
from django.utils.functional import empty

from academy import readiness
from academy.readiness import missing_migrations, needed_migrations
from academy.warming import warm_up

# Both hold what was read, and say so to nobody.
static_files: Any = storage.staticfiles_storage
held: Any = storages
LATER = """
from django.db import migrations

class Migration(migrations.Migration):
    dependencies = [("academy", "0001_initial")]
"""


def plan_of_the_disk() -> list[Any]:
    """What a program that begins now would have to migrate."""
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


@pytest.fixture
def later_version(tmp_path, monkeypatch, settings):
    """Put one more migration beside those that Django finds of the academy."""
    package = tmp_path / "later_migrations"
    package.mkdir()
    (package / "__init__.py").write_text(
        "import academy.migrations\n__path__ += academy.migrations.__path__\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    def put() -> None:
        (package / "9999_later.py").write_text(LATER)
        settings.MIGRATION_MODULES = {"academy": "later_migrations"}

    return put


def test_a_process_stays_ready_while_a_new_version_comes_onto_the_disk(db, client, later_version):
    needed_migrations()
    later_version()
    assert plan_of_the_disk() != []  # so the disk would have said
    assert client.get("/health/ready").content == b"ready\n"


def test_a_process_that_begins_with_the_new_version_is_not_ready_before_the_database_is(
    db, client, later_version
):
    later_version()
    needed_migrations.cache_clear()
    try:
        assert missing_migrations() == [("academy", "9999_later")]
        assert client.get("/health/ready").status_code == 503
        MigrationRecorder(connection).record_applied("academy", "9999_later")
        assert client.get("/health/ready").status_code == 200
    finally:
        needed_migrations.cache_clear()


def test_an_earlier_program_is_ready_on_a_later_database(db, client):
    MigrationRecorder(connection).record_applied("academy", "9999_later")
    assert client.get("/health/ready").status_code == 200


def test_what_is_missing_is_what_django_would_migrate(db):
    assert missing_migrations() == plan_of_the_disk() == []
    recorder = MigrationRecorder(connection)
    loader = MigrationLoader(connection)
    (leaf,) = loader.graph.leaf_nodes("outcome")
    recorder.record_unapplied(*leaf)
    planned = [(migration.app_label, migration.name) for migration, _back in plan_of_the_disk()]
    assert missing_migrations() == planned == [leaf]


def test_a_squashed_migration_is_there_once_all_that_it_stands_for_are(db, monkeypatch):
    whole = ("academy", "0001_squashed"), ("academy", "0001_gone"), ("academy", "0002_gone")
    monkeypatch.setattr(readiness, "needed_migrations", lambda: {whole[0]: whole[1:]})
    recorder = MigrationRecorder(connection)
    recorder.record_applied(*whole[1])
    assert missing_migrations() == [whole[0]]
    recorder.record_applied(*whole[2])
    assert missing_migrations() == []


# --- The list of static files -----------------------------------------------------------------------------------------


@pytest.fixture
def versions(tmp_path):
    """Collect the static files of a version into the one folder that all versions share."""
    for name, files in {"v1": ("a.js", "dropped.js"), "v2": ("a.js",)}.items():
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text(f"// {name}")
            moment = 1_700_000_000 if name == "v1" else 1_800_000_000
            os.utime(tmp_path / name / file, (moment, moment))

    def collect(name: str) -> None:
        ours = static_files._wrapped
        start()
        with override_settings(STATICFILES_DIRS=[tmp_path / name]):
            call_command("collectstatic", "--noinput", "--verbosity=0")
        static_files._wrapped = ours  # collecting is done by another process

    shared = {
        "STATIC_ROOT": tmp_path / "static",
        "STATICFILES_FINDERS": ["django.contrib.staticfiles.finders.FileSystemFinder"],
    }
    with override_settings(**shared):
        start()
        yield collect
    start()


def start() -> None:
    """As in a process that begins: nothing of the list was read."""
    static_files._wrapped = empty
    held._storages.pop("staticfiles", None)


def content_of(file: str) -> str:
    return Path(static_files.path(static_files.stored_name(file))).read_text()


def test_whoever_goes_back_and_collects_again_has_the_earlier_files(versions):
    """Though they are older than those that lie there: each version has its own under names of their own."""
    versions("v1")
    versions("v2")
    start()
    assert content_of("a.js") == "// v2"
    with pytest.raises(ValueError, match=r"Missing staticfiles manifest entry for 'dropped.js'"):
        static_files.stored_name("dropped.js")
    versions("v1")
    start()
    assert (content_of("a.js"), content_of("dropped.js")) == ("// v1", "// v1")


@pytest.mark.parametrize("warm", [True, False])
def test_a_warm_process_goes_on_with_the_list_that_it_began_with(versions, warm):
    versions("v1")
    start()
    if warm:
        warm_up()
        gc.unfreeze()
    versions("v2")
    assert content_of("a.js") == ("// v1" if warm else "// v2")
