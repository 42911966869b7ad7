"""Reading an academy's database as it is at one moment, while it goes on being used."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from academy.safekeeping.databases import another, is_sqlite, settings_for, snapshot_of
from academy.safekeeping.refusals import NotSafe, reason_of
from academy.safekeeping.tables import Table

AT_ONCE = 1_000
Progress = Callable[[int, int, int], object]


@contextmanager
def standing_still(settings: dict[str, Any], folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """A connection to what a database holds at this moment.

    PostgreSQL shows it in one transaction. SQLite copies itself through its backup API, which misses nothing that is
    still in the write-ahead log; the copy is checked, read, and removed.

    Args:
        folder: where the copy may lie meanwhile.
    """
    if not is_sqlite(settings):
        with snapshot_of(settings) as connection:
            yield connection
        return
    if not Path(settings["NAME"]).is_file():
        raise NotSafe(f"There is no database {settings['NAME']}.")
    with TemporaryDirectory(dir=folder, prefix=".copy-") as beside:
        copy = Path(beside) / "copy.sqlite3"
        _copy(Path(settings["NAME"]), copy)
        with another(settings_for(f"sqlite:///{copy}"), "snapshot") as connection:
            yield connection


def _copy(source: Path, copy: Path, *, progress: Progress | None = None) -> None:
    """Copy a SQLite file and check the copy.

    One look at it is held for the whole copy: without that SQLite begins again whenever somebody else writes, and need
    never come to an end. In WAL mode whoever reads keeps nobody from writing.

    Args:
        progress: called after each piece with a state, how many pages are left, and how many there are.
    """
    try:
        reading, writing = (
            sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True),
            sqlite3.connect(copy),
        )
        try:
            reading.execute("BEGIN")
            reading.execute("SELECT count(*) FROM sqlite_master").fetchone()
            reading.backup(writing, pages=AT_ONCE, progress=progress)
            problem = writing.execute("PRAGMA quick_check(1)").fetchone()[0]
            loose = writing.execute("PRAGMA foreign_key_check").fetchone()
        finally:
            reading.close()
            writing.close()
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise NotSafe(f"The database cannot be copied: {reason_of(error)}.") from error
    if problem != "ok" or loose:
        raise NotSafe(
            f"The database is damaged: {problem if problem != 'ok' else f'a row of {loose[0]} leads nowhere'}."
        )


def heads_of(tables: list[Table], connection: BaseDatabaseWrapper) -> dict[str, list[Any]]:
    """The end of the history of every edition: its number and its digest."""
    models = {table.name: table.model for table in tables}
    if "academy_historyhead" not in models:
        return {}
    heads = models["academy_historyhead"]._base_manager.using(connection.alias)
    return {
        str(slug): [number, digest]
        for slug, number, digest in heads.order_by("edition__slug").values_list(
            "edition__slug", "number", "digest"
        )
    }
