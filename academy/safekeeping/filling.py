"""Filling an empty database with the rows of another one, and proving that it holds the same."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count, islice
from typing import Any

from django.core.management.color import no_style
from django.db import Error
from django.db.backends.base.base import BaseDatabaseWrapper

from academy.safekeeping.lacking import is_of_the_place
from academy.safekeeping.refusals import DoesNotFit, NoPlace, NotSafe, reason_of
from academy.safekeeping.rows import AT_ONCE, Total, Values, for_database, read_rows, total_of
from academy.safekeeping.seals import put_on, seals_of, take_off
from academy.safekeeping.tables import Table

Sequences = dict[str, int]


@contextmanager
def without_seals(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Take the seals off for the block; afterwards they are what they were.

    Raises:
        NotSafe: they are not.
    """
    seals = seals_of(connection)
    take_off(connection, seals)
    if connection.vendor == "postgresql":
        # What migrations did in this transaction has switched it off; tables may lead to one another in a circle.
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    yield
    connection.check_constraints()
    put_on(connection, seals)
    if seals_of(connection) != seals:
        raise NotSafe("The seals of this database could not be put back as they were.")


def empty_tables(tables: Iterable[Table], connection: BaseDatabaseWrapper) -> None:
    """Remove what migrations wrote themselves into tables that are going to be filled."""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table.name)}")  # noqa: S608  # a name of ours


def fill(table: Table, rows: Iterator[Values], connection: BaseDatabaseWrapper) -> Total:
    """Write rows into a table; returns how many, and their digest.

    Raises:
        NoPlace: the database lacks room or rights, or went away.
        DoesNotFit: the database refuses one. What stands in it is not said: it may be a name or an address.
    """
    total = Total()
    while batch := list(islice(rows, AT_ONCE)):
        before = total.rows
        prepared = []
        for number, values in enumerate(batch, before + 1):
            prepared.append(for_database(table, values, connection, number=number))
            total.add(table, values)
        taken = count()
        try:
            with connection.wrap_database_errors:
                _write(table, prepared, connection, taken)
        except (Error, OverflowError) as error:
            refusal = NoPlace if is_of_the_place(error) else DoesNotFit
            raise refusal(_refused(table, error, before, next(taken))) from error
    return total


def _refused(table: Table, error: Error | OverflowError, before: int, taken: int) -> str:
    """Which row the database refuses, and why, in words that hold nothing of it.

    Args:
        before: how many rows were written before this batch.
        taken: how many of it SQLite has taken, this one included; PostgreSQL says the row itself.
    """
    context = str(getattr(getattr(error.__cause__, "diag", None), "context", None) or "")
    found = re.search(r", line (\d+)(?:, column (\w+))?", context)
    number = int(found[1]) if found else taken
    where = f", row {before + number}" if number else ""
    column = f" in the column {found[2]}" if found and found[2] else ""
    return f"{table.name}{where}: the database refuses it{column}: {reason_of(error)}."


def _write(table: Table, rows: list[Values], connection: BaseDatabaseWrapper, taken: Iterator[int]) -> None:
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in table.columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {quote(table.name)} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        places = ", ".join(["%s"] * len(table.columns))
        counted: Any = (row for row, _number in zip(rows, taken, strict=False))
        cursor.executemany(f"INSERT INTO {quote(table.name)} ({names}) VALUES ({places})", counted)  # noqa: S608  # names of ours


def insist_on_equal(
    tables: Iterable[Table], expected: Mapping[str, dict[str, Any]], connection: BaseDatabaseWrapper
) -> None:
    """Read every table again and compare.

    Raises:
        NotSafe: one holds something else than it should.
    """
    for table in tables:
        found = total_of(table, read_rows(table, connection)).as_json()
        if found != expected[table.name]:
            raise NotSafe(
                f"The table {table.name} holds {found['rows']} rows with the digest {found['digest'][:16]}, "
                f"and should hold {expected[table.name]['rows']} with {expected[table.name]['digest'][:16]}."
            )


# --- Numbers that the database gives ----------------------------------------------------------------------------------


def sequences_of(tables: Iterable[Table], connection: BaseDatabaseWrapper) -> Sequences:
    """The last number that the database gave in each table that it numbers, so that none is ever given twice."""
    found: Sequences = {}
    with connection.cursor() as cursor:
        for table in _numbered(tables):
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT pg_get_serial_sequence(%s, %s)", [_quoted(table, connection), _key(table)]
                )
                name = cursor.fetchone()[0]
                cursor.execute(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}")  # noqa: S608  # of ours
            else:
                cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table.name])
            row = cursor.fetchone()
            found[table.name] = int(row[0]) if row else 0
    return found


def set_sequences(tables: list[Table], numbers: Sequences, connection: BaseDatabaseWrapper) -> None:
    """Have the database go on after the last number that was given, and after the highest that is there."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), [table.model for table in tables]):
            cursor.execute(statement)
        for table in _numbered(tables):
            last = numbers.get(table.name, 0)
            if last <= sequences_of([table], connection)[table.name]:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence(%s, %s), %s)",
                    [_quoted(table, connection), _key(table), last],
                )
            else:
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table.name])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table.name, last])


def _numbered(tables: Iterable[Table]) -> Iterator[Table]:
    for table in tables:
        if table.model._meta.pk.get_internal_type() in {"AutoField", "BigAutoField", "SmallAutoField"}:
            yield table


def _key(table: Table) -> str:
    return str(table.model._meta.pk.column)


def _quoted(table: Table, connection: BaseDatabaseWrapper) -> str:
    return str(connection.ops.quote_name(table.name))
