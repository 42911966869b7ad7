"""Restoring a backup: everything or nothing, into an empty database unless somebody says otherwise.

The whole file is read and compared before anything is touched. PostgreSQL is filled in one transaction; SQLite is
filled in a file beside, which takes the place of the old one at the end. The files of the media folder change places
before that, and back again if the database fails. What is there until then stays as it was.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import chain, groupby
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from academy.safekeeping.archive import BLOCK, MEDIA, Header, Manifest, Piece, check, pieces
from academy.safekeeping.archive import in_words as damage_in_words
from academy.safekeeping.databases import another, as_default, is_sqlite, kept_private, settings_for
from academy.safekeeping.emptying import insist_on_empty
from academy.safekeeping.filling import (
    empty_tables,
    fill,
    insist_on_equal,
    set_sequences,
    without_seals,
)
from academy.safekeeping.locking import opened
from academy.safekeeping.marking import FOUND, PUT_ASIDE, mark
from academy.safekeeping.media import exchanging, missing_files, named_files
from academy.safekeeping.reading import heads_of
from academy.safekeeping.refusals import NoBackup, NoPlace, NotOpened, NotSafe, in_words
from academy.safekeeping.retaining import moment_of
from academy.safekeeping.tables import Table, make_tables, tables_after
from academy.safekeeping.targets import way_into
from academy.safekeeping.working import Tell, ended_in_order, uninterrupted

Verify = Callable[[], list[str]]
NOT_IN_BACKUP = "The file %s is not in the backup."
UNTOUCHED = "Nothing was changed; what was there is as it was."
CHANGED = "the backup changed while it was restored. Nothing else was changed."


@dataclass(frozen=True)
class Restored:
    """What was restored, and what `verify` found in it, in words."""

    made_at: str
    rows: int
    files: int
    heads: dict[str, list[Any]]
    mismatches: list[str]


@dataclass(frozen=True)
class Source:
    """A backup's file with the keys that open it."""

    path: Path
    identities: Sequence[Any] = ()

    def check(self) -> tuple[Header, Manifest]:
        """Read all of it, and compare.

        Raises:
            NotOpened: it cannot be read, or is another file: none of ours, also by its name.
            NoBackup: it is cut off, damaged, or of a newer program.
        """
        self._insist_on_file()
        try:
            with damage_in_words(self.path.name), opened(self.path, self.identities) as file:
                return check(file, self.path.name)
        except NoBackup as error:
            if isinstance(error, NotOpened) or moment_of(self.path):
                raise
            raise NotOpened(str(error)) from error

    def _insist_on_file(self) -> None:
        """Refuse what is no file, or cannot be read by this account.

        Raises:
            NotOpened
        """
        try:
            if self.path.is_dir():
                raise NotOpened(f"{self.path} is a folder. Name the file of the backup in it.")
            if self.path.exists() and not self.path.is_file():
                raise NotOpened(f"{self.path} is no file, but a device, a pipe or a socket. Name a backup.")
            if not self.path.is_file():
                raise NotOpened(f"{self.path} cannot be read: there is no such file.")
            with self.path.open("rb"):
                pass
        except OSError as error:
            raise NotOpened(f"{self.path} cannot be read: {error.strerror or error}.") from error

    @contextmanager
    def pieces(self) -> Iterator[Iterator[Piece]]:
        with damage_in_words(self.path.name), opened(self.path, self.identities) as file:
            yield pieces(file, self.path.name)


def restore(
    source: Source,
    settings: dict[str, Any],
    media: Path,
    *,
    verify: Verify,
    replace: bool = False,
    owing: str = "",
    first: Callable[[], object] = lambda: None,
    noted: bool = False,
    tell: Tell = lambda _text: None,
) -> Restored:
    """Bring a database and the media folder to what a backup holds, and verify it.

    Args:
        verify: walks the restored academy, and says what does not match.
        replace: put it in the place of what is there. The old SQLite file is kept beside it, and the old files in
            a folder `.before-…` of the media folder.
        owing: leave a mark of this name (`RESTORED`, `LOOKED_AT`), with which no academy starts, and what did not
            match with it.
        first: what is done in the new database before anybody can see it.
        noted: insist, when nobody else is in the old database any more, that nothing waits in it to be written into the
            list of erasures.

    Raises:
        NoBackup: the file cannot be restored from.
        NotEmpty: there is something already, and nobody said that it may be replaced.
    """
    into = way_into(settings, media, tell=tell)
    header, manifest = source.check()
    odd: list[str] = []
    with (
        ended_in_order(),
        ExitStack() as to_the_end,
        in_words(UNTOUCHED),
        exchanging(media, tell=tell) as exchange,
        into(settings, replace=replace, odd=odd, noted=noted) as connection,
    ):
        exchange.insist_on_possible(replace=replace)
        mismatches = _fill(source, (header, manifest), connection, exchange.new, verify)
        with as_default(connection):
            first()
        if owing:
            mark(connection, {owing: header["made_at"], FOUND: mismatches, PUT_ASIDE: exchange.open})
        exchange.settle()
        to_the_end.enter_context(uninterrupted())
        exchange.carry_out()
    for words in odd:
        tell(words)
    return _restored(header, manifest, mismatches)


