"""`make rehearse`: the production shape on this machine's loopback, walked through in a browser, and taken down.

    make rehearse                                 PostgreSQL, Redis, 2 gunicorn, 2 uvicorn, worker, beat, nginx
    make rehearse ARGS="--after move_to"          the academy begins on SQLite and moves to PostgreSQL first
    make rehearse ARGS="--after restore"          it is backed up (locked), wiped, and restored first

Each rehearsal begins with: production settings start, and everything is killed at once while findings are written;
what was acknowledged must be there, once. Then comes the walk from the programme to an adopted document, one process
after the other is restarted under it, and at the end `verify` must find nothing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg

from tests import serverkeeper
from tests.production import ROOT, Shape, production_shape

NOW = "2022-02-01T13:35+01:00"
# As a server is: what was committed is on the disk.
DURABLE = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_connections": "200",
    "jit": "off",
}


def main(words: list[str]) -> int:
    """Rehearse; 0 if everything went as it must."""
    options = argparse.ArgumentParser(
        prog="make rehearse", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    options.add_argument(
        "--after", choices=("move_to", "restore"), help="what the academy has been through before"
    )
    options.add_argument("--only", choices=("crash", "walk"), help="one part of it")
    asked = options.parse_args(words)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="academy-rehearsal-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        try:
            rehearse(folder, asked.after, asked.only)
        except (AssertionError, OSError, subprocess.SubprocessError, TimeoutError) as problem:
            print(f"\nThe rehearsal failed: {problem}", file=sys.stderr)
            for log in sorted(folder.glob("*.log")):
                if text := log.read_text(errors="replace")[-2_000:].strip():
                    print(f"\n--- {log.name}\n{text}", file=sys.stderr)
            return 1
    print(f"\nThe rehearsal went well: {time.monotonic() - began:.0f} s.")
    return 0


def rehearse(folder: Path, after: str | None, only: str | None) -> None:
    with ExitStack() as stack:
        servers = Servers(folder)
        stack.callback(servers.stop)
        servers.start()
        environment = servers.environment()
        say("PostgreSQL and Redis run")
        {None: seeded, "move_to": moved, "restore": restored}[after](environment, servers, folder)
        production_starts(environment)
        shape = stack.enter_context(production_shape(environment, folder, now=NOW))
        if shape.has_proxy:
            say(f"nginx, gunicorn x 2, uvicorn x 2, worker and beat run: {shape.address}")
        else:
            say(
                "!!! THERE IS NO nginx HERE: the proxy is NOT rehearsed; pages are asked of uvicorn directly !!!"
            )
        set_django_up(shape)
        if only != "walk":
            from tests.rehearsal import crash

            crash.kill_everything_in_mid_write(shape, servers)
        if only != "crash":
            from tests.rehearsal import journey

            journey.walk(shape, say)
        said = manage(environment, "verify")
        assert "2022: everything matches." in said, said
        say("verify finds nothing")


class Servers:
    """PostgreSQL and Redis, which can be killed and started again on their own files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.var = folder / "var"
        self.var.mkdir()
        collected = Path(os.environ.get("ACADEMY_VAR") or ROOT / "var").absolute() / "static"
        (self.var / "static").symlink_to(collected, target_is_directory=True)
        self.cluster = serverkeeper.new_cluster(folder, DURABLE)
        self.redis_address, self.redis_command, self.redis_home = serverkeeper.new_redis(folder)
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        for command, home, account, ready in (
            (self.cluster.command, self.cluster.home, self.cluster.account, self.cluster.ping),
            (self.redis_command, self.redis_home, {}, lambda: serverkeeper.ping_redis(self.redis_address)),
        ):
            log = (self.folder / f"{home.name}.log").open("ab")
            process = subprocess.Popen(
                command, cwd=home, stdout=log, stderr=log, start_new_session=True, **account
            )
            self.running.append(process)
            serverkeeper._wait_until(ready, process, home.name, self.folder / f"{home.name}.log")

    def kill(self) -> None:
        for process in self.running:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self.running.clear()
        # PostgreSQL's own children die with the postmaster's pipe; give them the moment.
        time.sleep(1)

    def stop(self) -> None:
        for process in reversed(self.running):
            process.send_signal(signal.SIGINT)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)

    def empty_database(self) -> None:
        with psycopg.connect(f"{self.cluster.address}/postgres", autocommit=True) as connection:
            connection.execute("DROP DATABASE IF EXISTS academy WITH (FORCE)")
            connection.execute("CREATE DATABASE academy")

    def environment(self) -> dict[str, str]:
        self.empty_database()
        return {
            "ACADEMY_MODE": "development",
            "ACADEMY_VAR": str(self.var),
            "DATABASE_URL": f"{self.cluster.address}/academy",
            "REDIS_URL": self.redis_address,
            "ACADEMY_NOW": "",
            "SECOND_FACTOR": "0",
            "CELERY_EAGER": "1",
            "EMAIL_URL": "",
            "LOG_LEVEL": "WARNING",
        }


