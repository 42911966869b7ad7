"""Backups: one file with everything, written beside its name, read again, and only then given it."""

import errno
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from django.db import Error
from pyrage import x25519

from academy import clock
from academy.safekeeping.archive import FORMAT, HEADER, MANIFEST, MEDIA, VERSION, Writer, check, writing
from academy.safekeeping.databases import another
from academy.safekeeping.filling import sequences_of
from academy.safekeeping.locking import is_locked, locked, opened, recipients_of
from academy.safekeeping.marking import insist_on_whole
from academy.safekeeping.media import files_in, named_files
from academy.safekeeping.reading import heads_of, standing_still
from academy.safekeeping.refusals import NotSafe
from academy.safekeeping.rows import Total, Values, read_rows
from academy.safekeeping.sessions import is_same_file
from academy.safekeeping.tables import SESSIONS, Table, in_order, migrations_of, tables_after
from academy.safekeeping.working import alone, settled_names

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Backup:
    """What a backup holds, in figures.

    Args:
        missing: files that the database names and the media folder does not have; they are in no backup.
    """

    path: Path
    rows: int
    files: int
    bytes: int
    heads: dict[str, list[Any]]
    is_locked: bool
    missing: list[str] = field(default_factory=list)


def back_up(
    settings: dict[str, Any],
    media: Path,
    folder: Path,
    *,
    recipients: Sequence[str] = (),
    tell: Callable[[str], object] = lambda _text: None,
) -> Backup:
    """Write a backup of a database and the media folder into `folder`, and read it again.

    Args:
        recipients: public keys (age1…); with any, only who holds one of their secret halves can read it.

    Raises:
        NotSafe: it could not be written whole; no file is left behind.
    """
    keys = recipients_of(recipients)
    _insist_on_apart(folder, media)
    # A key that nobody keeps: with it the locked file is read again, and then it is gone.
    witness = x25519.Identity.generate()
    with _in_words(folder), alone(folder, tell=tell) as work:
        path = _free_name(folder, ".tar.gz.age" if keys else ".tar.gz")
        half = work / path.name
        with standing_still(settings, work) as connection:
            insist_on_whole(connection)
            lock = [*keys, witness.to_public()] if keys else []
            with _private(half) as file, locked(file, lock) as sink, writing(sink) as writer:
                named = _write(writer, connection, media)
            with opened(half, [witness]) as again:
                _header, manifest = check(again, path.name)
            files = {name.removeprefix(MEDIA) for name in manifest["members"] if name.startswith(MEDIA)}
            missing = _still_named(named - files, settings)
        size, is_closed = half.stat().st_size, is_locked(half)
        half.rename(path)
    # It has its name: from here on nothing says any more that it could not be made.
    if words := settled_names(folder):
        tell(words)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    return Backup(path, rows, len(files), size, manifest["heads"], is_closed, missing)


def _insist_on_apart(folder: Path, media: Path) -> None:
    """Refuse a folder in the media folder: every backup would hold all earlier ones.

    The media folder in that of the backups is no harm.

    Raises:
        NotSafe
    """
    with _in_words(folder):
        place = Path(os.path.realpath(folder))
        is_in_it = any(is_same_file(one, media) for one in (place, *place.parents))
    if is_in_it:
        raise NotSafe(
            f"The folder {folder} would be in the media folder {media}: every backup would hold all earlier ones, and "
            "they would be among the files that are shown. Name a folder elsewhere. Nothing was written."
        )


def _still_named(names: set[str], settings: dict[str, Any]) -> list[str]:
    """Those of these files that the database names still: what is removed while a backup is made, nobody misses."""
    if names:
        with (
            suppress(NotSafe, Error),
            another(settings, "again") as now,
        ):  # whoever does not answer takes nothing back
            names = names & named_files(tables_after(now, migrations_of(now)), now)
    return sorted(names)


def _write(writer: Writer, connection: Any, media: Path) -> set[str]:
    """Write all pieces; returns the files that the database names."""
    migrations = migrations_of(connection)
    tables = [table for table in tables_after(connection, migrations) if table.name not in SESSIONS]
    ordered = [table for group in in_order(tables) for table in group]
    writer.add_json(
        HEADER,
        {
            "format": FORMAT,
            "version": VERSION,
            "made_at": clock.now().isoformat(timespec="seconds"),
            "database": connection.vendor,
            "migrations": sorted(migrations),
            "tables": {table.name: table.columns for table in ordered},
        },
    )
    totals = {table.name: Total() for table in ordered}
    for table in ordered:
        writer.add_rows(table.name, _counted(table, totals[table.name], connection))
    for path, name in files_in(media):
        with _read(path) as file:
            if file:
                writer.add_file(f"{MEDIA}{name}", file, os.fstat(file.fileno()).st_size)
    writer.add_json(
        MANIFEST,
        {
            "tables": {name: total.as_json() for name, total in totals.items()},
            "sequences": sequences_of(ordered, connection),
            "heads": heads_of(tables, connection),
            "members": writer.members,
        },
    )
    return named_files(tables, connection)


def _counted(table: Table, total: Total, connection: Any) -> Iterator[Values]:
    for values in read_rows(table, connection):
        total.add(table, values)
        yield values


@contextmanager
def _read(path: Path) -> Iterator[BinaryIO | None]:
    """A file of the media folder; None if it has gone meanwhile: it is missed in the end.

    Raises:
        NotSafe: it cannot be read.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        raise NotSafe(f"The file {path} cannot be read: {error.strerror or error}.") from error
    with file:
        yield file


# --- Files ------------------------------------------------------------------------------------------------------------


def _free_name(folder: Path, ending: str) -> Path:
    stem = f"academy-{clock.now():%Y%m%dT%H%M%SZ}"
    names = (f"{stem}{ending}", *(f"{stem}-{number}{ending}" for number in range(2, 1_000)))
    return next(folder / name for name in names if not (folder / name).exists())


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """A new file that only its owner reads; what was written is on the disk when the block ends."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _in_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise NotSafe(
                f"The disk is full: the backup does not fit into {folder}. Nothing was left behind, and the backups "
                "that are there are as they were."
            ) from error
        raise NotSafe(f"The backup cannot be written into {folder}: {error.strerror or error}.") from error
