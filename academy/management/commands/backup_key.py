import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.safekeeping.locking import new_key


class Command(BaseCommand):
    help = (
        "Makes a key for backups: the secret half into a file, the public half (for BACKUP_RECIPIENTS) to the screen. "
        "Carry the file away from the server, to two places; without it no locked backup is ever read again."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", type=Path, help="where the secret half is written; nothing may be there yet"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        secret, public = new_key()
        try:
            handle = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise CommandError(f"{options['file']} cannot be written: {error.strerror}.") from error
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"# public key: {public}\n{secret}\n")
        self.stdout.write(public)
