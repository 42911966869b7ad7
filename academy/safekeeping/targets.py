"""The databases into which a backup is restored, so that what was there stays until the new one is whole."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from django.db import Error, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from academy import clock
from academy.safekeeping.databases import another, is_sqlite, kept_private, name_of, settings_for
from academy.safekeeping.emptying import insist_on_empty, remove_everything
from academy.safekeeping.media import ASIDE
from academy.safekeeping.refusals import NotEmpty, NotKnown, NotSafe, in_words, insist_on_noted
from academy.safekeeping.sessions import insist_on_nobody_else, is_same_file
from academy.safekeeping.working import Tell, alone, hand_over, settle, settled_names

BESIDE = ("-wal", "-shm", "-journal")
IN_USE = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
# The lock that a restore holds in PostgreSQL, and how many seconds pass before each question whether it was kept.
RESTORING, PAUSES = 7_263_042, (0, 2, 5, 10, 20, 30)
# How many seconds pass before each attempt to take that lock, and which sessions hold it.
TURNS = (0, 1, 2, 3, 4)
HOLDERS = (
    "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 0 AND objid = %s AND granted "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY pid"
)
DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}
# The same below Django as `UNREADABLE`.
UNREADABLE_FILE = (sqlite3.DatabaseError, UnicodeDecodeError)
# What waits to be written into the list of erasures, in a database of whichever version.
FACTS = "academy_pendingfact"
COUNTED = f"SELECT count(*) FROM {FACTS}"  # noqa: S608  # a name of ours


def way_into(
    settings: dict[str, Any], media: Path, *, tell: Tell
) -> Callable[..., AbstractContextManager[BaseDatabaseWrapper]]:
    """How a backup comes into this database, which must not lie among the files of the media folder.

    Raises:
        NotSafe: it lies there.
    """
    if not is_sqlite(settings):
        return into_postgresql
    _insist_on_apart(Path(settings["NAME"]).resolve(), media)
    return partial(into_sqlite, tell=tell)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@contextmanager
def into_postgresql(
    settings: dict[str, Any], *, replace: bool, odd: list[str], noted: bool = False
) -> Iterator[BaseDatabaseWrapper]:
    """A connection to the database in one transaction, in which it is empty; everything is kept, or nothing.

    Args:
        odd: takes what has to be told when everything is done.
        noted: insist that nothing waits in it to be written into the list of erasures.

    Raises:
        NotKnown: the connection broke when everything was to be kept, and nobody says whether it was.
    """
    token, reached_the_end = 0, False
    try:
        with another(settings, "restored") as connection, transaction.atomic(using=connection.alias):
            _insist_on_turn(connection)
            insist_on_nobody_else(connection)
            if noted:
                insist_on_noted(_waiting_in(connection))
            if replace:
                remove_everything(connection)
            insist_on_empty(connection)
            yield connection
            token, reached_the_end = _number_of(connection), True
    except Error as error:
        if not reached_the_end:
            raise
        if not _was_kept(settings, token, error):
            raise
        odd.append(
            "The connection to the database broke at the end; it was asked again, and has kept everything."
        )


def _insist_on_turn(connection: BaseDatabaseWrapper) -> None:
    """Let one restore after the other into a database, and say so if one goes on, or has died and is not missed yet.

    Raises:
        NotSafe: its session is there still, after some seconds.
    """
    with connection.cursor() as cursor:
        for pause in TURNS:
            time.sleep(pause)
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [RESTORING])
            if cursor.fetchone()[0]:
                return
        cursor.execute(HOLDERS, [RESTORING])
        sessions = ", ".join(str(pid) for (pid,) in cursor.fetchall()) or "unknown"
    raise NotSafe(
        f"Another restore is at work in the database {name_of(connection.settings_dict)} (session {sessions}). Wait "
        "until it has ended. If its machine or its connection died, PostgreSQL may keep the session for hours: end it "
        f"with SELECT pg_terminate_backend({sessions}), and call this again. Nothing was changed."
    )


def _wait_for_others(connection: BaseDatabaseWrapper) -> None:
    """Whoever asks how a restore ended waits until it has ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [RESTORING])


def _waiting_in(connection: BaseDatabaseWrapper) -> int:
    """How many facts wait in it; whoever has come meanwhile adds none until it has been replaced."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [FACTS])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(f"LOCK TABLE {FACTS} IN SHARE ROW EXCLUSIVE MODE")
        with suppress(Error), transaction.atomic(using=connection.alias):  # a damaged one is replaced as well
            cursor.execute(COUNTED)
            return int(cursor.fetchone()[0])
    return 0


def _number_of(connection: BaseDatabaseWrapper) -> int:
    """The number of the table of migrations, which PostgreSQL gives once: every restore makes that table anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(to_regclass('django_migrations')::oid::bigint, 0)")
        return int(cursor.fetchone()[0])


def _was_kept(settings: dict[str, Any], token: int, error: Error) -> bool:
    """Ask over a new connection whether the transaction whose end nobody heard was kept.

    Raises:
        NotKnown: nobody answers, or only a copy that may lag behind.
    """
    for pause in PAUSES:
        time.sleep(pause)
        with (
            suppress(NotSafe, Error),
            another(settings, "asked") as connection,
            connection.cursor() as cursor,
        ):
            cursor.execute("SET lock_timeout = '30s'")
            with transaction.atomic(using=connection.alias):
                _wait_for_others(connection)
            cursor.execute("SELECT pg_is_in_recovery()")
            if not cursor.fetchone()[0]:
                return _number_of(connection) == token
    raise NotKnown(name_of(settings)) from error


