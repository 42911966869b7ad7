from typing import Any

from django.core.management.commands import migrate

from academy.migrating import WholeExecutor


class Command(migrate.Command):
    """Django's command, with migrations that are whole (docs/decisions/0045-migrations-are-whole.md)."""

    def handle(self, *args: Any, **options: Any) -> str | None:
        # It takes its executor from its own module, and has no other place to name one.
        theirs = migrate.MigrationExecutor
        migrate.MigrationExecutor = WholeExecutor  # type: ignore[misc]  # a class in the place of its base
        try:
            return super().handle(*args, **options)
        finally:
            migrate.MigrationExecutor = theirs  # type: ignore[misc]  # see above
