"""Editors without a browser: each with a Yjs document of its own, a socket, and words that it types into clauses."""

import asyncio
import json
import random
import time
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

from pycrdt import Doc, Map, XmlText
from websockets.asyncio.client import connect
from websockets.typing import Origin

# Where the clauses lie in the shared document (`outcome.live.log`).
BLOCKS = "blocks"
WORDS = [
    "rights",
    "homes",
    "water",
    "schools",
    "streets",
    "voices",
    "budgets",
    "lawyers",
    "mayors",
    "neighbours",
]


@dataclass
class Times:
    """When what was sent: {update in base 64: moment}; and the seconds until it was saved, and until others saw it."""

    sent: dict[str, float] = field(default_factory=dict)
    saved: list[float] = field(default_factory=list)
    seen: list[float] = field(default_factory=list)
    refused: int = 0


class Editor:
    """Somebody at a writing page: types a word every so often, and takes in what the others type."""

    def __init__(self, port: int, told: dict[str, Any], number: int, times: Times) -> None:
        self.port, self.told, self.times = port, told, times
        self.cookie = told["cookies"][number]
        self.doc: Doc[Any] = Doc(client_id=random.getrandbits(30) + 1)  # no secret
        self.blocks = self.doc.get(BLOCKS, type=Map)
        self.seq = self.key = 0
        self.waiting: dict[int, float] = {}
        self.ready = asyncio.Event()
        self.typed: list[str] = []

    async def run(self, over: asyncio.Event) -> None:
        """Be there until it is over."""
        address = f"ws://127.0.0.1:{self.port}/ws/documents/{self.told['document']}/"
        async with connect(
            address,
            additional_headers={"Cookie": self.cookie},
            origin=Origin(f"http://127.0.0.1:{self.port}"),
            open_timeout=60,
            max_size=None,
        ) as self.socket:
            hello = {"type": "hello", "vector": b64encode(self.doc.get_state()).decode()}
            await self.socket.send(json.dumps(hello))
            while not over.is_set():
                try:
                    self._hear(json.loads(await asyncio.wait_for(self.socket.recv(), 1)))
                except TimeoutError:
                    continue

    async def type_for(self, seconds: float, pause: float) -> None:
        """Type a word at the end of some clause, then wait about so long; until the time is over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # no secret
            await self._type(random.choice(self.told["clauses"]), f" {random.choice(WORDS)}{self.key}")

    async def _type(self, clause: str, word: str) -> None:
        made: list[bytes] = []
        watching = self.doc.observe(lambda event: made.append(event.update))
        with self.doc.transaction():
            text = self.blocks[clause]["body"].children[0].children[0]
            if isinstance(text, XmlText):
                text.insert(len(str(text).encode()), word)
        self.doc.unobserve(watching)
        for update in made:
            self.key += 1
            packed = b64encode(update).decode()
            self.times.sent[packed] = self.waiting[self.key] = time.monotonic()
            facts = {"client": self.doc.client_id, "base": self.seq, "key": self.key, "update": packed}
            await self.socket.send(json.dumps({"type": "update", **facts}))

    def _hear(self, frame: dict[str, Any]) -> None:
        present, kind = time.monotonic(), frame["type"]
        if kind == "state":
            self.doc.apply_update(b64decode(frame["update"]))
            self.seq = frame["seq"]
            self.ready.set()
        elif kind == "lines":
            for packed in frame["updates"]:
                self.doc.apply_update(b64decode(packed))
                if begun := self.times.sent.get(packed):
                    self.times.seen.append(present - begun)
            self.seq = frame["seq"]
        elif kind == "saved":
            self.times.saved.append(present - self.waiting.pop(frame["key"]))
        elif kind == "refused":
            self.waiting.pop(frame["key"], None)
            self.times.refused += 1

    def words(self) -> dict[str, str]:
        """{clause: what it says here}."""
        return {key: str(block["body"]) for key, block in self.blocks.items()}
