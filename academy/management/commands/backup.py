import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.errors import DomainError
from academy.management.safekeeping import a_path, heard_or_not
from academy.models import Pulse
from academy.safekeeping.backups import Backup, back_up
from academy.safekeeping.locking import recipients_of
from academy.safekeeping.refusals import UNREADABLE, FilesMissing, NotSafe
from academy.safekeeping.retaining import ahead_of_time, forget_old
from academy.watching import beat

ONE_STAYS = "At least one backup is kept: --keep and BACKUP_KEEP are 1 or more."


def _note(*, well: bool) -> None:
    """Note for the operations page how it went; a database that cannot be written to is said elsewhere."""
    with suppress(*UNREADABLE):
        beat(Pulse.Name.BACKUP, well=well)


def _insist_on_place(folder: Path) -> None:
    """Refuse a folder that was mistyped: of its path at most the last one is made.

    Raises:
        NotSafe
    """
    above = folder.absolute().parent
    try:
        if not above.is_dir():
            raise NotSafe(
                f"There is no folder {above}, in which {folder.name} could be made. Nothing was written."
            )
        if folder.exists() and not folder.is_dir():
            raise NotSafe(f"{folder} is no folder. Nothing was written.")
    except OSError as error:
        raise NotSafe(
            f"{folder} cannot be written to: {error.strerror or error}. Nothing was written."
        ) from error


class Command(BaseCommand):
    help = (
        "Writes a backup of the database and the media into one file, reads it again, and removes the oldest ones. "
        "The academy may go on meanwhile. docs/backup.md says what is in it."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to",
            type=a_path,
            default=None,
            help="another folder than BACKUP_DIR; what lies there does not count as the academy's backup",
        )
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
        with heard_or_not(self):
            self._handle(options)

    def _handle(self, options: dict[str, Any]) -> None:
        folder = options["to"] or settings.BACKUP_DIR
        counts = os.path.realpath(folder) == os.path.realpath(settings.BACKUP_DIR)
        try:
            self._insist_on_arguments(options, elsewhere=None if counts else folder)
            self._back_up(folder, options, counts=counts)
        except DomainError as error:
            raise CommandError(str(error)) from error
        for path in ahead_of_time(folder):
            self.stderr.write(
                f"{path.name} is ahead of the time: look whether it is a backup. It was not counted."
            )
        if not counts:
            self.stdout.write(
                f"It does not count as the academy’s backup, as it is not in {settings.BACKUP_DIR} (BACKUP_DIR)."
            )

    def _insist_on_arguments(self, options: dict[str, Any], *, elsewhere: Path | None) -> None:
        """Refuse what was mistyped. It is not noted: nothing that the academy relies on went wrong.

        Raises:
            NotSafe
        """
        if options["keep"] is not None and options["keep"] < 1:
            raise NotSafe(ONE_STAYS)
        recipients_of(options["recipient"] or [])
        if elsewhere:
            _insist_on_place(elsewhere)

    def _back_up(self, folder: Path, options: dict[str, Any], *, counts: bool) -> None:
        """Make it, and remove the oldest ones. How that went is noted first, and said then.

        Raises:
            FilesMissing: the database names files that are not there; no earlier backup is removed.

        Args:
            counts: it lands where the academy’s backups lie, so how it goes is noted for the operations page. What lies
                elsewhere is carried away by nobody, and is found by no restore and no drill.
        """
        keys = settings.BACKUP_RECIPIENTS if options["recipient"] is None else options["recipient"]
        keep = settings.BACKUP_KEEP if options["keep"] is None else options["keep"]
        made: Backup | None = None
        old, went_well = list[Path](), False
        try:
            if keep < 1:
                raise NotSafe(ONE_STAYS)
            made = back_up(
                settings.DATABASES["default"],
                Path(settings.MEDIA_ROOT),
                folder,
                recipients=keys,
                tell=self.stdout.write,
            )
            if made.missing:
                raise FilesMissing(made.missing, settings.MEDIA_ROOT)
            old = forget_old(folder, keep=keep, made=made.path)
            went_well = True
        finally:
            if counts:
                _note(well=went_well)
            if made is not None:
                self._say(made)
        if old:
            self.stdout.write(f"Removed: {', '.join(path.name for path in old)}.")

    def _say(self, made: Backup) -> None:
        """Figures, and where the histories end."""
        self.stdout.write(
            f"{made.path}: {made.rows} rows, {made.files} files, {made.bytes} bytes, "
            f"{'locked' if made.is_locked else 'not locked'}, read again."
        )
        for slug, (number, digest) in made.heads.items():
            self.stdout.write(f"The history of {slug} ends at {number} with {digest}.")
