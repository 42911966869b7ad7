"""The academy served for a measurement: PostgreSQL, Redis, the demo, two WSGI workers."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import throwaway_servers
from tests.serving import free_port, wait_until_ready

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Served:
    """A served academy: its port, the cookie of a participant, and the seconds that releases took."""

    port: int
    cookie: str
    release: dict[str, float]


@contextmanager
def served_academy(stage: str) -> Iterator[Served]:
    """Serve the demo academy at a stage, and a large programme, on a free port of this machine."""
    with throwaway_servers() as servers:
        environment = {
            **os.environ,
            **servers,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "CELERY_EAGER": "1",
            "ACADEMY_NOW": "2022-02-02T13:04+01:00",
            "LOG_LEVEL": "ERROR",
        }
        for command in (["migrate", "-v0"], ["seed_demo", "--stage", stage]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=ROOT,
                env=environment,
                check=True,
                stdout=subprocess.DEVNULL,
            )
        prepared = subprocess.run(
            [sys.executable, "-m", "bench.setting"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
        port = free_port()
        worker = [
            "-m",
            "gunicorn",
            "academy.wsgi",
            "--workers",
            "2",
            "--threads",
            "4",
            "--bind",
            f"127.0.0.1:{port}",
        ]
        with subprocess.Popen(
            [sys.executable, *worker, "--log-level", "error"], cwd=ROOT, env=environment
        ) as server:
            try:
                wait_until_ready(f"http://127.0.0.1:{port}")
                yield Served(port, **json.loads(prepared.stdout))
            finally:
                server.terminate()
