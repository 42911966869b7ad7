"""The academy served for a measurement: PostgreSQL, Redis, the demo, two WSGI workers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import throwaway_servers
from tests.serving import free_port, wait_until_ready

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def served_academy(stage: str) -> Iterator[int]:
    """Serve the demo academy at a stage on a free port of this machine; yields the port."""
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
                yield port
            finally:
                server.terminate()
