"""A server of our own for a test or a measurement: a free port of this machine, and waiting until it is ready."""

from __future__ import annotations

import secrets
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 60
# Whoever asks anew stands at the end of the queue again.
ANSWER_SECONDS = 30


def free_port() -> int:
    """A port that nobody listens on now.

    It lies below those that most systems give to callers: a server that was killed finds its own free when it starts
    again. Whoever calls a port of theirs while nobody listens may even be given that very port, and talk to themselves.
    """
    while True:
        port = 12_000 + secrets.randbelow(20_000)
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", port))
            return port


@contextmanager
def listening(port: int, command: list[str], **given: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own, from when it listens on its port; it is killed in the end."""
    process = subprocess.Popen(command, **given)
    try:
        wait_until_open(port)
        yield process
    finally:
        process.kill()
        process.wait()


def database_of_the_test() -> str:
    """The address of the database that the present test uses, for a server in a process of its own."""
    from django.db import connection

    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    secret = f":{settings['PASSWORD']}" if settings["PASSWORD"] else ""
    return f"postgres://{settings['USER']}{secret}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"


def wait_until_ready(address: str, patience: float = PATIENCE) -> None:
    """Wait until the server at this address says that it is ready.

    Raises:
        TimeoutError: it did not within so many seconds.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            with urlopen(f"{address}/health/ready", timeout=ANSWER_SECONDS) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(f"The server at {address} did not become ready.")


def wait_until_open(port: int) -> None:
    """Wait until somebody listens on a port of this machine.

    Raises:
        TimeoutError: nobody did within `PATIENCE` seconds.
    """
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise TimeoutError(f"Nobody listens on port {port}.")