@contextmanager
def place_to_try(settings: dict[str, Any], folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """An empty database for a drill, in which nothing stays when the block ends.

    Args:
        settings: an empty PostgreSQL database; or none, then a SQLite file in `folder` is used, which goes with it.

    Raises:
        NotEmpty: there is something in it.
        NotSafe: it is a SQLite file elsewhere, which would stay there; or it cannot be reached.
    """
    if settings and is_sqlite(settings):
        raise NotSafe(
            "--into is for an empty PostgreSQL database. Leave it away: the drill makes a SQLite file of its own then, "
            "and removes it."
        )
    target = settings or settings_for(f"sqlite:///{folder / 'drill.sqlite3'}")
    with in_words(UNTOUCHED), another(kept_private(target), "restored") as connection:
        insist_on_empty(connection)
        if is_sqlite(target):
            yield connection
            return
        with transaction.atomic(using=connection.alias):
            yield connection
            transaction.set_rollback(True, using=connection.alias)


def try_out(source: Source, connection: BaseDatabaseWrapper, media: Path, *, verify: Verify) -> Restored:
    """Restore a backup into a database that is thrown away at once, and into a new folder, and verify it.

    Raises:
        NotOpened: this says nothing of a backup.
        NoBackup: it cannot be restored.
    """
    told = source.check()
    return _restored(*told, _fill(source, told, connection, media, verify))


def _restored(header: Header, manifest: Manifest, mismatches: list[str]) -> Restored:
    rows = sum(table["rows"] for table in manifest["tables"].values())
    files = sum(name.startswith(MEDIA) for name in manifest["members"])
    return Restored(header["made_at"], rows, files, manifest["heads"], mismatches)


# --- Filling ----------------------------------------------------------------------------------------------------------


def _fill(
    source: Source,
    told: tuple[Header, Manifest],
    connection: BaseDatabaseWrapper,
    media: Path,
    verify: Verify,
) -> list[str]:
    """Fill an empty database and a new folder, compare both with the manifest, upgrade, verify."""
    header, manifest = told
    migrations = frozenset((app, name) for app, name in header["migrations"])
    make_tables(connection, migrations)
    tables = {table.name: table for table in tables_after(connection, migrations)}
    _insist_on_same_columns(header, tables)
    filled = [tables[name] for name in header["tables"]]
    with transaction.atomic(using=connection.alias), without_seals(connection):
        empty_tables(reversed(filled), connection)
        _pour(source, tables, connection, media, manifest["members"])
    insist_on_equal(filled, manifest["tables"], connection)
    set_sequences(list(tables.values()), manifest["sequences"], connection)
    if heads_of(list(tables.values()), connection) != manifest["heads"]:
        raise NoBackup("The history in this backup does not end where its manifest says.")
    missing = missing_files(named_files(tables.values(), connection), media)
    make_tables(connection)
    with as_default(connection):
        return [*verify(), *(NOT_IN_BACKUP % name for name in missing)]


def _insist_on_same_columns(header: Header, tables: dict[str, Table]) -> None:
    for name, columns in header["tables"].items():
        if name not in tables or tables[name].columns != columns:
            raise NoBackup(f"The table {name} of this backup is not one that its migrations make.")


def _pour(
    source: Source,
    tables: dict[str, Table],
    connection: BaseDatabaseWrapper,
    media: Path,
    members: dict[str, list[Any]],
) -> None:
    """Write rows and files where they belong. Rows are compared when all are there, a file as soon as it is written.

    Raises:
        NoBackup: a file is not what the manifest says: the backup changed since it was read.
    """
    kept = set()
    with source.pieces() as found:
        for name, group in groupby(found, key=lambda piece: piece.table):
            if name:
                rows = chain.from_iterable(piece.rows() for piece in group)
                fill(tables[name], rows, connection)
                continue
            for piece in group:
                if piece.name.startswith(MEDIA):
                    if _keep_file(piece, media / piece.name.removeprefix(MEDIA)) != members.get(piece.name):
                        raise NoBackup(f"{piece.name} is not what was written: {CHANGED}")
                    kept.add(piece.name)
    if missing := sorted(name for name in members.keys() - kept if name.startswith(MEDIA)):
        raise NoBackup(f"{missing[0]} is not there any more: {CHANGED}")


def _keep_file(piece: Piece, path: Path) -> list[Any]:
    """Write a file; returns its size and its digest, as they were written."""
    sha, size = hashlib.sha256(), 0
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        with path.open("wb") as file:
            while block := piece.file.read(BLOCK):
                file.write(block)
                sha.update(block)
                size += len(block)
    except OSError as error:
        raise NoPlace(f"{path} cannot be written: {error.strerror or error}. Nothing was changed.") from error
    return [size, sha.hexdigest()]
