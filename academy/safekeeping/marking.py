"""The mark on a database that was filled half, or restored and not yet brought up to date: with it, no academy starts.

It is a table of its own, outside of the migrations, because it is there before any other.
"""

import json
import logging
import time
from collections.abc import Callable, Iterable, Set
from contextlib import closing
from threading import Lock
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, DatabaseError, Error, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from academy.safekeeping.refusals import NotEmpty, Unfinished

log = logging.getLogger(__name__)
TABLE = "academy_unfinished"
THERE = {
    "sqlite": f"SELECT name FROM sqlite_master WHERE name = '{TABLE}'",  # noqa: S608  # a name of ours
    "postgresql": f"SELECT to_regclass('{TABLE}')",
}
SENTENCE = (
    "This database was filled only half: `manage.py move_to` was interrupted. Call it again with the same address, and "
    "it goes on where it stopped; or use the database that the academy was moved from."
)

RESTORED, LOOKED_AT = "restored", "looked at"
# What is kept with these: what did not match when the backup was restored, and the names of the folders of files that
# nobody needs any more, as the database is kept.
FOUND, PUT_ASIDE = "found", "put aside"
# What a move keeps with its mark from the beginning, all of it at once.
OF_A_MOVE = frozenset({"heads", "migrations", "done"})
OWING = (
    "This database was restored from a backup, and what is done afterwards was not done to its end: whoever was erased "
    "since may be back. Call `manage.py restore --only-afterwards`."
)
NOT_FOR_USE = (
    "This database was restored with --into, to be looked at: whoever was erased since is in it. Restore the backup "
    "into the academy's own database to use it."
)


def is_marked(connection: BaseDatabaseWrapper) -> bool:
    return TABLE in connection.introspection.table_names()


def insist_on_whole(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database that carries the mark.

    Raises:
        Unfinished
    """
    if is_marked(connection):
        raise Unfinished(_sentence(noted(connection)))


def insist_on_whole_at_start() -> None:
    """Refuse to start on a database that was filled half; one that does not answer may yet be whole.

    Asked over a connection of its own, below Django's: this is called while a server imports the application.

    Raises:
        Unfinished: it carries the mark.
    """
    wrapper = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        with wrapper.wrap_database_errors, closing(_opened(wrapper)) as raw:
            names = _names_with(wrapper.vendor, raw)
    except (DatabaseError, UnicodeDecodeError):  # the latter if its file is damaged
        return
    if names is not None:
        raise Unfinished(_sentence(names))


def _names_with(vendor: str, raw: Any) -> list[str] | None:
    """The names of what is kept with the mark, asked below Django; None where there is no mark."""
    found = raw.execute(THERE[vendor]).fetchone()
    if not found or not found[0]:
        return None
    return [name for (name,) in raw.execute(f"SELECT name FROM {TABLE}").fetchall()]  # noqa: S608  # a name of ours


class Watchman:
    """Asks for the mark while a process runs: a database may be restored under it, or be away when it starts.

    It asks over this thread's connection, at most once in `MARK_ASKED_EVERY` seconds, and goes by the last answer
    meanwhile, also while the database does not answer: pages that are kept in memory need none, and each would wait for
    as long as a connection takes to fail. Only while it has never answered, the next one asks again.

    Args:
        now: seconds on a clock that never goes back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now, self._turn = now, Lock()
        self._asked_at: float | None = None
        self._refusal = ""

    def insist_on_whole(self) -> None:
        """Refuse to go on with a database that carries the mark.

        Raises:
            Unfinished
        """
        every = settings.MARK_ASKED_EVERY
        if every is None:
            return
        if self._is_time(every) and self._turn.acquire(timeout=1 if self._asked_at is None else 0):
            try:
                if self._is_time(every):
                    self._ask()
            finally:
                self._turn.release()
        if self._refusal:
            raise Unfinished(self._refusal)

    def _is_time(self, every: float) -> bool:
        return self._asked_at is None or self._now() - self._asked_at >= every

    def _ask(self) -> None:
        connection = connections[DEFAULT_DB_ALIAS]
        try:
            connection.close_if_health_check_failed()
            connection.ensure_connection()
            with connection.wrap_database_errors:
                names = _names_with(connection.vendor, connection.connection)
        except Error:
            connection.close_if_unusable_or_obsolete()
            if self._asked_at is not None:
                self._asked_at = self._now()
            return
        refusal = "" if names is None else _sentence(names)
        if refusal and refusal != self._refusal:
            log.error("This process does nothing with its database any more. %s", refusal)
        self._asked_at, self._refusal = self._now(), refusal


_watchman = Watchman()


def is_unfinished() -> bool:
    """Whether the database of this process, which runs, carries the mark."""
    try:
        insist_on_whole_meanwhile()
    except Unfinished:
        return True
    return False


def insist_on_whole_meanwhile() -> None:
    """Refuse to go on, in a process that runs, with a database that carries the mark.

    Raises:
        Unfinished
    """
    _watchman.insist_on_whole()


def owes(connection: BaseDatabaseWrapper) -> bool:
    """Whether it was restored, and what is done afterwards was not done to its end."""
    return is_marked(connection) and RESTORED in noted(connection)


def _sentence(names: Iterable[str]) -> str:
    """Why a database with a mark of these names is not used."""
    found = set(names)
    return OWING if RESTORED in found else NOT_FOR_USE if LOOKED_AT in found else SENTENCE


def is_half_moved(connection: BaseDatabaseWrapper) -> bool:
    """Whether a move put a mark there: it began with an empty database, and nobody has used it since."""
    return is_marked(connection) and _is_of_a_move(noted(connection).keys())


def _is_of_a_move(names: Set[str]) -> bool:
    return names >= OF_A_MOVE and not names & {RESTORED, LOOKED_AT}


def insist_on_mark_of_a_move(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database with a mark that no move put there: what was restored into it may stand nowhere else.

    Raises:
        NotEmpty
    """
    names = noted(connection).keys()
    if _is_of_a_move(names):
        return
    if RESTORED in names:
        why = "it was restored from a backup, and what is done afterwards was not done to its end"
    elif LOOKED_AT in names:
        why = "it was restored with --into, to be looked at"
    else:
        why = "its mark does not say what put it there"
    raise NotEmpty(
        f"The new database is marked, but not by a move: {why}. Nothing in it was changed. Name an empty database."
    )


def _opened(wrapper: BaseDatabaseWrapper) -> Any:
    return wrapper.get_new_connection(wrapper.get_connection_params())


def mark(connection: BaseDatabaseWrapper, what: dict[str, Any]) -> None:
    """Put the mark on a database, with what is needed to go on; both or nothing."""
    with transaction.atomic(using=connection.alias):
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {TABLE} (name varchar(100) PRIMARY KEY, content text NOT NULL)"
            )
        for name, content in what.items():
            note(connection, name, content)


def note(connection: BaseDatabaseWrapper, name: str, content: Any) -> None:
    """Keep something with the mark."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE name = %s", [name])  # noqa: S608  # a name of ours
        cursor.execute(f"INSERT INTO {TABLE} (name, content) VALUES (%s, %s)", [name, json.dumps(content)])  # noqa: S608  # a name of ours


def noted(connection: BaseDatabaseWrapper) -> dict[str, Any]:
    """All that is kept with the mark."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, content FROM {TABLE}")  # noqa: S608  # a name of ours
        return {name: json.loads(content) for name, content in cursor.fetchall()}


def take_off_mark(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {TABLE}")
