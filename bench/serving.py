"""The academy served for a measurement: PostgreSQL, Redis, the demo, two WSGI workers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import throwaway_servers
from tests.serving import free_port, wait_until_ready

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Served:
    """A served academy: its port, its environment, a participant's cookie, and the seconds that releases took."""

    port: int
    environment: dict[str, str]
    cookie: str
    release: dict[str, float]


@contextmanager
def served_academy(stage: str, **variables: str) -> Iterator[Served]:
    """Serve the demo academy at a stage, and a large programme, on a free port of this machine.

    Args:
        variables: of the environment, beside or instead of the usual ones.
    """
    with throwaway_servers() as servers:
        environment = {
            **os.environ,
            **servers,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "CELERY_EAGER": "1",
            "ACADEMY_NOW": "2022-02-02T13:04+01:00",
            "LOG_LEVEL": "ERROR",
            **variables,
        }
        prepared = _filled(stage, environment)
        port = free_port()
        worker = ["-m", "gunicorn", "academy.wsgi", "--workers", "2", "--threads", "4"]
        worker += ["--bind", f"127.0.0.1:{port}", "--log-level", "error"]
        with subprocess.Popen([sys.executable, *worker], cwd=ROOT, env=environment) as server:
            try:
                wait_until_ready(f"http://127.0.0.1:{port}")
                yield Served(port, environment, **prepared)
            finally:
                server.terminate()


def _filled(stage: str, environment: dict[str, str]) -> dict[str, Any]:
    """Fill the database with the demo and the large programme; what `bench.setting` says about it."""

    def run(*command: str) -> bytes:
        done = subprocess.run(
            [sys.executable, *command], cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE
        )
        return done.stdout

    run("manage.py", "migrate", "-v0")
    run("manage.py", "seed_demo", "--stage", stage)
    found: dict[str, Any] = json.loads(run("-m", "bench.setting"))
    return found
