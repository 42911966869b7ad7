"""A live process that is told to stop: its pages go in turn, each is served until it goes, and nobody new is let in.

Shown with the real uvicorn and the words of the unit of deploy/.
"""

from __future__ import annotations

import asyncio
import os
import re
import shlex
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench.keeping import ROOT
from tests.serving import free_port, listening

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

UNIT = ROOT / "deploy" / "systemd" / "academy-live@.service"
PAGES = 100
COME_AGAIN = 1012
ECHO = """
async def application(scope, receive, send):
    await receive()
    await send({"type": "websocket.accept"})
    while (said := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": said["text"]})
"""


def words_of_the_unit() -> list[str]:
    """What the unit starts, after the name of the server's module."""
    start = re.search(r"^ExecStart=.* -m uvicorn (.*)$", UNIT.read_text(), re.MULTILINE)
    assert start is not None
    return shlex.split(start[1].replace("${ACADEMY_HOST}", "127.0.0.1"))


@contextmanager
def serving(folder: Path, *, in_turn: bool) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """A live process as the unit has it, with an application that says again what it is told."""
    (folder / "echo.py").write_text(ECHO)
    port = free_port()
    words = [f"{port}" if word == "81%i" else word for word in words_of_the_unit()]
    words[words.index("academy.asgi:application")] = "echo:application"
    if not in_turn:
        words[words.index("--ws") + 1] = "auto"
    with listening(
        port,
        [sys.executable, "-m", "uvicorn", "--app-dir", str(folder), "--lifespan", "off", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        yield port, process


async def stay(page: ClientConnection, gone: asyncio.Event) -> tuple[int, int | None]:
    """Talk until the page is closed: (answers after the first page had gone, the code that it went with)."""
    answered = 0
    try:
        while True:
            await page.send("still here?")
            assert await page.recv() == "still here?"
            answered += gone.is_set()
            await asyncio.sleep(0.05)
    except ConnectionClosed:
        gone.set()
        return answered, page.close_code


async def how_they_go(port: int, process: subprocess.Popen[bytes]) -> list[tuple[int, int | None]]:
    """Open pages, tell the process to stop, and follow each page to its end."""
    address, gone = f"ws://127.0.0.1:{port}/", asyncio.Event()
    pages = [await connect(address, proxy=None, ping_interval=None) for _one in range(PAGES)]
    staying = [asyncio.create_task(stay(page, gone)) for page in pages]
    await asyncio.sleep(0.3)
    process.terminate()
    await asyncio.wait_for(gone.wait(), 20)
    with pytest.raises(OSError, match=r"refused|failed"):
        await connect(address, proxy=None)
    return await asyncio.gather(*staying)


def test_pages_go_in_turn_and_are_served_until_they_go(tmp_path):
    with serving(tmp_path, in_turn=True) as (port, process):
        ended = asyncio.run(how_they_go(port, process))
        assert process.wait(20) in {0, -signal.SIGTERM}  # uvicorn ends as it was told to
    assert {code for _answered, code in ended} == {COME_AGAIN}
    assert sum(answered > 0 for answered, _code in ended) > PAGES / 2


def test_without_it_all_go_at_once(tmp_path):
    """The control: uvicorn by itself closes them all before it answers anybody again."""
    with serving(tmp_path, in_turn=False) as (port, process):
        ended = asyncio.run(how_they_go(port, process))
    assert [answered for answered, _code in ended if answered] == []


def test_the_last_one_goes_within_the_time_that_a_stop_may_take():
    from academy.draining import LONGEST

    words = words_of_the_unit()
    graceful = int(words[words.index("--timeout-graceful-shutdown") + 1])
    left = int(re.search(r"^TimeoutStopSec=(\d+)", UNIT.read_text(), re.MULTILINE)[1])
    assert LONGEST < graceful < left <= 30
