"""A web process that is told to stop: whoever came in is answered, whoever comes now is refused at once, nobody waits
in vain. Shown with the real gunicorn under the configuration of deploy/."""

from __future__ import annotations

import http.client
import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from bench.keeping import ROOT
from tests.gunicorns import BARE, OURS, serving

if TYPE_CHECKING:
    from pathlib import Path

PLACES = ROOT / "deploy" / "nginx" / "academy-places.conf"
UNIT = ROOT / "deploy" / "systemd" / "academy-web@.service"
ANSWERED, REFUSED, BROKEN = "answered", "refused", "broken off"


def send(port: int, seconds: float = 0) -> str:
    """Send a form over a connection of its own; how that ended."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.connect()
    except ConnectionRefusedError:
        return REFUSED
    except ConnectionResetError:
        return BROKEN
    try:
        connection.request("POST", f"/?{seconds}", "text=x")
        answer = connection.getresponse()
        return ANSWERED if (answer.status, answer.read()) == (200, b"ok") else BROKEN
    except (OSError, http.client.HTTPException):
        return BROKEN
    finally:
        connection.close()


def how_a_stop_goes(folder: Path, words: tuple[str, ...]) -> tuple[Counter[str], Counter[str]]:
    """(how it ends for a queue that is there, how for those who come meanwhile) when gunicorn is told to stop."""
    with serving(folder, words) as (port, process), ThreadPoolExecutor(60) as crowd:
        queue = [
            crowd.submit(send, port, 0.8) for _one in range(24)
        ]  # three times as many as there are threads
        time.sleep(0.4)

        def come_again_and_again(_number: int) -> list[str]:
            said = [send(port)]
            while said[-1] == ANSWERED and len(said) < 500:
                time.sleep(0.02)
                said.append(send(port))
            return said

        coming = [crowd.submit(come_again_and_again, number) for number in range(15)]
        time.sleep(0.3)
        process.terminate()
        for number in range(15):  # and some who come first while it stops
            coming.append(crowd.submit(come_again_and_again, number))
            time.sleep(0.03)
        waited = Counter(one.result() for one in queue)
        came = Counter(said for one in coming for said in one.result())
        assert process.wait(20) == 0
    return waited, came


def test_who_is_there_is_answered_and_who_comes_is_refused_at_once(tmp_path):
    waited, came = how_a_stop_goes(tmp_path, OURS)
    assert waited == {ANSWERED: 24}
    assert (set(came), came[REFUSED]) == ({ANSWERED, REFUSED}, 30)


def test_without_our_worker_somebody_would_be_broken_off(tmp_path):
    waited, came = how_a_stop_goes(tmp_path, BARE)
    assert waited[BROKEN] + came[BROKEN] > 0


def test_who_is_there_is_answered_within_the_time_that_the_proxy_waits():
    """And systemd leaves a process the time that it takes."""
    given = int(
        re.search(
            r"^graceful_timeout = (\d+)", (ROOT / "deploy" / "gunicorn.conf.py").read_text(), re.MULTILINE
        )[1]
    )
    waits = int(re.search(r"location / \{.*?proxy_read_timeout (\d+)s", PLACES.read_text(), re.DOTALL)[1])
    left = int(re.search(r"^TimeoutStopSec=(\d+)", UNIT.read_text(), re.MULTILINE)[1])
    assert given < waits < left