# --- SQLite -----------------------------------------------------------------------------------------------------------


def _insist_on_apart(path: Path, media: Path) -> None:
    """Refuse a file in the media folder: a restore would wait for itself there, and put the database aside.

    The other way round, with the media folder beside the file, is how it mostly is.

    Raises:
        NotSafe
    """
    with in_words("Nothing was changed."):
        is_in_it = any(is_same_file(folder, media) for folder in path.parents)
    if is_in_it:
        raise NotSafe(
            f"The database {path} would be in the media folder {media}, among the files that are replaced and shown. "
            "Have it elsewhere, or name a folder of their own for the files. Nothing was changed."
        )


@contextmanager
def into_sqlite(
    settings: dict[str, Any], *, replace: bool, odd: list[str], tell: Tell, noted: bool = False
) -> Iterator[BaseDatabaseWrapper]:
    """A connection to an empty file beside, which takes the place of the old one when the block ends well.

    Args:
        odd: takes what has to be told when everything is done.
        noted: insist that nothing waits in the old one to be written into the list of erasures.

    Raises:
        NotEmpty: there is something in the old one, or it cannot be read, and nobody said that it may be replaced.
        NotSafe: somebody still uses the old one, or something waits in it.
    """
    path = Path(settings["NAME"]).resolve()
    if path.exists() and not replace:
        _insist_on_empty_file(settings)
    with alone(path.parent, tell=tell) as folder, _kept_from_others(path, noted=noted):
        new = folder / path.name
        with another(kept_private(settings_for(f"sqlite:///{new}")), "restored") as connection:
            yield connection
            _finish(connection)
        settle(new)
        if path.exists() and path.stat().st_size:
            shutil.copymode(path, new)
            hand_over(new, path.stat())
            with _put_aside(path):
                new.rename(path)
        else:
            hand_over(new, path.parent.stat())
            new.rename(path)
        # From here on the new one is in use: what fails now is told, and takes nothing back.
        if words := settled_names(path.parent):
            odd.append(words)


def _insist_on_empty_file(settings: dict[str, Any]) -> None:
    try:
        with another(settings, "restored") as connection:
            insist_on_empty(connection)
    except NotEmpty:
        raise
    except NotSafe as error:
        raise NotEmpty(f"{str(error).removesuffix('.')}. Restore with --replace to put it aside.") from error


def _finish(connection: BaseDatabaseWrapper) -> None:
    """Have everything in the file itself: what is still in its log, SQLite leaves there without a word on a full disk.

    Raises:
        NotSafe
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=DELETE")
        if cursor.fetchone()[0] != "delete":
            raise NotSafe("The new database could not be written whole. Nothing was changed.")


@contextmanager
def _kept_from_others(path: Path, *, noted: bool) -> Iterator[None]:
    """Nobody reads or writes the old file in the block: what somebody wrote meanwhile would be put aside with it.

    What was in its log is written into it. A file that is too damaged for that keeps its log, and is locked by nobody.

    Raises:
        NotSafe: another process has it open; or (`noted`) something waits in it to be written into the list.
    """
    if not path.exists():
        yield
        return
    with closing(sqlite3.connect(path, timeout=2, isolation_level=None)) as old:
        try:
            old.execute("PRAGMA journal_mode=DELETE")  # only whoever is alone may do this
            old.execute("BEGIN EXCLUSIVE")
        except UNREADABLE_FILE as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code not in DAMAGED and not isinstance(error, UnicodeDecodeError):
                why = "is still in use" if code in IN_USE else f"cannot be locked: {error}"
                raise NotSafe(f"The database {path} {why}. Stop the academy, and call this again.") from error
        if noted:
            waiting = 0
            with suppress(*UNREADABLE_FILE):  # of another version, or damaged
                waiting = old.execute(COUNTED).fetchone()[0]
            insist_on_noted(waiting)
        yield


def kept_aside(settings: dict[str, Any], media: Path) -> list[Path]:
    """What restores put aside and nobody has removed yet."""
    found = sorted(media.glob(f"{ASIDE}*")) if media.is_dir() else []
    if is_sqlite(settings):
        path = Path(settings["NAME"]).resolve()
        found += sorted(path.parent.glob(f"{path.name}{ASIDE}*"))
    return found


@contextmanager
def _put_aside(path: Path) -> Iterator[None]:
    """Keep a file under another name, so that its place is never empty; where a disk cannot do that, move it.

    It is as it was if the block fails.
    """
    aside = _aside(path)
    with ExitStack() as back:
        try:
            os.link(path, aside)
            back.callback(aside.unlink)
        except OSError:
            path.rename(aside)
            back.callback(aside.rename, path)
        for rest in BESIDE:
            log, kept = path.with_name(path.name + rest), aside.with_name(aside.name + rest)
            with suppress(FileNotFoundError):
                log.rename(kept)
                back.callback(kept.rename, log)
        yield
        back.pop_all()


def _aside(path: Path) -> Path:
    """A free name for what is put aside."""
    stem = f"{path.name}{ASIDE}{clock.now():%Y%m%dT%H%M%SZ}"
    names = (stem, *(f"{stem}-{number}" for number in range(2, 1_000)))
    return next(path.with_name(name) for name in names if not path.with_name(name).exists())
