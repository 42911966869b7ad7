"""Who else is in a PostgreSQL database, and whether two addresses lead to the same one.

Neither needs rights that the academy's role has not: every role sees its own sessions, and may take a lock.
"""

import os
import secrets
import time
from pathlib import Path
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from academy.safekeeping.databases import another, is_sqlite, name_of
from academy.safekeeping.refusals import NotSafe

# Sessions of this role in this database; what PostgreSQL itself runs there for a session is none.
OTHERS = (
    "SELECT pid, application_name FROM pg_stat_activity WHERE datname = current_database() "
    "AND usename = current_user AND backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY pid"
)

# Whoever has just gone is there for a moment still.
ATTEMPTS, PAUSE_SECONDS = 10, 0.1


def insist_on_nobody_else(connection: BaseDatabaseWrapper) -> None:
    """Refuse a PostgreSQL database in which others are logged in under the same role: they would go on in the new one.

    Sessions of this process are not counted, and those of other roles, a monitor's for example, are not either.

    Raises:
        NotSafe: somebody is there, with how many and what they call themselves.
    """
    own = _sessions_of_this_process()
    for _attempt in range(ATTEMPTS):
        others = [name for pid, name in _sessions_in(connection) if pid not in own]
        if not others:
            return
        time.sleep(PAUSE_SECONDS)
    named = sorted({name for name in others if name})
    words = f" ({', '.join(named)})" if named else ""
    raise NotSafe(
        f"The database {name_of(connection.settings_dict)} is in use: {len(others)} other "
        f"{'session is' if len(others) == 1 else 'sessions are'} open{words}. Stop the academy first, with its "
        "workers; a pooler in between keeps sessions for a while after that. Nothing was changed."
    )


def _sessions_in(connection: BaseDatabaseWrapper) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        # Within a transaction PostgreSQL would tell what it told before.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(OTHERS)
        return [(pid, name) for pid, name in cursor.fetchall()]


def _sessions_of_this_process() -> set[int]:
    """The numbers of the sessions that this thread holds in PostgreSQL; the commands have no other thread."""
    held = (one.connection for one in connections.all(initialized_only=True) if one.vendor == "postgresql")
    return {one.info.backend_pid for one in held if one is not None and not one.closed}


def is_same_database(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two addresses lead to the same database, however they spell it.

    Of PostgreSQL, a lock is taken over the one that nobody else can have guessed: whoever finds it taken over the
    other is in the same database. A transaction holds it, so that a pooler does not give it to somebody else.

    Raises:
        NotSafe: one of them cannot be reached.
    """
    if is_sqlite(one) or is_sqlite(other):
        return is_sqlite(one) and is_sqlite(other) and is_same_file(Path(one["NAME"]), Path(other["NAME"]))
    number = secrets.randbits(62)
    with (
        another(one, "one of two") as first,
        another(other, "other of two") as second,
        transaction.atomic(using=first.alias),
        transaction.atomic(using=second.alias),
        first.cursor() as here,
        second.cursor() as there,
    ):
        here.execute("SELECT pg_advisory_xact_lock(%s)", [number])
        there.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return not there.fetchone()[0]


def is_same_file(one: Path, other: Path) -> bool:
    """Whether two paths lead to the same file or folder, which need not be there yet."""
    if one.exists() and other.exists():
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)  # which says something of a loop of links, too
