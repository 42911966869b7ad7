"""The addresses of the database, the mail server and Redis: read, or refused in words that repeat nothing of them.

They hold passwords, and a sign of a password that is not written with `%` ends the address where nobody expects it.
"""

from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASES = ("sqlite", "postgres", "postgresql")
MAIL_SERVERS = ("smtp", "smtps", "smtp+tls", "smtp+ssl")
# These send nothing: for tests and for looking at mail.
NO_SERVERS = ("consolemail", "filemail", "memorymail", "dummymail")
REDIS = ("redis", "rediss", "unix")
SIGNS = "Whatever in a password is neither a letter nor a digit is written with % (docs/install.md)."


def database_of(address: str, *, called: str = "This") -> dict[str, Any]:
    """What Django wants to know of a database.

    Args:
        called: what the address is called where it is refused, such as the name of a variable.

    Raises:
        ImproperlyConfigured: the address names no file of SQLite and no database of PostgreSQL.
    """
    parts = _parts(address, DATABASES)
    is_file = parts is not None and parts[0] == "sqlite"
    # Where no path is named, or a host, SQLite would work in memory, or in another file than was meant.
    if parts is None or not parts[2].strip("/") or (is_file and parts[1]):
        raise ImproperlyConfigured(
            f"{called} is no address of a database; it looks like postgres://user:password@host:5432/name or "
            f"sqlite:////folder/file.sqlite3. {SIGNS}"
        )
    return dict(environ.Env.db_url_config(address))


def mail_settings(address: str) -> dict[str, Any]:
    """Django's settings for a mail server.

    Raises:
        ImproperlyConfigured: the address names none.
    """
    parts = _parts(address, (*MAIL_SERVERS, *NO_SERVERS))
    if parts is None or (parts[0] in MAIL_SERVERS and not parts[1]):
        raise ImproperlyConfigured(
            "EMAIL_URL names no mail server; it looks like smtp+tls://user:password@mail.example.org:587. "
            + SIGNS
        )
    return dict(environ.Env.email_url_config(address))


def redis_of(address: str) -> str:
    """The address of a Redis server; empty if there is none.

    Raises:
        ImproperlyConfigured: the address names none.
    """
    if address and _parts(address, REDIS) is None:
        raise ImproperlyConfigured(
            f"REDIS_URL names no Redis server; it looks like redis://:password@host:6379/0. {SIGNS}"
        )
    return address


def _parts(address: str, schemes: tuple[str, ...]) -> tuple[str, str, str] | None:
    """(scheme, host with whoever logs in there, path); None if this is no address with one of these schemes."""
    try:
        parts = urlsplit(address)
        if parts.scheme not in schemes or (parts.port is not None and not parts.hostname):
            return None
    except ValueError:  # a port that is none, mostly a piece of a password
        return None
    return parts.scheme, parts.netloc, parts.path
