"""Servers that can be killed and started again where they were: PostgreSQL, Redis, and the academy's own processes.

Nothing here asks a server to stop: it is killed with everything that it started, in the middle of what it does. Unlike
the servers of `tests.servers`, this PostgreSQL waits for its log to be written: what it acknowledged, it keeps.
"""

from __future__ import annotations

import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

import psycopg
import redis

from tests import serverkeeper as keeper
from tests.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 60
NOT_READY = (psycopg.OperationalError, redis.ConnectionError, URLError, OSError)


@dataclass
class Mortal:
    """A server that is killed and comes back at the same place."""

    name: str
    command: list[str]
    home: Path
    ready: Callable[[], object]
    environment: dict[str, str] | None = None
    account: dict[str, Any] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and wait until it is ready."""
        with (self.home / f"{self.name}.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.home if self.account else ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self.account,
            )
        until = time.monotonic() + START_SECONDS
        while True:
            try:
                self.ready()
                return
            except NOT_READY as problem:
                if self.process.poll() is not None or time.monotonic() > until:
                    said = (self.home / f"{self.name}.log").read_text(errors="replace")[-2000:]
                    raise RuntimeError(f"{self.name} did not start: {said}") from problem
                time.sleep(0.1)

    def kill(self) -> None:
        """Kill it and all that it started, at once."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None


@dataclass
class Town:
    """An academy with servers of its own."""

    environment: dict[str, str]
    postgres: Mortal | None
    redis: Mortal | None
    web: list[Mortal]
    ports: list[int]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.ports[0]}"

    def run(self, *command: str) -> bytes:
        """Run a command of ours on this academy; what it printed."""
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=self.environment, check=True, stdout=subprocess.PIPE
        )
        return done.stdout

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a question to its database."""
        if self.postgres is None:
            path = self.environment["DATABASE_URL"].removeprefix("sqlite:///")
            with closing(sqlite3.connect(path)) as database:
                return database.execute(query).fetchall()
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            return connection.execute(query).fetchall()


@contextmanager
def town(*programs: list[str], setting: Callable[[Town], object], embedded: bool = False) -> Iterator[Town]:
    """An academy of its own: each program is a process of it, with "{port}" for the port that it gets.

    Args:
        setting: fills the database, before the processes are started.
        embedded: SQLite and no Redis, as an academy in one process has it.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="academy-town-")))
        folder.chmod(0o711)
        (folder / "var").mkdir()
        postgres = cache = None
        database, address = f"sqlite:///{folder / 'var' / 'academy.sqlite3'}", ""
        if not embedded:
            postgres, database = _postgres(folder)
            cache, address = _redis(folder)
            for server in (postgres, cache):
                stack.callback(server.kill)
                server.start()
            with psycopg.connect(database.rpartition("/")[0] + "/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE academy")
        collected = Path(os.environ.get("ACADEMY_STATIC") or ROOT / "var" / "static")
        if collected.is_dir():
            (folder / "var" / "static").symlink_to(collected, target_is_directory=True)
        environment = {
            **os.environ,
            "DATABASE_URL": database,
            "REDIS_URL": address,
            "ACADEMY_VAR": str(folder / "var"),
            "DJANGO_SETTINGS_MODULE": "academy.settings",
            "ACADEMY_MODE": "development",
            "ACADEMY_NOW": "",
            "SECOND_FACTOR": "0",
            "CELERY_EAGER": "1",
            "LOG_LEVEL": "ERROR",
            "EMAIL_URL": "",
            "DEBUG": "0",
        }
        ports = [free_port() for _program in programs]
        web = [
            _program(number, program, port, folder, environment)
            for number, (program, port) in enumerate(zip(programs, ports, strict=True))
        ]
        made = Town(environment, postgres, cache, web, ports)
        setting(made)
        for server in web:
            stack.callback(server.kill)
            server.start()
        yield made


def _program(number: int, program: list[str], port: int, folder: Path, environment: dict[str, str]) -> Mortal:
    command = [sys.executable, *(word.replace("{port}", str(port)) for word in program)]
    health = f"http://127.0.0.1:{port}/health/live"
    return Mortal(f"web{number}", command, folder, lambda: urlopen(health, timeout=5).close(), environment)


def _postgres(folder: Path) -> tuple[Mortal, str]:
    home = folder / "postgres"
    home.mkdir(mode=0o700)
    password, port = secrets.token_hex(16), free_port()
    (home / "password").write_text(password)
    account = keeper._account()
    for path in (home, home / "password"):
        os.chown(path, account.get("user", -1), account.get("group", -1))
    programs = keeper._postgres_programs(folder, account)
    subprocess.run(
        [programs / "initdb", *keeper.INITDB], cwd=home, capture_output=True, check=True, **account
    )
    settings = {
        **keeper.FOR_SPEED,
        "synchronous_commit": "on",  # an acknowledged commit survives the server
        "listen_addresses": keeper.HOST,
        "port": str(port),
        "unix_socket_directories": "",
    }
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    address = f"postgres://academy:{password}@{keeper.HOST}:{port}"
    server = Mortal(
        "postgres",
        [str(programs / "postgres"), "-D", "data", *words],
        home,
        lambda: psycopg.connect(f"{address}/postgres", connect_timeout=2).close(),
        account=account or {"cwd": home},
    )
    if not account:
        server.account = {}
        server.command[2] = str(home / "data")
    return server, f"{address}/academy"


def _redis(folder: Path) -> tuple[Mortal, str]:
    password, port = secrets.token_hex(16), free_port()
    lines = [f"port {port}", f"bind {keeper.HOST}", f"requirepass {password}", 'save ""', "appendonly no"]
    (folder / "redis.conf").write_text("\n".join(lines))
    address = f"redis://:{password}@{keeper.HOST}:{port}/0"
    command = [str(keeper._redis_program()), str(folder / "redis.conf")]
    return Mortal("redis", command, folder, lambda: keeper.ping_redis(address)), address
