"""A new database made at once is the one that the migrations make one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from academy import squashing
from academy.management.verification import verify_all
from academy.safekeeping.backups import back_up
from academy.safekeeping.databases import another, settings_for
from academy.safekeeping.restoring import Source, restore
from academy.safekeeping.tables import make_tables, migrations_of
from academy.squashing import CreateTogether, folded, tables_of
from tests.conftest import bring_to
from tests.elsewhere import totals

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

OURS = ("academy", "programme", "workshops", "outcome")


def halfway() -> frozenset[tuple[str, str]]:
    """The migrations of a database that was not brought up to date since its academy could be allocated."""
    loader = MigrationLoader(None, ignore_no_migrations=True, replace_migrations=False)
    plan = loader.graph.forwards_plan(("workshops", "0005_allocation_desk"))
    return frozenset(node for node in plan if node not in loader.replacements)


def shape(database: BaseDatabaseWrapper) -> dict[tuple[str, str], list[str]]:
    """Everything in an SQLite database by kind and name, the columns and rules of a table in no order."""
    with database.cursor() as cursor:
        cursor.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {
            (kind, name): sorted(
                part.strip() for part in sql[sql.index("(") + 1 :].removesuffix(")").split(",")
            )
            if kind == "table"
            else [sql]
            for kind, name, sql in cursor.fetchall()
        }


def test_a_database_from_before_goes_on_one_by_one_and_ends_as_a_new_one(transactional_db, tmp_path):
    """It is also backed up and restored as it was; and what carries rows over touches that database only."""
    bring_to("drafting")
    before = totals(connection)
    old, back, new = (settings_for(f"sqlite:///{tmp_path / name}.sqlite3") for name in ("old", "back", "new"))
    with another(old, "old") as database:
        make_tables(database, halfway())
        assert migrations_of(database) == halfway()
    backup = back_up(old, tmp_path / "media", tmp_path / "backups")
    restore(Source(backup.path), back, tmp_path / "media-back", verify=verify_all)
    with another(back, "back") as database, another(new, "new") as other:
        make_tables(other)
        assert migrations_of(database) == migrations_of(other)
        assert shape(database) == shape(other)
        assert len(shape(other)) > 300
        assert totals(database)["workshops_thought"]["rows"] == 0
    assert before["workshops_thought"]["rows"] == 3
    assert totals(connection) == before


def test_a_squashed_migration_replaces_all_before_it_and_leads_to_the_same_models():
    one_by_one = MigrationLoader(None, ignore_no_migrations=True, replace_migrations=False)
    at_once = MigrationLoader(None, ignore_no_migrations=True)
    assert {key[0] for key in at_once.replacements} == set(OURS)
    ends = [node for node in one_by_one.graph.leaf_nodes() if node not in one_by_one.replacements]
    theirs, ours = one_by_one.project_state(ends), at_once.project_state()
    assert {key: by_name(model) for key, model in theirs.models.items()} == {
        key: by_name(model) for key, model in ours.models.items()
    }


def by_name(model: ModelState) -> tuple[Any, ...]:
    """What makes a model, its fields in no order."""
    fields = {name: field.deconstruct()[1:] for name, field in model.fields.items()}
    options = {name: value for name, value in model.options.items() if value not in ([], (), set())}
    return model.name, fields, options, model.bases


def test_tables_that_refer_to_each_other_in_a_ring_are_tied_afterwards():
    key = models.BigAutoField(primary_key=True)
    state, cascade = ProjectState(), models.CASCADE
    rule = models.UniqueConstraint(fields=["egg"], name="one_hen_for_each_egg")
    state.add_model(
        ModelState(
            "farm",
            "Hen",
            [("id", key), ("egg", models.ForeignKey("farm.Egg", cascade))],
            {"constraints": [rule]},
        )
    )
    state.add_model(ModelState("farm", "Egg", [("id", key), ("hen", models.ForeignKey("farm.Hen", cascade))]))
    together, *rest = tables_of("farm", state)
    assert isinstance(together, CreateTogether)
    made = [(table.name, [name for name, _field in table.fields]) for table in together.tables]
    assert made == [("Hen", ["id"]), ("Egg", ["id", "hen"])]
    assert [step.describe() for step in rest] == [
        "Add field egg to hen",
        "Create constraint one_hen_for_each_egg on model hen",
    ]


def test_a_step_that_rows_may_need_is_not_left_out(monkeypatch):
    class Filling:
        class Migration:
            operations = (migrations.RunPython(migrations.RunPython.noop),)

    monkeypatch.setattr(squashing, "import_module", lambda _name: Filling)
    with pytest.raises(ValueError, match=r"academy\.0099_filling fills rows"):
        folded([("academy", "0099_filling")])
