"""The academy served for a measurement: PostgreSQL, Redis, the demo, two WSGI workers."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.servers import throwaway_servers

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60


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
        port = _free_port()
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
                _wait(port)
                yield port
            finally:
                server.terminate()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait(port: int) -> None:
    """Wait until the server is ready.

    Raises:
        TimeoutError: it was not within `PATIENCE` seconds.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            with urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.2)
    raise TimeoutError("The server did not become ready.")
