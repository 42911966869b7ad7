from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from academy.errors import DomainError
from academy.models import Pulse
from academy.safekeeping.backups import Backup, back_up
from academy.safekeeping.refusals import FilesMissing
from academy.safekeeping.retaining import ahead_of_time, forget_old
from academy.watching import beat


def _note(*, well: bool) -> None:
    """Note for the operations page how it went; a database that cannot be written to is said elsewhere."""
    with suppress(DatabaseError):
        beat(Pulse.Name.BACKUP, well=well)


class Command(BaseCommand):
    help = (
        "Writes a backup of the database and the media into one file, reads it again, and removes the oldest ones. "
        "The academy may go on meanwhile. docs/backup.md says what is in it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=None, help="the folder (default: BACKUP_DIR)")
        parser.add_argument(
            "--recipient",
            action="append",
            default=None,
            help="a public key (age1…) that locks the file; may be given more than once (default: BACKUP_RECIPIENTS)",
        )
        parser.add_argument(
            "--keep", type=int, default=None, help="of how many days they stay (default: BACKUP_KEEP)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder = options["to"] or settings.BACKUP_DIR
        keys = settings.BACKUP_RECIPIENTS if options["recipient"] is None else options["recipient"]
        keep = settings.BACKUP_KEEP if options["keep"] is None else options["keep"]
        if keep < 1:
            raise CommandError("At least one backup is kept.")
        went_well = False
        try:
            made = back_up(
                settings.DATABASES["default"],
                Path(settings.MEDIA_ROOT),
                folder,
                recipients=keys,
                tell=self.stdout.write,
            )
            self._say(made)
            old = forget_old(folder, keep=keep, made=made.path)
            went_well = True
        except DomainError as error:
            raise CommandError(str(error)) from error
        finally:
            _note(well=went_well)
        if old:
            self.stdout.write(f"Removed: {', '.join(path.name for path in old)}.")
        for path in ahead_of_time(folder):
            self.stderr.write(
                f"{path.name} is ahead of the time: look whether it is a backup. It was not counted."
            )

    def _say(self, made: Backup) -> None:
        """Figures, and what is missing.

        Raises:
            FilesMissing: the database names files that are not there; no earlier backup is removed.
        """
        self.stdout.write(
            f"{made.path}: {made.rows} rows, {made.files} files, {made.bytes} bytes, "
            f"{'locked' if made.is_locked else 'not locked'}, read again."
        )
        for slug, (number, digest) in made.heads.items():
            self.stdout.write(f"The history of {slug} ends at {number} with {digest}.")
        if made.missing:
            raise FilesMissing(made.missing, settings.MEDIA_ROOT)
