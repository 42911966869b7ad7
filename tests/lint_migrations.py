"""Whether old code survives a new migration: django-migration-linter over what is newer than the baseline.

`python -m tests.lint_migrations` asks a throw-away PostgreSQL what each migration would do there. The migrations in
`tests/migrations_baseline.txt` were there before anybody upgraded; they are not looked at.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.servers import throwaway_servers

APPS = ("academy", "programme", "workshops", "outcome")
BASELINE = Path(__file__).with_name("migrations_baseline.txt")
# Constraints and indexes of a table that the same migration makes lock nobody out.
HARMLESS = ("CREATE_INDEX",)


def baseline() -> list[str]:
    """The migrations that are not looked at, as app/name."""
    lines = BASELINE.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def lint(ignored: list[str], folder: str | None = None) -> list[str]:
    """The migrations, as app/name, that old code would not survive; the linter says why."""
    from django_migration_linter import MigrationLinter

    linter = MigrationLinter(
        path=folder,
        ignore_name=[name.partition("/")[2] for name in ignored],
        include_apps=list(APPS),
        exclude_migration_tests=HARMLESS,
        no_cache=True,
    )
    linter.lint_all_migrations()
    return [] if not linter.has_errors else ["errors"]


def main() -> int:
    with throwaway_servers() as environment:
        os.environ.update(environment | {"LOG_LEVEL": "WARNING"})
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")
        import django

        django.setup()
        return 1 if lint(baseline()) else 0


if __name__ == "__main__":
    sys.exit(main())
