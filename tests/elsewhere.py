"""Another, empty database for a while, of the kind that the tests run on; and what a database holds."""

from __future__ import annotations

import secrets
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from django.db import connection

from academy.safekeeping.rows import read_rows, total_of
from academy.safekeeping.tables import migrations_of, tables_after
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def empty_database(folder: Path) -> Iterator[str]:
    """The address of an empty database, which is gone at the end."""
    name = f"elsewhere_{secrets.token_hex(4)}"
    if connection.vendor == "sqlite":
        yield f"sqlite:///{folder / name}.sqlite3"
        return
    own = database_of_the_test()
    with psycopg.connect(own, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        try:
            yield f"{own.rpartition('/')[0]}/{name}"
        finally:
            server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def totals(database: BaseDatabaseWrapper) -> dict[str, dict[str, object]]:
    """How many rows each table holds, and their digest."""
    return {
        table.name: total_of(table, read_rows(table, database)).as_json()
        for table in tables_after(database, migrations_of(database))
    }
