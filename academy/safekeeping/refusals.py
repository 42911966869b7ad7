"""What is refused while an academy is kept safe, in words for whoever looks after the server."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import DataError, Error

from academy.errors import DomainError
from academy.safekeeping.lacking import is_of_the_place

# What a database raises that is away or damaged. SQLite names the table that it cannot read; where that name was
# damaged, so that it is no text any more, not even what SQLite says can be read.
UNREADABLE = (Error, UnicodeDecodeError)


class NotSafe(DomainError):
    """A backup, a restore or a move that is not carried out; what was there is as it was."""


class NoBackup(NotSafe):
    """A file that cannot be restored from: foreign, cut off, damaged, locked, or of a newer program."""


class NotOpened(NoBackup):
    """A file that is not there, cannot be read, or has another key: nothing is said about what is in it."""


class NoPlace(NotSafe):
    """A place that lacked room or rights, or went away: nothing is said about what was to be done there."""


class NotEmpty(NotSafe):
    """A database that holds something already."""


class DoesNotFit(NotSafe):
    """A row that the other database does not take."""


class Unfinished(NotSafe):
    """A database that was filled half, and must not be used."""


class NotKnown(NotSafe):
    """A restore whose end nobody heard: the database may hold what was there before, or the backup."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"The connection to the database {name} broke in the moment when everything was to be kept, and it does "
            "not answer since: nobody knows whether it holds what was there before, or the backup. The media folder is "
            "as it was before. Do not start the academy. When the database answers again, call the same restore once "
            "more, with --replace: after it both are what the backup holds."
        )


class FilesMissing(NotSafe):
    """Files that the database names and the media folder does not have."""

    def __init__(self, names: Sequence[str], media: object) -> None:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        super().__init__(
            f"The backup is made, but the database names files that are not in {media}: {', '.join(names[:3])}{more}. "
            "Is the disk there? No earlier backup was removed."
        )


def insist_on_noted(waiting: int) -> None:
    """Refuse to replace a database in which so many facts wait to be written into the list of erasures.

    Raises:
        NotSafe
    """
    if waiting:
        raise NotSafe(
            f"While the backup was read, {waiting} more {'line' if waiting == 1 else 'lines'} came into the academy’s "
            "database that must be written into the list of erasures, and would be lost. Stop the academy, and call "
            "this again: what waits is written first. Nothing was changed."
        )


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """Turn what a disk or a database says in the middle of something into a refusal; `what` says how things are now.

    Raises:
        NoPlace: one of them lacked room or rights, or went away.
        NotSafe: one of them failed in another way.
    """
    try:
        yield
    except (OSError, Error) as error:
        raise (NoPlace if is_of_the_place(error) else NotSafe)(
            f"It went wrong in the middle: {reason_of(error)}. {what}"
        ) from error


def reason_of(error: Exception) -> str:
    """What a disk or a database says, but for what stands in a row: that may be a name or an address.

    PostgreSQL quotes a row in what follows its first line, and a value that it cannot read in the first line as well;
    Django quotes keys after the table.
    """
    if isinstance(error, UnicodeDecodeError):
        return "its file is damaged, names in it are no text any more"
    if isinstance(error, DataError | OverflowError):
        return f"a value does not fit ({type(error.__cause__ or error).__name__})"
    reason = (getattr(error, "strerror", None) or str(error)).strip().partition("\n")[0]
    return reason.partition(" with primary key ")[0]
