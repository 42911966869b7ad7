"""Migrations that are whole: a migration and the note that it was made are kept together, or neither is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration


class WholeExecutor(MigrationExecutor):
    """Django's executor, with one transaction around each migration and all of its records.

    Django's own ends its transaction first if indexes or keys were put off to the end of the migration, and then
    records what a squashed migration replaces, one by one. Whoever is killed in between leaves tables that no record
    names, or a squashed migration that was made half; neither Django nor this program can go on from there.
    """

    def apply_migration(self, state: Any, migration: Migration, *words: Any, **options: Any) -> Any:
        with whole(migration, self.connection):
            return super().apply_migration(state, migration, *words, **options)

    def unapply_migration(self, state: Any, migration: Migration, *words: Any, **options: Any) -> Any:
        with whole(migration, self.connection):
            return super().unapply_migration(state, migration, *words, **options)


@contextmanager
def whole(migration: Migration, connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Keep what is done in the block together, unless this migration says that it cannot be in a transaction."""
    if not migration.atomic:
        yield
        return
    # SQLite changes tables with its keys unchecked, and takes that word only before a transaction begins.
    with connection.constraint_checks_disabled(), transaction.atomic(using=connection.alias):
        yield
