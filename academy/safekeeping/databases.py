"""Databases beside the academy's own: the same one over another connection, or another one by its address."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, Error, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from academy.environment import database_settings
from academy.safekeeping.refusals import UNREADABLE, NotSafe, reason_of
from academy.service_addresses import database_of


def settings_for(address: str) -> dict[str, Any]:
    """Django's settings for a database address.

    Raises:
        NotSafe: the address names no SQLite or PostgreSQL database.
    """
    try:
        return database_settings(database_of(address), os.environ)
    except ImproperlyConfigured as error:
        raise NotSafe(str(error)) from error


def kept_private(settings: dict[str, Any]) -> dict[str, Any]:
    """The same settings; a SQLite file that is not there yet is made so that only its owner reads it.

    What SQLite writes beside it has the same rights. A folder that is not there is said by whoever connects.
    """
    if is_sqlite(settings):
        with suppress(OSError):
            os.close(os.open(settings["NAME"], os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return settings


@contextmanager
def another(settings: dict[str, Any], alias: str) -> Iterator[BaseDatabaseWrapper]:
    """A connection to a database under a name of its own, closed and forgotten afterwards.

    Raises:
        NotSafe: the database cannot be reached.
    """
    connections.settings[alias] = connections.configure_settings(
        {DEFAULT_DB_ALIAS: {}, alias: {**settings, "CONN_MAX_AGE": 0}}
    )[alias]
    connection = connections[alias]
    try:
        try:
            with connection.wrap_database_errors:
                connection.connect()
        except UNREADABLE as error:
            raise NotSafe(
                f"The database {name_of(settings)} cannot be reached: {reason_of(error) or 'no reason given'}"
            ) from error
        yield connection
    finally:
        with suppress(Error):
            connection.close()
        del connections[alias]
        del connections.settings[alias]


@contextmanager
def snapshot_of(settings: dict[str, Any], alias: str = "snapshot") -> Iterator[BaseDatabaseWrapper]:
    """A connection that sees a PostgreSQL database as it is at this moment, whatever others write meanwhile."""
    from psycopg import IsolationLevel

    options = {**settings.get("OPTIONS", {}), "isolation_level": IsolationLevel.REPEATABLE_READ}
    with another({**settings, "OPTIONS": options}, alias) as connection:
        connection.set_autocommit(False)
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
        yield connection
        connection.rollback()


@contextmanager
def as_default(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let this thread's models read from and write to this connection instead of the academy's own database."""
    own = connections[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connection
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = own


def name_of(settings: dict[str, Any]) -> str:
    """A database in words, without its password."""
    where = f" on {settings['HOST']}" if settings.get("HOST") else ""
    return re.sub(r"[\x00-\x1f]", "", f"{settings['NAME']}{where}")


def is_sqlite(settings: dict[str, Any]) -> bool:
    return str(settings["ENGINE"]).endswith("sqlite3")
