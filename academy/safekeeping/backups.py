"""Backups: one file with everything, written beside its name, read again, and only then given it."""

import errno
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from pyrage import x25519

from academy import clock
from academy.safekeeping.archive import FORMAT, HEADER, MANIFEST, MEDIA, VERSION, Writer, check, writing
from academy.safekeeping.filling import sequences_of
from academy.safekeeping.locking import locked, opened, recipients_of
from academy.safekeeping.marking import insist_on_whole
from academy.safekeeping.reading import heads_of, removed_if_it_fails, standing_still
from academy.safekeeping.refusals import NotSafe
from academy.safekeeping.rows import Total, Values, read_rows
from academy.safekeeping.tables import SESSIONS, Table, in_order, migrations_of, tables_after

NAMES = re.compile(r"academy-\d{8}T\d{6}Z(-\d+)?\.tar\.gz(\.age)?")
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Backup:
    """What a backup holds, in figures."""

    path: Path
    rows: int
    files: int
    bytes: int
    heads: dict[str, list[Any]]


def back_up(settings: dict[str, Any], media: Path, folder: Path, *, recipients: Sequence[str] = ()) -> Backup:
    """Write a backup of a database and the media folder into `folder`, and read it again.

    Args:
        recipients: public keys (age1…); with any, only who holds one of their secret halves can read it.

    Raises:
        NotSafe: it could not be written whole; no file is left behind.
    """
    keys = recipients_of(recipients)
    # A key that nobody keeps: with it the locked file is read again, and then it is gone.
    witness = x25519.Identity.generate()
    with _in_words(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = _free_name(folder, ".tar.gz.age" if keys else ".tar.gz")
        half = path.with_name(f".{path.name}.{os.getpid()}.half")
        with removed_if_it_fails(half), standing_still(settings, folder) as connection:
            insist_on_whole(connection)
            lock = [*keys, witness.to_public()] if keys else []
            with _private(half) as file, locked(file, lock) as sink, writing(sink) as writer:
                _write(writer, connection, media)
            with opened(half, [witness]) as again:
                _header, manifest = check(again, path.name)
            half.rename(path)
            _settle(folder)
    rows = sum(table["rows"] for table in manifest["tables"].values())
    files = sum(name.startswith(MEDIA) for name in manifest["members"])
    return Backup(path, rows, files, path.stat().st_size, manifest["heads"])


def _write(writer: Writer, connection: Any, media: Path) -> None:
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
        with path.open("rb") as file:
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


def _counted(table: Table, total: Total, connection: Any) -> Iterator[Values]:
    for values in read_rows(table, connection):
        total.add(table, values)
        yield values


def files_in(media: Path) -> Iterator[tuple[Path, str]]:
    """The files of the media folder with their paths in it; one that goes meanwhile is left out."""
    for path in sorted(media.rglob("*")) if media.is_dir() else []:
        if path.is_file() and not path.is_symlink():
            yield path, path.relative_to(media).as_posix()


# --- Files ------------------------------------------------------------------------------------------------------------


def backups_in(folder: Path) -> list[Path]:
    """The backups in a folder, the newest first; other files are none of ours."""
    found = (
        [path for path in folder.glob("academy-*") if NAMES.fullmatch(path.name)] if folder.is_dir() else []
    )
    return sorted(found, key=lambda path: path.name.partition(".")[0], reverse=True)


def forget_old(folder: Path, *, keep: int) -> list[Path]:
    """Remove all backups but the newest; returns which.

    Args:
        keep: how many stay, at least one.
    """
    if keep < 1:
        raise NotSafe("At least one backup is kept.")
    old = backups_in(folder)[keep:]
    for path in old:
        path.unlink()
    return old


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


def _settle(folder: Path) -> None:
    """Have the file's new name on the disk too."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


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