def manage(environment: dict[str, str], *words: str) -> str:
    """Call a command, and return what it said; what it complained about is shown."""
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"manage.py {words[0]}: {done.stderr.strip()[-1500:]}"
    return done.stdout


# --- Where the academy comes from -------------------------------------------------------------------------------------


def seeded(environment: dict[str, str], _servers: Servers, _folder: Path) -> None:
    manage(environment, "migrate", "--noinput")
    manage(environment, "seed_demo", "--stage", "registration")
    say("the demo academy is there")


def moved(environment: dict[str, str], servers: Servers, folder: Path) -> None:
    """It began on SQLite."""
    small = {**environment, "DATABASE_URL": f"sqlite:///{folder / 'small.sqlite3'}"}
    seeded(small, servers, folder)
    said = manage(small, "move_to", environment["DATABASE_URL"])
    assert "Everything matches." in said, said
    say(said.strip().splitlines()[-2])


def restored(environment: dict[str, str], servers: Servers, folder: Path) -> None:
    """It was backed up, everything was lost, and it was restored."""
    seeded(environment, servers, folder)
    media = servers.var / "media" / "materials"
    media.mkdir(parents=True)
    (media / "plan.pdf").write_bytes(os.urandom(100_000))
    key = folder / "backup.key"
    public = manage(environment, "backup_key", str(key)).strip()
    made = manage({**environment, "BACKUP_RECIPIENTS": public}, "backup")
    servers.empty_database()
    shutil.rmtree(servers.var / "media")
    # The demo academy may have noted something for a restore; if not, nobody was erased from it.
    listed = () if (servers.var / "erased.jsonl").exists() else ("--without-erased",)
    said = manage(environment, "restore", "--identity", str(key), *listed)
    assert "Everything matches." in said, said
    ends = [line for line in made.splitlines() if line.startswith("The history of")]
    assert ends
    assert all(line in said for line in ends), (made, said)
    assert (media / "plan.pdf").stat().st_size == 100_000
    manage({**environment, "BACKUP_IDENTITY": str(key)}, "drill")
    rows = next(line for line in said.splitlines() if " rows and " in line)
    say("backed up, wiped, restored: " + rows)


def production_starts(environment: dict[str, str]) -> None:
    """The settings of deploy/academy.env.example start, and Django has nothing against them."""
    lines = (ROOT / "deploy" / "academy.env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    own = {name: environment[name] for name in ("ACADEMY_VAR", "DATABASE_URL", "REDIS_URL")}
    given = {**example, **own, "SECRET_KEY": os.urandom(40).hex(), "ACADEMY_NOW": "", "SECOND_FACTOR": "1"}
    for name in ("PROMETHEUS_MULTIPROC_DIR", "BACKUP_DIR"):
        given[name] = ""
    manage(given, "check", "--deploy", "--fail-level", "WARNING")
    say("production settings start, and `check --deploy` has nothing against them")


# --- Shared -----------------------------------------------------------------------------------------------------------


def set_django_up(shape: Shape) -> None:
    """This process asks the database of the shape, beside the browser's event loop."""
    os.environ.update(shape.environment)
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")
    import django

    django.setup()


def say(words: str) -> None:
    print(f"- {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
