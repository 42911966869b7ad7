"""The addresses of the database, the mail server and Redis: read, or refused in words that repeat nothing of them.

They hold passwords, and a sign of a password that is not written with `%` ends the address where nobody expects it.
"""

import re
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASES = ("sqlite", "postgres", "postgresql")
MAIL_SERVERS = ("smtp", "smtps", "smtp+tls", "smtp+ssl")
# These send nothing: for tests and for looking at mail.
NO_SERVERS = ("consolemail", "filemail", "memorymail", "dummymail")
REDIS = ("redis", "rediss", "unix")
HOST = re.compile(r"(?:\[[^\[\]]*\]|[^:\[\]]*)(?::(?P<port>\d{0,5}))?")
SIGNS = "Whatever in a password is neither a letter nor a digit is written with % (docs/install.md)."


def database_of(address: str, *, called: str = "This") -> dict[str, Any]:
    """What Django wants to know of a database.

    Args:
        called: what the address is called where it is refused, such as the name of a variable.

    Raises:
        ImproperlyConfigured: the address names no file of SQLite and no database of PostgreSQL.
    """
    parts = _parts(address, DATABASES)
    # Where no path is named, or a host, SQLite would work in memory, or in another file than was meant.
    if parts is None or not _names_one(parts) or (parts.scheme == "sqlite" and parts.netloc):
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
    if parts is None or (parts.scheme in MAIL_SERVERS and not parts.hostname):
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


def _names_one(parts: SplitResult) -> bool:
    """Whether a database is named, or the service in whose file (libpq's pg_service.conf) it is."""
    return bool(parts.path.strip("/")) or (parts.scheme != "sqlite" and "service" in parse_qs(parts.query))


def _parts(address: str, schemes: tuple[str, ...]) -> SplitResult | None:
    """Its parts; None if this is no address with one of these schemes, or if a password ended it in the middle."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets around what is no address of IPv6
        return None
    if parts.scheme not in schemes or (parts.netloc and _is_cut(parts)):
        return None
    where = parts.netloc.rpartition("@")[2]
    # PostgreSQL may be asked for at one of several servers. A port that is none is mostly a piece of a password.
    hosts = where.split(",") if parts.scheme.startswith("postgres") else [where]
    return parts if all(map(_is_host, hosts)) else None


def _is_cut(parts: SplitResult) -> bool:
    """Whether the @ before the host comes too late: a sign before it, of the password, had ended the host already."""
    options = "" if "=" in parts.query else parts.query
    return "@" in parts.path + options + parts.fragment


def _is_host(text: str) -> bool:
    """Whether this may be a host with its port, either of which may be left out."""
    found = HOST.fullmatch(text)
    return found is not None and (not found["port"] or 0 < int(found["port"]) < 2**16)
