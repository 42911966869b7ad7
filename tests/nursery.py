"""Servers of the academy for tests, in half the time: forked from a process that has imported every package already.

Most of a server's start is the import of what we did not write. The nursery, a process of its own, imports that once;
then each line of its input, a JSON of {environment, arguments, log}, makes a child in which uvicorn reads the settings
of that environment as in any new process. The answer is the child's number. When the input ends, the children do.
"""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
import traceback
from contextlib import contextmanager, redirect_stderr, suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
OURS = {"__main__", "academy", "programme", "workshops", "outcome", "tests", "bench"}


class Server:
    """A child of the nursery; it is asked to stop, and waited for, as a `Popen` is."""

    def __init__(self, pid: int, group: int) -> None:
        self.pid, self.group = pid, group

    @property
    def is_there(self) -> bool:
        """Whether it runs; a number that another process has since got is not its own."""
        try:
            return os.getpgid(self.pid) == self.group
        except ProcessLookupError:
            return False

    def terminate(self) -> None:
        if self.is_there:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def wait(self, timeout: float) -> None:
        """Wait until it is gone.

        Raises:
            TimeoutError: it is still there after so many seconds.
        """
        until = time.monotonic() + timeout
        while self.is_there and time.monotonic() < until:
            time.sleep(0.02)
        if self.is_there:
            raise TimeoutError(f"The server {self.pid} did not stop.")


class Nursery:
    """The nursery, from outside."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def start(self, environment: Mapping[str, str], arguments: list[str], log: Path) -> Server:
        """A new server: uvicorn with these arguments in this environment; what it says goes to the log."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        wish = {"environment": dict(environment), "arguments": arguments, "log": str(log)}
        print(json.dumps(wish), file=self.process.stdin, flush=True)
        return Server(int(self.process.stdout.readline()), self.process.pid)


@contextmanager
def nursery() -> Iterator[Nursery]:
    """Open a nursery; whatever it still runs ends with the block."""
    command = [sys.executable, "-m", "tests.nursery"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


# --- Within its process -----------------------------------------------------------------------------------------------


def keep() -> None:
    """Import what is not ours, then make children until the input ends."""
    _import_foreign(_needed())
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody has to wait for a child that ended
    for line in sys.stdin:
        wish = json.loads(line)
        child = os.fork() or _serve(wish["environment"], wish["arguments"], wish["log"])
        print(child, flush=True)
    os.killpg(0, signal.SIGKILL)  # itself and the children: they are one group


def _needed() -> list[str]:
    """The modules of a server that has started, in the order of their import; another process finds out."""
    script = "import sys, uvicorn.main, academy.asgi; print('\\n'.join(sys.modules))"
    environment = {**os.environ, "DATABASE_URL": "sqlite:////nowhere/x.sqlite3", "REDIS_URL": ""}
    found = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    return found.stdout.split()


def _import_foreign(names: list[str]) -> None:
    """Import those that are not ours; without settings, some can be imported by a child only."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    for name in names:
        if name.partition(".")[0] not in OURS:
            with (
                suppress(Exception),
                redirect_stderr(io.StringIO()),
            ):  # what is really wrong, the child will say
                import_module(name)


def _serve(environment: dict[str, str], arguments: list[str], log: str) -> int:
    """What a child does; it never returns to the nursery."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(said, stream.fileno())
    os.dup2(os.open(os.devnull, os.O_RDONLY), sys.stdin.fileno())
    from uvicorn.main import main

    try:
        main(arguments, standalone_mode=True)
    except Exception:  # noqa: BLE001  # nobody is above it who would say what went wrong
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(0)


if __name__ == "__main__":
    keep()
