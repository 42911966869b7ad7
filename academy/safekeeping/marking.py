"""The mark on a database that was filled half, or restored and not yet brought up to date: with it, no academy starts.

It is a table of its own, outside of the migrations, because it is there before any other.
"""

import json
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from academy.safekeeping.refusals import Unfinished

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
            found = raw.execute(THERE[wrapper.vendor]).fetchone()
            named = raw.execute(f"SELECT name FROM {TABLE}").fetchall() if found and found[0] else []  # noqa: S608  # a name of ours
    except DatabaseError:
        return
    if found and found[0]:
        raise Unfinished(_sentence([name for (name,) in named]))


def owes(connection: BaseDatabaseWrapper) -> bool:
    """Whether it was restored, and what is done afterwards was not done to its end."""
    return is_marked(connection) and RESTORED in noted(connection)


def _sentence(names: Iterable[str]) -> str:
    """Why a database with a mark of these names is not used."""
    found = set(names)
    return OWING if RESTORED in found else NOT_FOR_USE if LOOKED_AT in found else SENTENCE


def _opened(wrapper: BaseDatabaseWrapper) -> Any:
    return wrapper.get_new_connection(wrapper.get_connection_params())


def mark(connection: BaseDatabaseWrapper, what: dict[str, Any]) -> None:
    """Put the mark on a database, with what is needed to go on."""
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
