"""Two people type into one clause in real browsers while the server is killed again and again.

What was acknowledged is compared with the database after each kill, before anything is started again; at the end both
browsers and the database must say the same, and every character that was typed must stand there once, in order.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from pycrdt import Doc, Map

from outcome.live.bodies import raw
from outcome.live.log import BLOCKS
from outcome.live.updates import vector_of
from tests.browser import launch, started_playwright
from tests.serving import free_port, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Mapping

    from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "from-intentions-2022"
PAGE = "/2022/document/desk/write/"
LETTERS, DIGITS = "abcdefghij", "0123456789"
BETWEEN_KILLS, PATIENCE = 2.5, 60
ACKNOWLEDGED = "() => Array.from(document.querySelector('clause-editor').acknowledged)"
FOCUSED = "() => document.activeElement.closest('.live-clause')?.dataset.clause"
SAVED = "() => document.querySelector('clause-editor').isSaved"


@dataclass
class Result:
    """How it went: kills, what was typed, what was acknowledged and missing, what stood where at the end."""

    kills: int = 0
    typed: list[str] = field(default_factory=lambda: ["", ""])
    missing: int = 0
    texts: list[str] = field(default_factory=list)
    stored: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all ends are equal, and hold all that was typed, once and in order."""
        letters = "".join(character for character in self.stored if character in LETTERS)
        digits = "".join(character for character in self.stored if character in DIGITS)
        return {self.stored, *self.texts} == {self.stored} and [letters, digits] == self.typed


class Server:
    """A process of the academy that can be killed and started again on the same port."""

    def __init__(self, environment: Mapping[str, str], application: str) -> None:
        self.environment, self.application, self.port = dict(environment), application, free_port()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "uvicorn", self.application, "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, "--log-level", "critical"], cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def prepare(environment: Mapping[str, str]) -> dict[str, str]:
    """A demo academy with a draft in the database of this environment, whose two organisers are Amara and Dawit."""
    whole = {
        **os.environ,
        **environment,
        "ACADEMY_NOW": "2022-02-04T13:40+01:00",
        "SECOND_FACTOR": "0",
        "EMAIL_URL": "",
        "CELERY_EAGER": "1",
        "LOG_LEVEL": "CRITICAL",
    }
    for command in (["migrate", "-v0"], ["seed_demo", "--stage", "drafting"]):
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT,
            env=whole,
            check=True,
            stdout=subprocess.DEVNULL,
        )
    grant = (
        "from academy.models import *; from academy.roles import grant_role; "
        "grant_role(User.objects.get(email='dawit@example.org'), Edition.objects.get(slug='2022'), "
        "'organiser', by=None)"
    )
    subprocess.run(
        [sys.executable, "manage.py", "shell", "-v0", "-c", grant], cwd=ROOT, env=whole, check=True
    )
    return whole


def stored(environment: Mapping[str, str]) -> Doc[Any]:
    """The shared text, read line by line from the database, by no code of the server."""
    query = "SELECT update FROM outcome_logline ORDER BY seq"
    address = environment["DATABASE_URL"]
    if address.startswith("sqlite"):
        with sqlite3.connect(
            f"file:{address.removeprefix('sqlite:///')}?mode=ro", uri=True, timeout=20
        ) as base:
            rows = base.execute(query.replace("update", '"update"')).fetchall()
    else:
        with psycopg.connect(address) as base:
            rows = base.execute(query.replace("update", '"update"').encode()).fetchall()
    doc: Doc[Any] = Doc()
    for (update,) in rows:
        doc.apply_update(bytes(update))
    return doc


def missing(acknowledged: list[int], doc: Doc[Any]) -> int:
    """How many characters somebody was told are saved that the database does not have."""
    there = vector_of(doc.get_state())
    told = vector_of(bytes(acknowledged))
    return sum(max(0, clock - there.get(client, 0)) for client, clock in told.items())


