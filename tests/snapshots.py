"""The demo academy in a test's database within a fraction of a second: its rows, taken once, put back many times.

Rows are put back children first, so that the seals, which look at a parent's state, find nothing to refuse; foreign
keys are checked at the end of the transaction.
"""

from __future__ import annotations

import fcntl
import os
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction

from academy.safekeeping.seals import put_on, seals_of, take_off
from tests.servers import SHARED

# What migrations and the framework put there themselves.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}

Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]


def models_in_order() -> list[Any]:
    """Every model with a table of its own, the framework's link tables included, children after their parents."""
    models = [m for m in apps.get_models(include_auto_created=True) if not m._meta.proxy]
    return [m for m in models if m._meta.db_table not in KEPT]


def take() -> Rows:
    """All rows of the database, by table."""
    rows: Rows = {}
    with connection.cursor() as cursor:
        for model in models_in_order():
            table = model._meta.db_table
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            found = cursor.fetchall()
            if found:
                rows[table] = ([column[0] for column in cursor.description], found)
    return rows


def put_back(rows: Rows) -> None:
    """Fill an empty database with these rows."""
    quote = connection.ops.quote_name
    # An adoption begins prepared, so that one that was closed cannot be put back under its seals.
    begun = [seal for seal in seals_of(connection) if seal[0] == "outcome_procedure"]
    with transaction.atomic(), connection.cursor() as cursor:
        take_off(connection, begun)
        for table, (columns, values) in sorted(rows.items(), key=lambda item: _rank(item[0])):
            names = ", ".join(quote(column) for column in columns)
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {quote(table)} ({names}) VALUES ({places})", values)
        for statement in connection.ops.sequence_reset_sql(no_style(), models_in_order()):
            cursor.execute(statement)
        connection.check_constraints()
        put_on(connection, begun)


@dataclass
class Known:
    """What the processes that share the tests know of a stage: its rows, or nothing yet."""

    rows: Rows = field(default_factory=dict)


@contextmanager
def shared(stage: str) -> Iterator[Known]:
    """A stage as the first process of this run left it; whoever comes meanwhile waits until it is there."""
    folder = os.environ.get(SHARED)
    if not folder:
        yield Known()
        return
    with (Path(folder) / f"{stage}.pickle").open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        known = Known(pickle.loads(text) if text else {})
        yield known
        if not text:
            pickle.dump(known.rows, file)


def _rank(table: str) -> int:
    """What a seal looks at comes after what it seals; electors come before their positions."""
    order = {
        "outcome_elector": -1,
        "outcome_clause": 1,
        "workshops_group": 2,
        "outcome_procedure": 3,
        "outcome_document": 4,
    }
    return order.get(table, 0)


@contextmanager
def unsealed() -> Iterator[None]:
    """Lift for the moment what refuses to empty sealed tables."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger "
                "WHERE NOT tgisinternal AND tgname LIKE 'seal%_truncate'"
            )
            lift, place = "ALTER TABLE {0} DISABLE TRIGGER {1}", "ALTER TABLE {0} ENABLE TRIGGER {1}"
        else:
            cursor.execute("SELECT sql, name FROM sqlite_master WHERE type = 'trigger'")
            lift, place = "DROP TRIGGER {1}", "{0}"
        seals = cursor.fetchall()
        for table_or_sql, name in seals:
            cursor.execute(lift.format(table_or_sql, name))
        yield
        for table_or_sql, name in seals:
            cursor.execute(place.format(table_or_sql, name))


def empty() -> None:
    """Leave nothing in the database but its tables and seals."""
    with unsealed():
        call_command("flush", verbosity=0, interactive=False)
