"""The real gunicorn with an application that takes as long as it is asked to."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bench.keeping import ROOT
from tests.serving import free_port, listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SLOW = """
import time

def application(environ, start_response):
    with open("ASKED", "a") as asked:
        asked.write("x")
    environ["wsgi.input"].read()
    time.sleep(float(environ["QUERY_STRING"] or 0))
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
CONFIGURATION = ROOT / "deploy" / "gunicorn.conf.py"
OURS = ("-c", str(CONFIGURATION))
# What gunicorn does by itself, with the same workers and threads.
BARE = ("-c", "/dev/null", "-k", "gthread", "-w", "2", "--threads", "4", "--preload")


@contextmanager
def serving(folder: Path, words: tuple[str, ...]) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Its port and its process; how often the application was asked is the length of the file `asked`."""
    (folder / "slow.py").write_text(SLOW.replace("ASKED", str(folder / "asked")))
    port = free_port()
    address = f"127.0.0.1:{port}"
    command = [sys.executable, "-m", "gunicorn", *words, "-b", address, "--pythonpath", str(folder)]
    with listening(
        port,
        [*command, "slow:application"],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "academy.settings", "ACADEMY_BIND": address},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        yield port, process
