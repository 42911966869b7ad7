"""Sockets of open pages: each comes back by itself, after the waits that the page's own script has."""

import asyncio
import json
import random
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Origin

from bench.keeping import ROOT
from bench.listening import Screen
from bench.soak.browser import Browser, Unanswered
from bench.soak.notes import Back, Deed, Notes


def constant_of(script: str, name: str) -> float:
    """A number of milliseconds that a page's script waits, in seconds: so that nobody here is more patient than a page.

    Raises:
        LookupError: the script has no such constant.
    """
    text = (ROOT / "static" / "src" / "ts" / script).read_text()
    if not (found := re.search(rf"^const {name} = ([\d_]+);", text, re.MULTILINE)):
        raise LookupError(f"{script} has no {name}")
    return int(found[1]) / 1000


PATIENCE = constant_of("finding-board-line.ts", "PATIENCE")
HEARTBEAT = constant_of("finding-board-line.ts", "HEARTBEAT")
SILENCE = constant_of("finding-board-line.ts", "POLL")
LONGEST_WAIT = constant_of("finding-board-line.ts", "LONGEST_WAIT")


class Line:
    """One socket of one page, for as long as the page is open."""

    page = ""

    def __init__(self, browser: Browser, path: str) -> None:
        self.browser, self.path = browser, path
        self.notes: Notes = browser.notes
        self.is_up = asyncio.Event()

    async def run(self, over: asyncio.Event) -> None:
        """Be there until it is over; whenever the line breaks, come back."""
        tries, lost = 0, None
        while not over.is_set():
            try:
                async with self._opened() as socket:
                    await self.greet(socket)
                    self.hear(await asyncio.wait_for(self.next_frame(socket), PATIENCE))
                    if lost is not None:
                        self.notes.backs.append(Back(self.page, lost, self.notes.now()))
                    tries, lost = 0, None
                    self.is_up.set()
                    await self.follow(socket, over)
            except (OSError, EOFError, TimeoutError, WebSocketException):
                pass
            self.is_up.clear()
            if over.is_set():
                return
            lost = self.notes.now() if lost is None else lost
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), self.wait(tries))
            tries += 1

    def _opened(self) -> connect:
        site = self.browser.site
        return connect(
            f"{'wss' if site.tls else 'ws'}://{site.authority}{self.path}",
            host="127.0.0.1",
            port=self.browser.port,
            ssl=site.tls,
            origin=Origin(site.origin),
            additional_headers={"Cookie": self.browser.cookie},
            open_timeout=PATIENCE,
            close_timeout=1,
            ping_interval=None,
            max_size=None,
            proxy=None,
        )

    def wait(self, tries: int) -> float:
        """The seconds before the next try."""
        return min(LONGEST_WAIT, 2.0**tries) * random.uniform(0.5, 1)

    async def greet(self, socket: ClientConnection) -> None:
        """What the page says first."""

    async def next_frame(self, socket: ClientConnection) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await socket.recv())
        return frame

    async def follow(self, socket: ClientConnection, over: asyncio.Event) -> None:
        """Hear what is told until the line breaks; one that does not answer any more is dead."""
        is_asked = False
        while not over.is_set():
            try:
                frame = await asyncio.wait_for(self.next_frame(socket), SILENCE if is_asked else HEARTBEAT)
            except TimeoutError:
                if is_asked:
                    socket.transport.abort()
                    return
                is_asked = True
                await self.ask(socket)
                continue
            is_asked = False
            if self.hear(frame):
                await asyncio.sleep(0.4)
                await self.ask(socket)

    async def ask(self, socket: ClientConnection) -> None:
        """Ask what was missed: a dead line does not answer."""
        await socket.send("{}")

    def hear(self, frame: dict[str, Any]) -> bool:
        """Take in what is told; whether something is missing."""
        return False


class BoardLine(Line):
    """A board's page: what it shows is what it was told, in the order of the ledger."""

    page = "board"

    def __init__(
        self, browser: Browser, group: str, moments: dict[str, tuple[float, float]], *, notes_delays: bool
    ) -> None:
        super().__init__(browser, f"/ws/boards/{group}/")
        self.screen, self.moments, self.notes_delays = Screen(), moments, notes_delays

    async def greet(self, socket: ClientConnection) -> None:
        await self.ask(socket)

    async def ask(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps({"after": self.screen.last}))

    def hear(self, frame: dict[str, Any]) -> bool:
        known = len(self.screen.seen)
        is_behind = self.screen.take(frame)
        if self.notes_delays:
            for key in list(self.screen.seen)[known:]:
                if sent := self.moments.get(key):
                    delay = self.notes.now() - sent[0]
                    self.notes.deeds.append(Deed("seen by others", sent[0], delay, "200"))
        return is_behind


class AdoptionLine(Line):
    """The adoption's page: when it is told that something is new, it asks how things stand."""

    page = "adoption"
    SPREAD = 0.8

    def __init__(self, browser: Browser, procedure: str, state: str) -> None:
        super().__init__(browser, f"/ws/adoptions/{procedure}/")
        self.state = state
        self.asking: asyncio.Task[None] | None = None

    def hear(self, frame: dict[str, Any]) -> bool:
        if "number" in frame and (self.asking is None or self.asking.done()):
            self.asking = asyncio.create_task(self._ask_how_it_stands())
        return False

    async def _ask_how_it_stands(self) -> None:
        await asyncio.sleep(random.uniform(0, self.SPREAD))
        with suppress(Unanswered):
            await self.browser.get("adoption, how it stands", self.state, accept="application/json")


async def equal_screens(
    lines: list[BoardLine], is_right: Callable[[BoardLine], bool], seconds: float
) -> list[BoardLine]:
    """Wait until every page shows what is right, at most so long; those that do not."""
    until = asyncio.get_running_loop().time() + seconds
    while wrong := [line for line in lines if not is_right(line)]:
        if asyncio.get_running_loop().time() > until:
            break
        await asyncio.sleep(0.3)
    return wrong
