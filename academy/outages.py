"""Whether an error says that a server which the academy needs does not answer just now, and not that ours is wrong."""

from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as BrokerGone
from redis.exceptions import ConnectionError as RedisGone
from redis.exceptions import TimeoutError as RedisSilent

from academy.safekeeping.refusals import Unfinished

# What is raised only when the server behind it is away: the database, Redis itself, Celery's queue in Redis; and when
# the database is there, and not to be used before it is whole.
GONE = (InterfaceError, RedisGone, RedisSilent, BrokerGone, Unfinished)
# PostgreSQL's classes of errors: the connection broke; it has not the means; it is being stopped or started.
AWAY = ("08", "53", "57P")
# A file that somebody else writes, that cannot be opened, read or written, or whose disk is full.
SQLITE_AWAY = ("SQLITE_BUSY", "SQLITE_CANTOPEN", "SQLITE_IOERR", "SQLITE_FULL")


def is_outage(error: BaseException | None) -> bool:
    """Whether the database or Redis is away or overloaded: the same, asked again in a minute, may be answered."""
    if isinstance(error, GONE):
        return True
    return isinstance(error, OperationalError) and _says_so(error.__cause__)


def _says_so(cause: BaseException | None) -> bool:
    """What the driver says: SQLite by name, PostgreSQL by code; without a code it was not reached at all."""
    if name := getattr(cause, "sqlite_errorname", ""):
        return name.startswith(SQLITE_AWAY)
    code = getattr(cause, "sqlstate", None)
    return code is None or code.startswith(AWAY)