def run(environment: Mapping[str, str], *, processes: int, kills: int, application: str) -> Result:
    """Let two people type, kill the server so many times, and see what is there in the end."""
    result = Result()
    with ExitStack() as stack:
        servers = [Server(environment, application) for _number in range(processes)]
        for server in servers:
            stack.callback(server.kill)
            wait_until_ready(server.address)
        browser = launch(stack.enter_context(started_playwright()))
        stack.callback(browser.close)
        pages = [
            _come(browser, servers[number % processes].address, key)
            for number, key in enumerate(("amara", "dawit"))
        ]
        clause = _same_clause(pages)
        for number in range(kills):
            _type(pages, result, seconds=BETWEEN_KILLS)
            _type_until_told(pages, result)
            victim = servers[number % processes]
            victim.kill()
            result.kills += 1
            _type(pages, result, seconds=0.3)
            told = [page.evaluate(ACKNOWLEDGED) for page in pages]
            result.missing += sum(missing(one, stored(environment)) for one in told)
            if result.missing:
                # Its editors build on what is lost for good: there is no end at which all of it is saved.
                return result
            victim.start()
            _type(pages, result, seconds=0.5)
            wait_until_ready(victim.address)
        _type(pages, result, seconds=1)
        for page in pages:
            page.wait_for_function(SAVED, timeout=60_000)
        result.stored = raw(stored(environment).get(BLOCKS, type=Map)[clause]["body"])
        result.texts = [_text_when(page, clause, result.stored) for page in pages]
    return result


def _come(browser: Any, address: str, key: str) -> Page:
    page: Page = browser.new_context(base_url=address).new_page()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(f"{key}@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url("**/2022/")
    page.goto(PAGE)
    page.wait_for_function(SAVED, timeout=60_000)
    return page


def _same_clause(pages: list[Page]) -> str:
    """A new clause in which both of them have the cursor; its identity."""
    first, second = pages
    first.locator(".live-body .ProseMirror").first.click()
    was = first.wait_for_function(FOCUSED).json_value()
    first.keyboard.press("Control+Enter")
    clause = str(
        first.wait_for_function(f"(was) => ({FOCUSED})() !== was && ({FOCUSED})()", arg=was).json_value()
    )
    second.locator(f"#clause-{clause} .live-body .ProseMirror").first.click()
    second.wait_for_function(f"(clause) => ({FOCUSED})() === clause", arg=clause)
    return clause


def _type(pages: list[Page], result: Result, *, seconds: float) -> None:
    """Both type for so long, one character after the other."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        _type_once(pages, result)


def _type_once(pages: list[Page], result: Result) -> None:
    for number, (page, alphabet) in enumerate(zip(pages, (LETTERS, DIGITS), strict=True)):
        character = alphabet[len(result.typed[number]) % len(alphabet)]
        page.keyboard.type(character)
        result.typed[number] += character


def _type_until_told(pages: list[Page], result: Result) -> None:
    """Both type until one of them has just been told that more is saved: whoever says so too early has no time left.

    Raises:
        TimeoutError: nothing was acknowledged within `PATIENCE` seconds.
    """
    before = [page.evaluate(ACKNOWLEDGED) for page in pages]
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        _type_once(pages, result)
        if any(page.evaluate(ACKNOWLEDGED) != told for page, told in zip(pages, before, strict=True)):
            return
    raise TimeoutError("nothing that was typed was acknowledged")


def _text_when(page: Page, clause: str, expected: str) -> str:
    """What stands in the clause in this browser, once it is what is expected, or after a while."""
    place = page.locator(f"#clause-{clause} .live-body .ProseMirror p").first
    for _time in range(100):
        text: str = place.evaluate(
            "(node) => { const copy = node.cloneNode(true);"
            " for (const cursor of copy.querySelectorAll('.writer-cursor')) cursor.remove(); return copy.textContent; }"
        )
        if text == expected:
            break
        time.sleep(0.1)
    return text


def main() -> None:
    """For measurements: the environment's database, processes and kills from the command line; prints JSON."""
    processes, kills = int(sys.argv[1]), int(sys.argv[2])
    application = sys.argv[3] if len(sys.argv) > 3 else "academy.asgi:application"
    result = run(prepare(os.environ), processes=processes, kills=kills, application=application)
    facts = {"kills": result.kills, "missing": result.missing, "whole": result.is_whole}
    print(json.dumps({**facts, "characters": sum(map(len, result.typed))}))


if __name__ == "__main__":
    main()
