"""The databases into which a backup is restored, so that what was there stays until the new one is whole."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from academy import clock
from academy.safekeeping.databases import another, is_sqlite, kept_private, settings_for
from academy.safekeeping.filling import insist_on_empty, remove_everything
from academy.safekeeping.media import ASIDE
from academy.safekeeping.refusals import NotEmpty, NotSafe

BESIDE = ("-wal", "-shm", "-journal")
IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


@contextmanager
def into_postgresql(settings: dict[str, Any], *, replace: bool) -> Iterator[BaseDatabaseWrapper]:
    """A connection to the database in one transaction, in which it is empty; everything is kept, or nothing."""
    with another(settings, "restored") as connection, transaction.atomic(using=connection.alias):
        if replace:
            remove_everything(connection)
        insist_on_empty(connection)
        yield connection


@contextmanager
def into_sqlite(settings: dict[str, Any], *, replace: bool) -> Iterator[BaseDatabaseWrapper]:
    """A connection to an empty file beside, which takes the place of the old one when the block ends well.

    Raises:
        NotEmpty: there is something in the old one, or it cannot be read, and nobody said that it may be replaced.
        NotSafe: somebody still uses the old one.
    """
    path = Path(settings["NAME"])
    if path.exists():
        if not replace:
            _insist_on_empty_file(settings)
        _settle(path)
    new = path.with_name(f".{path.name}.restoring")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _gone_at_the_end(new):
        _remove(new)  # of a restore that was killed
        with another(kept_private(settings_for(f"sqlite:///{new}")), "restored") as connection:
            yield connection
        if path.exists() and path.stat().st_size:
            shutil.copymode(path, new)
            _put_aside(path)
        new.rename(path)


def _insist_on_empty_file(settings: dict[str, Any]) -> None:
    try:
        with another(settings, "restored") as connection:
            insist_on_empty(connection)
    except NotEmpty:
        raise
    except NotSafe as error:
        raise NotEmpty(f"{error} Restore with --replace to put it aside.") from error


def kept_aside(settings: dict[str, Any], media: Path) -> list[Path]:
    """What restores put aside and nobody has removed yet."""
    found = sorted(media.glob(f"{ASIDE}*")) if media.is_dir() else []
    if is_sqlite(settings):
        path = Path(settings["NAME"])
        found += sorted(path.parent.glob(f"{path.name}{ASIDE}*"))
    return found


def _settle(path: Path) -> None:
    """Write what is still in the log of the old file into it; one that is too damaged for that keeps its log.

    Raises:
        NotSafe: another process has it open, and would go on writing into what is put aside.
    """
    try:
        with closing(sqlite3.connect(path, timeout=2)) as old:
            old.execute("PRAGMA journal_mode=DELETE")  # only whoever is alone may do this
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in IN_USE:
            raise NotSafe(
                f"The database {path} is still in use. Stop the academy, and call this again."
            ) from error


def _put_aside(path: Path) -> None:
    """Keep a file under another name, so that its place is never empty; where a disk cannot do that, move it."""
    aside = _aside(path)
    try:
        os.link(path, aside)
    except OSError:
        path.rename(aside)
    for rest in BESIDE:
        with suppress(FileNotFoundError):
            path.with_name(path.name + rest).rename(aside.with_name(aside.name + rest))


def _aside(path: Path) -> Path:
    """A free name for what is put aside."""
    stem = f"{path.name}{ASIDE}{clock.now():%Y%m%dT%H%M%SZ}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1_000)))
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())


@contextmanager
def _gone_at_the_end(path: Path) -> Iterator[None]:
    """Remove what is left of a file that was only made on the way."""
    try:
        yield
    finally:
        _remove(path)


def _remove(path: Path) -> None:
    for rest in ("", *BESIDE):
        with suppress(OSError):
            path.with_name(path.name + rest).unlink(missing_ok=True)
