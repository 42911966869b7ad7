from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.errors import DomainError
from academy.management.verification import verify_all
from academy.safekeeping.databases import name_of, settings_for
from academy.safekeeping.moving import move


class Command(BaseCommand):
    help = (
        "Copies the academy into another, empty database (SQLite to PostgreSQL, or back) and proves that it is "
        "the same. Interrupted, it goes on when it is called again. Stop the academy first; afterwards name the new "
        "database in DATABASE_URL. Files in the media folder stay where they are."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "address", help="postgres://user:password@host:5432/name or sqlite:////folder/file"
        )
        parser.add_argument(
            "--afresh", action="store_true", help="empty what an interrupted move left there, and begin anew"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            target = settings_for(options["address"])
            rows, mismatches = move(
                settings.DATABASES["default"],
                target,
                settings.BACKUP_DIR,
                verify=verify_all,
                afresh=options["afresh"],
                tell=self.stdout.write,
            )
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Moved to {name_of(target)}: {rows} rows, the same in both databases.")
        for mismatch in mismatches:
            self.stderr.write(self.style.ERROR(mismatch))
        if mismatches:
            raise CommandError(
                f"What was moved is exactly what was there, but verify finds {len(mismatches)} that do not match."
            )
        self.stdout.write(
            "Everything matches. Name this database in DATABASE_URL, and start the academy again."
        )
