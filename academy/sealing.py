"""Seals: database triggers that refuse to change or remove what is published or deliberated.

A seal works on PostgreSQL and SQLite alike, for every client, also a superuser's. Migrations place seals with
`AddSeal`; a refused statement raises `django.db.IntegrityError` with the seal's message.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

REFUSAL = "RAISE EXCEPTION '{message}' USING ERRCODE = 'restrict_violation'"


def condition_of(when: str, event: str) -> str:
    """The condition under which one event is refused.

    `{row}` stands for the row before the change and for the row after it: a row may neither leave what is sealed nor
    enter it. A condition that names OLD or NEW itself is taken as it is.
    """
    rows = {"INSERT": ("NEW",), "UPDATE": ("OLD", "NEW"), "DELETE": ("OLD",)}[event]
    if "{row}" not in when:
        return when
    return " OR ".join(f"({when.replace('{row}', row)})" for row in rows)


def seal_statements(
    vendor: str, *, name: str, table: str, events: tuple[str, ...], when: str, message: str
) -> list[str]:
    """The statements that place a seal.

    A table whose rows are never deleted is never emptied either: on PostgreSQL the seal refuses TRUNCATE too.

    Args:
        vendor: "postgresql" or "sqlite".
        when: an SQL condition under which the statement is refused; see `condition_of`.
    """
    statements = []
    for event in events:
        trigger, condition = f"{name}_{event.lower()}", condition_of(when, event)
        if vendor == "postgresql":
            refusal, result = REFUSAL.format(message=message), "OLD" if event == "DELETE" else "NEW"
            statements += [
                f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $seal$ BEGIN "
                f"IF {condition} THEN {refusal}; END IF; RETURN {result}; END $seal$",
                f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {trigger}()",
            ]
        else:
            statements.append(
                f"CREATE TRIGGER {trigger} BEFORE {event} ON {table} FOR EACH ROW WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
    if vendor == "postgresql" and "DELETE" in events and when == "TRUE":
        trigger, refusal = f"{name}_truncate", REFUSAL.format(message=message)
        statements += [
            f"CREATE FUNCTION {trigger}() RETURNS trigger LANGUAGE plpgsql AS $seal$ BEGIN {refusal}; END $seal$",
            f"CREATE TRIGGER {trigger} BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {trigger}()",
        ]
    return statements


def unseal_statements(vendor: str, *, name: str, table: str, events: tuple[str, ...]) -> list[str]:
    """The statements that take a seal away again, for a migration that goes back."""
    triggers = [f"{name}_{event.lower()}" for event in (*events, "TRUNCATE")]
    if vendor == "postgresql":
        return [
            s
            for t in triggers
            for s in (f"DROP TRIGGER IF EXISTS {t} ON {table}", f"DROP FUNCTION IF EXISTS {t}()")
        ]
    return [f"DROP TRIGGER IF EXISTS {trigger}" for trigger in triggers]


class AddSeal(Operation):
    """A migration step that places a seal on a table, and takes it away when the migration is undone."""

    reversible = True

    def __init__(
        self, *, name: str, table: str, events: tuple[str, ...], message: str, when: str = "TRUE"
    ) -> None:
        self.name, self.table, self.events, self.message, self.when = name, table, events, message, when

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Seals change no model."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in seal_statements(
            schema_editor.connection.vendor,
            name=self.name,
            table=self.table,
            events=self.events,
            when=self.when,
            message=self.message,
        ):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        for statement in unseal_statements(
            schema_editor.connection.vendor, name=self.name, table=self.table, events=self.events
        ):
            schema_editor.execute(statement)

    def describe(self) -> str:
        return f"Seal {self.table} ({self.name})"


class LiftSeal(AddSeal):
    """A migration step that takes a seal away, so that its table can be remade; an `AddSeal` after it puts it back.

    SQLite remakes a table to change it, and drops the triggers that lie on it without a word.
    """

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Lift the seal of {self.table} ({self.name})"
