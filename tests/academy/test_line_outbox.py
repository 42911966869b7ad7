"""The outbox of a line: at once, in order, and a slow line holds up nobody and loses nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from academy.consumers.outbox import BACKLOG, Outbox


class Server:
    """Takes frames while the network does."""

    def __init__(self) -> None:
        self.took: list[Any] = []
        self.flows = asyncio.Event()
        self.flows.set()
        self.is_gone = False

    async def send(self, message: dict[str, Any]) -> None:
        await self.flows.wait()
        if self.is_gone:
            raise OSError
        self.took.append(message["text"])

    async def close(self, code: int) -> None:
        await self.flows.wait()
        self.took.append(code)


async def quiet() -> None:
    for _turn in range(10):
        await asyncio.sleep(0)


async def test_a_frame_is_sent_before_anybody_waits():
    server = Server()
    outbox = Outbox(server.send, server.close)
    outbox.put("one")
    assert (server.took, outbox.sender) == (["one"], None)


async def test_a_slow_line_gets_everything_later_and_in_order():
    server = Server()
    outbox = Outbox(server.send, server.close)
    server.flows.clear()
    for frame in ("one", "two", "three"):
        outbox.put(frame)
    await quiet()
    assert server.took == []
    server.flows.set()
    await quiet()
    outbox.put("four")
    await quiet()
    assert (server.took, outbox.sender) == (["one", "two", "three", "four"], None)


async def test_a_line_that_is_far_behind_is_full():
    server = Server()
    outbox = Outbox(server.send, server.close)
    server.flows.clear()
    for number in range(BACKLOG):
        outbox.put(str(number))
    assert not outbox.is_full
    outbox.put("one more")
    assert outbox.is_full
    await outbox.stop()
    server.flows.set()
    await quiet()
    assert server.took == []


async def test_hanging_up_forgets_what_waits_and_closes():
    server = Server()
    outbox = Outbox(server.send, server.close)
    server.flows.clear()
    outbox.put("one")
    outbox.put("two")
    outbox.hang_up(1012)
    outbox.put("three")
    server.flows.set()
    await quiet()
    assert server.took == ["one", 1012]


async def test_a_line_that_is_gone_is_sent_nothing_more():
    server = Server()
    server.is_gone = True
    outbox = Outbox(server.send, server.close)
    outbox.put("one")
    server.is_gone = False
    outbox.put("two")
    assert (server.took, outbox.is_over) == ([], True)


async def test_a_slow_line_that_goes_ends_its_task():
    server = Server()
    outbox = Outbox(server.send, server.close)
    server.flows.clear()
    outbox.put("one")
    outbox.put("two")
    server.is_gone = True
    server.flows.set()
    await quiet()
    assert (server.took, outbox.sender) == ([], None)
