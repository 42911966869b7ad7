"""A crowd that hangs up and comes again: who still waits is answered, and nobody else takes the time of the process.

Shown with the real gunicorn under the configuration of deploy/.
"""

from __future__ import annotations

import http.client
import socket
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from academy.crowding import has_hung_up
from tests.gunicorns import BARE, OURS, serving

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells that the other end hung up")
THREADS, CROWD = 4, 40
# Two processes would not take in equally many.
ONE = ("-w", "1")


def ask(port: int, seconds: float, patience: float) -> bytes:
    """Ask for something that takes so long, and hang up when it does not come in time; what was answered."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=patience)
    try:
        line.request("POST", f"/?{seconds}", "text=x")
        return line.getresponse().read()
    except TimeoutError:
        return b""
    finally:
        line.close()


def asked_of(folder: Path, words: tuple[str, ...]) -> int:
    """How often the application is asked while a crowd hangs up behind those who are being answered."""
    with serving(folder, words) as (port, _process), ThreadPoolExecutor(THREADS + CROWD) as people:
        first = [people.submit(ask, port, 2, 20) for _one in range(THREADS)]
        time.sleep(0.5)
        crowd = [people.submit(ask, port, 0.1, 0.5) for _one in range(CROWD)]
        assert {one.result() for one in crowd} == {b""}
        assert ask(port, 0, 20) == b"ok"
        assert {one.result() for one in first} == {b"ok"}
        assert ask(port, 0, 20) == b"ok"
    return len((folder / "asked").read_text())


def test_who_hung_up_in_the_queue_costs_nothing_and_who_waits_is_answered(tmp_path: Path) -> None:
    assert asked_of(tmp_path, (*OURS, *ONE)) == THREADS + 2


def test_without_our_worker_everybody_who_left_would_be_answered(tmp_path: Path) -> None:
    assert asked_of(tmp_path, (*BARE, *ONE)) > THREADS + 2 + CROWD // 2


def test_a_line_is_hung_up_when_the_other_end_closed_it_and_not_before() -> None:
    ours, theirs = socket.socketpair()
    with ours:
        theirs.sendall(b"question")
        assert not has_hung_up(ours)
        theirs.close()
        assert has_hung_up(ours)
        assert ours.recv(100) == b"question"


def test_whoever_will_send_no_more_counts_as_gone() -> None:
    """No proxy of ours does that; decision 31 says so."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.shutdown(socket.SHUT_WR)
        assert has_hung_up(ours)
