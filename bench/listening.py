"""A room of people at one board: each listens over a socket of their own, and five findings a second are noted."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.typing import Origin

from tests.boardwriters import Writer

EVERY = 0.2
HEARTBEAT = 20


@dataclass
class Screen:
    """What one person sees: each finding as it was last told, and when it was first seen."""

    findings: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, float] = field(default_factory=dict)
    last: int = 0
    early: dict[int, dict[str, Any]] = field(default_factory=dict)

    def take(self, told: dict[str, Any]) -> bool:
        """Take what is told, in the order of the ledger; whether something is missing."""
        moment = time.time()
        for event in told.get("events", ()):
            if event["number"] > self.last:
                self.early[event["number"]] = event["finding"]
                self.seen.setdefault(event["finding"]["id"], moment)
        while finding := self.early.pop(self.last + 1, None):
            self.last += 1
            self.findings[finding["id"]] = finding
        return bool(max(told.get("head", 0), told.get("number", 0)) > self.last)


class Room:
    """All who listen, and those who write."""

    def __init__(self, pages: str, sockets: str, setting: dict[str, Any], seconds: float) -> None:
        self.pages, self.sockets, self.setting, self.seconds = pages, sockets, setting, seconds
        self.screens = [Screen() for _cookie in setting["cookies"]]
        self.sent: dict[str, float] = {}
        self.listening = 0
        self.broken = 0
        self.over = asyncio.Event()

    async def run(self) -> None:
        """Let everybody come in, write for so many seconds, and wait until all have seen everything."""
        listeners = [
            asyncio.create_task(self.listen(cookie, screen))
            for cookie, screen in zip(self.setting["cookies"], self.screens, strict=True)
        ]
        await self._until(lambda: self.listening >= len(listeners), 60)
        await self.write()
        await self._until(lambda: all(len(s.findings) >= len(self.sent) for s in self.screens), 15)
        self.over.set()
        await asyncio.gather(*listeners, return_exceptions=True)

    async def _until(self, so: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        for _look in range(int(seconds * 5)):
            if so() or time.monotonic() > until:
                return
            await asyncio.sleep(0.2)

    async def listen(self, cookie: str, screen: Screen) -> None:
        address = f"{self.sockets}/ws/boards/{self.setting['group']}/"
        while not self.over.is_set():
            try:
                async with connect(
                    address,
                    additional_headers={"Cookie": cookie},
                    origin=Origin(self.sockets.replace("ws", "http", 1)),
                    open_timeout=30,
                ) as socket:
                    self.listening += 1
                    await self._follow(socket, screen)
            except (OSError, InvalidHandshake, TimeoutError):
                await asyncio.sleep(1)

    async def _follow(self, socket: Any, screen: Screen) -> None:
        while not self.over.is_set():
            try:
                text = await asyncio.wait_for(socket.recv(), 1)
            except TimeoutError:
                continue
            except ConnectionClosed:
                self.broken += 1
                return
            if screen.take(json.loads(text)):
                await asyncio.sleep(0.4)
                await socket.send(json.dumps({"after": screen.last}))

    async def write(self) -> None:
        """Five findings a second, each by somebody else."""
        writers = [Writer(self.pages, self.setting, cookie, 0, "load") for cookie in self.setting["cookies"]]
        begun, sending = time.monotonic(), []
        for number in range(int(self.seconds / EVERY)):
            await asyncio.sleep(max(0.0, begun + number * EVERY - time.monotonic()))
            key = str(uuid4())
            self.sent[key] = time.time()
            writer = writers[number % len(writers)]
            sending.append(
                asyncio.create_task(asyncio.to_thread(writer.note, key, f"Finding {number} of the load"))
            )
        await asyncio.gather(*sending)

    def delays(self) -> list[float]:
        """The seconds from send to seen, of every finding on every screen, in order."""
        return sorted(
            screen.seen[key] - moment
            for screen in self.screens
            for key, moment in self.sent.items()
            if key in screen.seen
        )
