"""What the commands of backups have in common: which file, which key, which database, and what was found."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from academy.safekeeping.databases import settings_for
from academy.safekeeping.locking import identities_in
from academy.safekeeping.refusals import NotOpened
from academy.safekeeping.restoring import Restored
from academy.safekeeping.retaining import newest_in


def ask_for_a_backup(parser: CommandParser) -> None:
    """The arguments that say which backup, and what opens it."""
    parser.add_argument("file", nargs="?", type=Path, help="the backup (default: the newest in BACKUP_DIR)")
    parser.add_argument("--identity", type=Path, default=None, help="the file with the key that opens it")


def newest_or(path: Path | None) -> Path:
    """The backup that was named, otherwise the newest.

    Raises:
        NotOpened: there is none.
    """
    found = path or newest_in(settings.BACKUP_DIR)
    if not found:
        raise NotOpened(f"There is no backup in {settings.BACKUP_DIR}.")
    return found


def identities(path: Path | None) -> list[Any]:
    """The keys in the file that was named, otherwise in that of BACKUP_IDENTITY."""
    wanted = path or (Path(settings.BACKUP_IDENTITY) if settings.BACKUP_IDENTITY else None)
    return identities_in(wanted) if wanted else []


def settings_or(address: str) -> dict[str, Any]:
    return settings_for(address) if address else dict(settings.DATABASES["default"])


def say_what_was_found(command: BaseCommand, restored: Restored) -> None:
    """Counts, ends of histories, and what does not match.

    Raises:
        CommandError: something does not.
    """
    command.stdout.write(f"{restored.rows} rows and {restored.files} files are what the manifest says.")
    for slug, (number, digest) in restored.heads.items():
        command.stdout.write(f"The history of {slug} ends at {number} with {digest}.")
    for mismatch in restored.mismatches:
        command.stderr.write(command.style.ERROR(mismatch))
    if restored.mismatches:
        raise CommandError(
            "What is there is exactly what was backed up, but verify finds "
            f"{len(restored.mismatches)} that do not match."
        )
    command.stdout.write("Everything matches.")
