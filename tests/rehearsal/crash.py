"""Everything is killed at once while findings are written: what was acknowledged is there afterwards, once."""

from __future__ import annotations

import http.cookiejar
import json
import re
import ssl
import threading
import time
from typing import TYPE_CHECKING
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPSHandler, OpenerDirector, Request, build_opener
from uuid import uuid4

import psycopg

from tests.journeys.conftest import PASSWORD

if TYPE_CHECKING:
    from tests.production import Shape
    from tests.rehearse import Servers

BOARD = "/2022/workshops/3/group-1/"  # the walk draws the groups of 1 and 2
WRITERS, SECONDS = 4, 6


def kill_everything_in_mid_write(shape: Shape, servers: Servers) -> None:
    """Write, kill, start again, compare.

    Raises:
        AssertionError: something that was acknowledged is not there, or is there twice.
    """
    writers = [Writer(shape.address) for _number in range(WRITERS)]
    writers[0].open_board()
    for writer in writers:
        writer.find_place()
    threads = [threading.Thread(target=writer.write) for writer in writers]
    for thread in threads:
        thread.start()
    time.sleep(SECONDS)
    servers.kill()
    shape.kill_all()
    for writer in writers:
        writer.stopped = True
    for thread in threads:
        thread.join()
    began = time.monotonic()
    servers.start()
    shape.start_all()
    took = time.monotonic() - began
    acknowledged = {key for writer in writers for key in writer.acknowledged}
    asked = {key for writer in writers for key in writer.asked}
    with psycopg.connect(shape.environment["DATABASE_URL"]) as connection:
        rows = connection.execute("SELECT id::text FROM workshops_finding").fetchall()
    found = [row[0] for row in rows]
    assert acknowledged, "nothing was written before everything was killed"
    assert acknowledged <= set(found), f"{len(acknowledged - set(found))} acknowledged findings are lost"
    assert len(found) == len(set(found))
    assert set(found) <= asked
    print(
        f"- killed in mid-write: {len(asked)} findings sent, {len(acknowledged)} acknowledged, {len(found)} there, "
        f"none lost, none twice; everything ran again after {took:.1f} s",
        flush=True,
    )


class Writer:
    """A moderator who writes findings as fast as they are acknowledged."""

    def __init__(self, address: str) -> None:
        self.address, self.stopped = address, False
        self.asked: list[str] = []
        self.acknowledged: list[str] = []
        self.cookies = http.cookiejar.CookieJar()
        anything = ssl._create_unverified_context()
        self.browser: OpenerDirector = build_opener(
            HTTPCookieProcessor(self.cookies), HTTPSHandler(context=anything)
        )
        self.get("/accounts/login/")
        self.post("/accounts/login/", {"login": "bruno@example.org", "password": PASSWORD})

    def get(self, path: str) -> str:
        with self.browser.open(f"{self.address}{path}", timeout=20) as answer:
            return str(answer.read().decode())

    def post(self, path: str, fields: dict[str, str], *, accept: str = "text/html") -> str:
        token = next((cookie.value or "" for cookie in self.cookies if cookie.name == "csrftoken"), "")
        headers = {
            "X-CSRFToken": token,
            "Referer": f"{self.address}{path}",
            "Origin": self.address,
            "Accept": accept,
        }
        request = Request(f"{self.address}{path}", urlencode(fields).encode(), headers)  # ours
        with self.browser.open(request, timeout=20) as answer:
            return str(answer.read().decode())

    def open_board(self) -> None:
        page = self.get(BOARD)
        if "data-entry" not in page:
            self.post(f"{BOARD}open/", {})

    def find_place(self) -> None:
        """Read on the open board where a finding may go."""
        until = time.monotonic() + 20
        while "data-entry" not in (page := self.get(BOARD)) and time.monotonic() < until:
            time.sleep(0.2)
        place = re.search(r'<select[^>]* name="place".*?<option value="([^"]+)"', page, re.DOTALL)
        assert place, "the board has no place for a finding"
        self.place = place[1]

    def write(self) -> None:
        """Write until everything is killed; only what was answered counts as acknowledged."""
        while not self.stopped:
            key = str(uuid4())
            fields = {
                "key": key,
                "text": f"Finding {key}",
                "place": self.place,
                "kind": "challenge",
                "language": "en",
            }
            self.asked.append(key)
            try:
                answer = json.loads(self.post(f"{BOARD}findings/", fields, accept="application/json"))
            except (URLError, OSError, ValueError):
                if not self.stopped:
                    time.sleep(0.1)
                continue
            self.acknowledged.append(answer["finding"]["id"])
