"""What the commands of backups have in common: which file, which key, which database, and what was found."""

from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from academy.safekeeping.databases import settings_for
from academy.safekeeping.locking import identities_in
from academy.safekeeping.refusals import NotOpened
from academy.safekeeping.restoring import Restored
from academy.safekeeping.retaining import newest_in


class Patient(OutputWrapper):
    """Where a command says something; that it cannot be written is kept, and keeps the command from nothing."""

    problem: OSError | None = None

    def write(self, *words: Any, **more: Any) -> None:  # type: ignore[override]  # Django's own takes more, too
        try:
            super().write(*words, **more)
        except OSError as error:
            self.problem = self.problem or error


def _patient(like: OutputWrapper) -> Patient:
    made = Patient(cast(Any, like._out), ending=like.ending)
    made.style_func = like.style_func
    return made


@contextmanager
def heard_or_not(command: BaseCommand) -> Iterator[None]:
    """Everything in the block is done, also if what is said of it cannot be written: the disk is full, or nobody reads.

    Raises:
        CommandError: it could not be written; everything is done.
        BrokenPipeError: nobody reads it any more; everything is done.
    """
    command.stdout, command.stderr = _patient(command.stdout), _patient(command.stderr)
    yield
    problem = command.stdout.problem or command.stderr.problem
    if isinstance(problem, BrokenPipeError):
        raise problem
    if problem:
        raise CommandError(
            f"Everything was done, but what there is to say could not be written: {problem.strerror or problem}."
        ) from problem


def a_path(words: str) -> Path:
    """A path as it is given in a call; an empty one, of a variable that is not set, would be the present folder."""
    if not words:
        raise ArgumentTypeError("it is empty; name a file or a folder")
    return Path(words)


def ask_for_a_backup(parser: CommandParser) -> None:
    """The arguments that say which backup, and what opens it."""
    parser.add_argument("file", nargs="?", type=a_path, help="the backup (default: the newest in BACKUP_DIR)")
    parser.add_argument("--identity", type=a_path, default=None, help="the file with the key that opens it")


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
