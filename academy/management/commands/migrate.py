"""Django's `migrate`, with migrations that are whole (docs/decisions/0045-migrations-are-whole.md)."""

from typing import Any

from django.core.management.commands import migrate

from academy.migrating import WholeExecutor

MODULE: Any = migrate  # stubs do not say what it imports


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> str | None:
        # It takes its executor from its own module, and has no other place to name one.
        theirs = MODULE.MigrationExecutor
        MODULE.MigrationExecutor = WholeExecutor
        try:
            return super().handle(*args, **options)
        finally:
            MODULE.MigrationExecutor = theirs
