"""What processes count together stays true when one of them is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WITH_SOCKETS = """
from academy.counting import SOCKETS
SOCKETS.labels(page="Board").inc(3)
print("counted", flush=True)
input()
"""
STARTS = "import academy.asgi"
# The same process as it starts again, with the number of the one that was killed.
WITH_A_NUMBER = "import os, academy.counting as c; os.getpid = lambda: {pid}; c.leave_out_the_dead()"


def environment(folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "academy.settings",
    }


@contextmanager
def with_sockets(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process with three open sockets."""
    process = subprocess.Popen(
        [sys.executable, "-c", WITH_SOCKETS],
        cwd=ROOT,
        env=environment(folder),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout
        assert process.stdout.readline() == b"counted\n"
        try:
            yield process
        finally:
            process.kill()


def run(folder: Path, words: str) -> str:
    command = [sys.executable, "-c", words]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(folder), capture_output=True, text=True, check=True
    )
    return done.stdout


def open_sockets(folder: Path) -> float:
    """How many sockets are open, as whoever watches reads it."""
    words = (
        "from prometheus_client import CollectorRegistry\n"
        "from prometheus_client.multiprocess import MultiProcessCollector\n"
        "registry = CollectorRegistry(); MultiProcessCollector(registry)\n"
        "print(registry.get_sample_value('academy_sockets', {'page': 'Board'}) or 0)"
    )
    return float(run(folder, words))


def test_sockets_of_a_process_that_was_killed_are_not_counted_once_one_starts(tmp_path):
    with with_sockets(tmp_path) as killed, with_sockets(tmp_path):
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        assert open_sockets(tmp_path) == 6  # it could not say that it went
        run(tmp_path, STARTS)
        assert open_sockets(tmp_path) == 3


@pytest.mark.parametrize("same", [True, False])
def test_whoever_starts_does_not_begin_with_the_sockets_of_an_earlier_process(tmp_path, same):
    with with_sockets(tmp_path) as process:
        run(tmp_path, WITH_A_NUMBER.format(pid=process.pid if same else 1))
        assert open_sockets(tmp_path) == (0 if same else 3)
