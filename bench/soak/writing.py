"""Somebody at the writing page: types words into clauses, and sends what is not stored after every break."""

import asyncio
import json
import random
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc, Map, XmlText
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import WebSocketException

from bench.editors import BLOCKS
from bench.soak.browser import Browser
from bench.soak.ledger import Ledger
from bench.soak.lines import Line
from outcome.live.updates import vector_of

KIND = "words of the document"
RETRIES = (0.3, 0.6, 1.0, 2.0, 3.0)


@dataclass(frozen=True)
class Word:
    """A word as it was typed: no other is spelt like it. `end` is how far its writer had come with it."""

    text: str
    clause: str
    at: float
    end: int


class Writer(Line):
    """One organiser who writes. One batch is on its way at a time; what is saved is what the server says it has."""

    page = "document"

    def __init__(self, browser: Browser, number: int, told: dict[str, Any], ledger: Ledger) -> None:
        super().__init__(browser, f"/ws/documents/{told['document']}/")
        self.number, self.clauses, self.ledger = number, told["clauses"], ledger
        self.client = random.getrandbits(30) + 16
        self.doc: Doc[Any] = Doc(client_id=self.client)
        self.confirmed: Doc[Any] = Doc()
        self.seq = self.keys = self.typed = 0
        self.unsaved: list[Word] = []
        self.flight: tuple[int, int] | None = None
        self.flight_at = 0.0
        self.base: int | None = None
        self.outgoing: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    @property
    def is_saved(self) -> bool:
        return not self.unsaved

    def wait(self, tries: int) -> float:
        return RETRIES[min(tries, len(RETRIES) - 1)] * random.uniform(0.75, 1.25)

    # --- Typing -------------------------------------------------------------------------------------------------------

    async def write(self, pause: float, over: asyncio.Event) -> None:
        """Type a word every so often until it is over, whether there is a line or not."""
        while not over.is_set():
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            if self.seq and not over.is_set():
                self._type(random.choice(self.clauses))
                self._flush()

    def _type(self, clause: str) -> None:
        self.typed += 1
        word = f"w{self.number}x{self.typed}"
        if self.base is None:
            self.base = self.seq
        with self.doc.transaction():
            text = self.doc.get(BLOCKS, type=Map)[clause]["body"].children[0].children[0]
            if isinstance(text, XmlText):
                text.insert(len(str(text).encode()), f" {word}")
        end = vector_of(self.doc.get_state()).get(self.client, 0)
        self.unsaved.append(Word(word, clause, self.notes.now(), end))
        self.ledger.send(KIND, word, clause)

    # --- Sending ------------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Send what the server does not have, if nothing is on its way."""
        if not self.is_up.is_set() or self.flight or not self.unsaved:
            return
        self.keys += 1
        self.flight = (self.keys, self.unsaved[-1].end)
        self.flight_at = self.notes.now()
        update = self.doc.get_update(self.confirmed.get_state())
        facts = {"client": self.client, "base": self.seq if self.base is None else self.base}
        packed = b64encode(update).decode()
        self.outgoing.put_nowait({"type": "update", **facts, "key": self.keys, "update": packed})

    async def greet(self, socket: ClientConnection) -> None:
        self.outgoing = asyncio.Queue()
        self.flight = None
        await socket.send(json.dumps(self._hello()))

    def _hello(self) -> dict[str, Any]:
        return {"type": "hello", "vector": b64encode(self.confirmed.get_state()).decode()}

    async def follow(self, socket: ClientConnection, over: asyncio.Event) -> None:
        self._flush()
        sending = asyncio.create_task(self._send_what_waits(socket))
        try:
            await super().follow(socket, over)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send_what_waits(self, socket: ClientConnection) -> None:
        try:
            while True:
                await socket.send(json.dumps(await self.outgoing.get()))
        except WebSocketException:
            return

    async def ask(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps(self._hello()))

    # --- Hearing ------------------------------------------------------------------------------------------------------

    def hear(self, frame: dict[str, Any]) -> bool:
        kind = frame["type"]
        if kind == "state":
            self._take([frame["update"]])
            self.seq, self.flight = frame["seq"], None
            self._store(vector_of(self.confirmed.get_state()).get(self.client, 0))
            self._flush()
        elif kind == "lines":
            if frame["first"] > self.seq + 1:
                return True
            self._take(frame["updates"])
            self.seq = max(self.seq, frame["seq"])
        elif kind == "saved" and self.flight and frame["key"] == self.flight[0]:
            end, self.flight = self.flight[1], None
            self._store(end)
            self._flush()
        elif kind == "refused":
            self.notes.wonder(f"an update of the document was refused: {frame['code']}")
            self.flight = None
            return True
        return False

    def _take(self, packed: list[str]) -> None:
        for one in packed:
            update = b64decode(one)
            self.confirmed.apply_update(update)
            self.doc.apply_update(update)

    def _store(self, end: int) -> None:
        """The server has what was typed up to here."""
        for word in [word for word in self.unsaved if word.end <= end]:
            self.ledger.acknowledge(KIND, word.text, word.clause)
            self.notes.acknowledged(KIND, word.at)
        self.unsaved = [word for word in self.unsaved if word.end > end]
        self.base = self.seq if self.unsaved else None

    def words(self) -> dict[str, str]:
        """{clause: what it says here}."""
        return {key: str(block["body"]) for key, block in self.doc.get(BLOCKS, type=Map).items()}


async def different_texts(writers: list[Writer], seconds: float) -> int:
    """Wait until every page shows the text of the first, at most so long; how many show another."""
    until = asyncio.get_running_loop().time() + seconds
    while different := sum(writer.words() != writers[0].words() for writer in writers):
        if asyncio.get_running_loop().time() > until:
            break
        await asyncio.sleep(0.3)
    return different
