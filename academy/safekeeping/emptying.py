"""Emptying a database: only of what is the academy's, all of it at once, and nothing else falls with it."""

from contextlib import ExitStack

from django.apps import apps
from django.db import Error, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.recorder import MigrationRecorder

from academy.safekeeping.marking import TABLE as MARK
from academy.safekeeping.marking import is_half_moved
from academy.safekeeping.refusals import NotEmpty, NotSafe
from academy.safekeeping.tables import migrations_of, tables_after

MIGRATIONS = MigrationRecorder.Migration._meta.db_table
# The apps of the academy itself. Of a newer program they may have tables that this one does not know; a table of any
# other app is known by its whole name, or not at all: account_… may be allauth's, or somebody's ledger.
OWN_APPS = ("academy", "programme", "workshops", "outcome")
STILL_NEEDED = "2BP01"
# What lies in the schema in which tables are made; what an extension brought belongs to the extension.
TABLES = """
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
    ORDER BY 1
"""
# A seal is told by its own words (academy/sealing.py), also one whose table is gone.
SEALS = """
    SELECT p.oid, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname = current_schema() AND p.prorettype = 'trigger'::regtype AND p.pronargs = 0
    AND p.prosrc LIKE '%%RAISE EXCEPTION%%USING ERRCODE = ''restrict_violation''%%' ORDER BY 2
"""
OTHER_TRIGGERS = """
    SELECT t.tgname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND n.nspname = current_schema() AND c.relname = ANY(%s) AND NOT t.tgfoid = ANY(%s::oid[])
    ORDER BY 1, 2
"""


def tables_in(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables of a database; of PostgreSQL those of the one schema in which the academy makes its own."""
    if connection.vendor != "postgresql":
        return connection.introspection.table_names()
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def insist_on_empty(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database that holds any table.

    Raises:
        NotEmpty: there is one.
    """
    if names := tables_in(connection):
        raise NotEmpty(f"The database is not empty: it holds {len(names)} tables, {names[0]} among them.")


def in_one_transaction(connection: BaseDatabaseWrapper) -> transaction.Atomic:
    return transaction.atomic(using=connection.alias)


def remove_everything(connection: BaseDatabaseWrapper) -> None:
    """Remove the academy from a database: its tables, its seals and the mark. If it is interrupted, all are there.

    Raises:
        NotEmpty: there is something else, or it would fall with them; it is named, and nothing is removed.
    """
    there = tables_in(connection)
    _insist_on_own(there, connection)
    with ExitStack() as doing:
        if connection.vendor != "postgresql":
            # Tables lead to one another, so that none could go first; in a transaction this would change nothing.
            doing.enter_context(connection.constraint_checks_disabled())
        doing.enter_context(in_one_transaction(connection))
        if connection.vendor == "postgresql":
            _remove_from_postgresql(there, connection)
        else:
            with connection.cursor() as cursor:
                for name in there:
                    cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")


def _insist_on_own(there: list[str], connection: BaseDatabaseWrapper) -> None:
    """Refuse a database with a table that no migration of the academy makes, whatever program made the others.

    Where a move stopped, tables that bear our names are ours: it began with an empty database. Earlier versions left
    some there that no record of a migration names.

    Raises:
        NotEmpty: there is one, or this program is too old to know whose it is.
    """
    known, refusal = {MARK, MIGRATIONS}, _not_ours
    if MIGRATIONS in there:
        try:
            known |= {table.name for table in tables_after(connection, migrations_of(connection))}
        except NotSafe:  # of another program, mostly a newer one: it names its migrations, and no tables
            known |= _known_by_name(there)
            refusal = _not_known
    if is_half_moved(connection):
        known |= _known_by_name(there)
    if others := [name for name in there if name not in known]:
        raise refusal(others)


def _known_by_name(there: list[str]) -> set[str]:
    """The tables of this program, and those that bear the name of one of its own apps."""
    own = {name for name in there if name.startswith(tuple(f"{app}_" for app in OWN_APPS))}
    return own | {model._meta.db_table for model in apps.get_models(include_auto_created=True)}


def _remove_from_postgresql(names: list[str], connection: BaseDatabaseWrapper) -> None:
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        cursor.execute(SEALS)
        seals = dict(cursor.fetchall())
        cursor.execute(OTHER_TRIGGERS, [names, list(seals)])
        if triggers := [f"trigger {name} on table {table}" for name, table in cursor.fetchall()]:
            raise _not_ours(triggers)
        try:
            if names:
                cursor.execute(f"DROP TABLE {', '.join(map(quote, names))} RESTRICT")
            if seals:
                cursor.execute(
                    f"DROP FUNCTION {', '.join(f'{quote(name)}()' for name in seals.values())} RESTRICT"
                )
        except Error as error:
            diagnosis = getattr(error.__cause__, "diag", None)
            if getattr(diagnosis, "sqlstate", "") != STILL_NEEDED:
                raise
            # Its lines name objects only: "view report depends on table academy_participant".
            raise _not_ours(str(getattr(diagnosis, "message_detail", "")).splitlines()) from error


def _not_ours(names: list[str]) -> NotEmpty:
    return NotEmpty(
        f"The database holds what is not the academy’s: {_some_of(names)}. Nothing was removed. Move it to another "
        "database, or remove it yourself, and call this again."
    )


def _not_known(names: list[str]) -> NotEmpty:
    return NotEmpty(
        f"The database is of another version of the program, mostly a newer one, and this one does not know whether "
        f"these tables are the academy’s: {_some_of(names)}. Nothing was removed. Take an empty database instead; or, "
        "if they are the academy’s or nobody needs them, remove them yourself, and call this again."
    )


def _some_of(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"
