"""Whether something failed because of the place where it was done, and not because of what was to be done there."""

from django.db import Error, InterfaceError

# PostgreSQL's classes of errors: the connection broke; it only reads; rights are missing; room, memory or patience ran
# out; it is being stopped; its own disk failed.
OF_POSTGRESQL = ("08", "25006", "42501", "53", "55P03", "57", "58")
# A disk that is full, fails or only reads; a file that cannot be opened, or that somebody else has locked.
OF_SQLITE = (
    "SQLITE_BUSY",
    "SQLITE_CANTOPEN",
    "SQLITE_FULL",
    "SQLITE_IOERR",
    "SQLITE_NOMEM",
    "SQLITE_PERM",
    "SQLITE_READONLY",
)


def is_of_the_place(error: BaseException | None) -> bool:
    """Whether a disk or a database lacked room or rights, or went away: elsewhere the same may go well."""
    if isinstance(error, InterfaceError):
        return True
    if isinstance(error, Error):
        # Django's own words for a table of migrations that cannot be made have only a context.
        return _says_so(error.__cause__) or is_of_the_place(error.__cause__ or error.__context__)
    return isinstance(error, OSError) and error.errno is not None


def _says_so(cause: BaseException | None) -> bool:
    """What the driver says: SQLite by name, PostgreSQL by code."""
    name = str(getattr(cause, "sqlite_errorname", ""))
    return name.startswith(OF_SQLITE) or str(getattr(cause, "sqlstate", "")).startswith(OF_POSTGRESQL)
