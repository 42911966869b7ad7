"""The real worker of Celery, started with the words of its unit: how it stops, and what it writes."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from academy.celery import app
from tests.production import ROOT, ask_to_end, unit_of

pytestmark = pytest.mark.skipif(not os.environ.get("REDIS_URL"), reason="there is no Redis here")
WORDS = re.search(r"^ExecStart=\S+ -m celery -A academy (.*)$", unit_of("worker"), re.MULTILINE)[1]  # type: ignore[index]
# As it would be if nothing of ours were asked how to log.
WITHOUT_OURS = """
import sys
from academy import celery
celery.setup_logging.disconnect(celery.log_like_every_process)
celery.app.start(sys.argv[1:])
"""


def until(happened: Callable[[], bool], patience: float = 60) -> None:
    ends = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.05)


@contextmanager
def worker(folder: Path, start: tuple[str, ...]) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A worker with the tasks of tests, and the queue that it works on; what it writes is in `log`."""
    queue = f"test-{uuid4()}"
    words = [*shlex.split(WORDS), "--queues", queue, "--include", "tests.worker_tasks"]
    own = {**os.environ, "DJANGO_SETTINGS_MODULE": "academy.settings", "CELERY_EAGER": "0"}
    # Tests may run as root, of which Celery warns.
    own |= {"PROMETHEUS_MULTIPROC_DIR": "", "LOG_LEVEL": "", "PYTHONWARNINGS": "ignore"}
    own |= {"WORKER_ALIVE": str(folder / "alive")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *start, *words],
            cwd=ROOT,
            env=own,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        try:
            yield process, queue
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


OURS = ("-m", "celery", "-A", "academy")


def said_of_a_failure(folder: Path, start: tuple[str, ...]) -> str:
    """Everything that a worker writes from its start to its end, with a task that fails in between."""
    log = folder / "log"
    with worker(folder, start) as (process, queue):
        app.send_task("tests.fails_with_secrets", queue=queue)
        until((folder / "alive").exists)
        until(lambda: "fails_with_secrets" in log.read_text() and "ValueError" in log.read_text())
        process.terminate()
        process.wait(60)
    return log.read_text()


def test_what_a_worker_writes_of_a_task_that_failed_is_json_without_secrets(tmp_path):
    said = said_of_a_failure(tmp_path, OURS)
    # What it is told from outside, it says as it comes, in words of its own without anybody in them.
    assert "worker: Warm shutdown (MainProcess)" in said.splitlines()
    lines = [json.loads(line) for line in said.splitlines() if line and not line.startswith("worker: ")]
    (failure,) = [line for line in lines if "fails_with_secrets" in line["message"]]
    assert (failure["level"], failure["logger"]) == ("error", "celery.app.trace")
    assert "ValueError: GET /2022/?[query] for [address]" in failure["traceback"]
    assert "LookupError: /2031/invitation/[key]/ of [address]" in failure["traceback"]
    assert "Sekrit" not in said
    assert "esi@" not in said


def test_left_to_celery_the_secrets_would_be_in_its_log(tmp_path):
    said = said_of_a_failure(tmp_path, ("-c", WITHOUT_OURS))
    assert "esi@example.org" in said
    assert "Sekrit-1" in said


def ended_in_the_middle_of_a_task(folder: Path, ask: Callable[[subprocess.Popen[bytes]], None]) -> bool:
    """Whether a task that runs when a worker is told to stop comes to its end."""
    with worker(folder, OURS) as (process, queue):
        app.send_task("tests.takes_a_while", args=[str(folder)], queue=queue)
        until((folder / "began").exists)
        ask(process)
        # Whoever was told to stop at once has done so by then; the main process waits for what runs.
        time.sleep(1)
        (folder / "go-on").touch()
        process.wait(60)
    return (folder / "ended").exists()


def test_a_worker_that_is_stopped_as_systemd_does_it_finishes_what_it_is_at(tmp_path):
    assert ended_in_the_middle_of_a_task(tmp_path, lambda process: ask_to_end(process, unit_of("worker")))


def test_if_all_its_processes_were_told_the_work_would_be_lost(tmp_path):
    unit = unit_of("worker").replace("KillMode=mixed\n", "")
    assert not ended_in_the_middle_of_a_task(tmp_path, lambda process: ask_to_end(process, unit))
