"""A new database made at once: the migrations of an app, folded into the tables and seals that they end in.

Django renders the models anew after each single step of a migration, and every model here is related to every other:
on a new database that took four fifths of the time. A squashed migration names what it replaces; `folded` plays those
through without a database, and `CreateTogether` makes what came out. A database on which some of the replaced
migrations have run goes on with them, one by one (docs/decisions/0038-a-new-database-at-once.md).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel, RunPython, RunSQL
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation

from academy.sealing import AddSeal, LiftSeal

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# What may be left out on a database without rows, besides the seals, which stand at the end.
ROWS_AND_SEALS = (RunPython, RunSQL, AddSeal)


class CreateTogether(Operation):
    """Tables made in one step, after which the models are rendered once; each may refer to those before it."""

    reversible = True

    def __init__(self, tables: list[CreateModel]) -> None:
        self.tables = tables

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # As long as nothing is rendered nothing is rendered anew; whoever asks for the models next renders all of them.
        vars(state).pop("apps", None)
        for table in self.tables:
            table.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for table in self.tables:
            table.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for table in reversed(self.tables):
            table.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create {len(self.tables)} tables"


def folded(replaced: list[tuple[str, str]]) -> list[Operation]:
    """What the migrations of one app come to on a database without rows.

    Args:
        replaced: all of them, in their order, as (app, name).

    Raises:
        ValueError: a migration has a step of its own kind, of which it is not known whether rows need it.
    """
    (app,) = {label for label, _name in replaced}
    state, seals = ProjectState(), dict[str, AddSeal]()
    for _label, name in replaced:
        for step in import_module(f"{app}.migrations.{name}").Migration.operations:
            if isinstance(step, LiftSeal):
                del seals[step.name]
            elif isinstance(step, AddSeal):
                seals[step.name] = step
            elif isinstance(step, ROWS_AND_SEALS) and not step.elidable:
                raise ValueError(f"{app}.{name} fills rows on a new database too: it cannot be folded.")
            else:
                step.state_forwards(app, state)
    return [*tables_of(app, state), *seals.values()]


def tables_of(app: str, state: ProjectState) -> list[Operation]:
    """The steps that make the tables of a state: all at once, and afterwards what ties them in a ring."""
    waiting, made = list(state.models.values()), set[tuple[str, str]]()
    tables: list[CreateModel] = []
    rings: list[Operation] = []
    while waiting:
        model = min(waiting, key=lambda one: len(fields_ahead(one, made)))
        ahead, options = fields_ahead(model, made), dict(model.options)
        rings += [AddField(model.name_lower, name, model.fields[name]) for name in ahead]
        if ahead:
            rings += [AddIndex(model.name_lower, index) for index in options.pop("indexes", ())]
            rings += [AddConstraint(model.name_lower, rule) for rule in options.pop("constraints", ())]
        fields = [(name, field) for name, field in model.fields.items() if name not in ahead]
        tables.append(CreateModel(model.name, fields, options, model.bases, model.managers))
        made.add((app, model.name_lower))
        waiting.remove(model)
    return [CreateTogether(tables), *rings]


def fields_ahead(model: ModelState, made: set[tuple[str, str]]) -> list[str]:
    """The fields that refer to tables of the same app that are not made yet."""
    there = made | {(model.app_label, model.name_lower)}
    return [
        name
        for name, field in model.fields.items()
        if field.remote_field
        and (target := resolve_relation(field.remote_field.model, model.app_label, model.name_lower))
        not in there
        and target[0] == model.app_label
    ]
