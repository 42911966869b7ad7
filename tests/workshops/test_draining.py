"""A live process that is told to stop sends its pages away with "come again" and is gone within its time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from academy.models import User
from tests.conftest import bring_to
from tests.serving import database_of_the_test, free_port, wait_until_ready
from workshops.models import Group

ROOT = Path(__file__).resolve().parents[2]
COME_AGAIN, GONE_WITHIN = 1012, 30


def started(port: int) -> subprocess.Popen[bytes]:
    """The live process with the words of its unit."""
    unit = (ROOT / "deploy" / "systemd" / "academy-live@.service").read_text()
    found = re.search(r"^ExecStart=\S+ (.*)$", unit, re.MULTILINE)
    assert found
    words = found[1].replace("${ACADEMY_HOST}", "127.0.0.1").replace("81%i", str(port)).split()
    environment = {**os.environ, "DATABASE_URL": database_of_the_test()}
    return subprocess.Popen([sys.executable, *words], cwd=ROOT, env=environment)


def closed_with(socket: ClientConnection) -> int:
    """Listen until the socket is closed; returns the code."""
    with suppress(ConnectionClosed):
        while True:
            socket.recv(timeout=GONE_WITHIN)
    return socket.close_code or 0


def test_a_page_of_a_process_that_stops_is_told_to_come_again_and_comes(transactional_db, client_of):
    bring_to("workshops")
    group = Group.objects.get(workshop__number=3, slug="group-1")
    bruno = client_of(User.objects.get(email="bruno@example.org"))
    cookie = f"{settings.SESSION_COOKIE_NAME}={bruno.cookies[settings.SESSION_COOKIE_NAME].value}"
    port = free_port()
    address = f"ws://localhost:{port}/ws/boards/{group.pk}/"
    greetings = []
    for _time in range(2):
        process = started(port)
        try:
            wait_until_ready(f"http://localhost:{port}")
            with connect(
                address, additional_headers={"Cookie": cookie, "Origin": f"http://localhost:{port}"}
            ) as page:
                greetings.append(page.recv(timeout=10))
                began = time.monotonic()
                process.terminate()
                assert closed_with(page) == COME_AGAIN
            process.wait(GONE_WITHIN)
            assert time.monotonic() - began < GONE_WITHIN
        finally:
            process.kill()
            process.wait()
    assert greetings[0] == greetings[1]
