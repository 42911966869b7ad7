"""A room hears its channel group once for all its pages, and is gone with the last of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from channels.layers import get_channel_layer
from redis.exceptions import ConnectionError as NotReached

from academy.consumers.closing import COME_AGAIN
from academy.consumers.rooms import Room, room_of


class Page:
    """What a room asks of an open page."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.closed: int | None = None

    def hear(self, frame: str) -> None:
        self.heard.append(frame)

    def hang_up(self, code: int) -> None:
        self.closed = code


async def said(group: str, *frames: str) -> None:
    """These frames were sent to the group, and whoever listens has had time to hear them."""
    for frame in frames:
        await get_channel_layer().group_send(group, {"type": "something.new", "text": frame})
    await asyncio.sleep(0.2)


async def empty(room: Room, *pages: Page) -> None:
    for page in pages:
        room.leave(page)
    await asyncio.sleep(0.1)


async def test_everybody_in_the_room_is_told_in_order_and_nobody_else() -> None:
    room, other = room_of("board.one"), room_of("board.two")
    pages, elsewhere = [Page(), Page(), Page()], Page()
    await asyncio.gather(*(room.join(page) for page in pages), other.join(elsewhere))
    await said("board.one", "first", "second", "third")
    assert [page.heard for page in pages] == [["first", "second", "third"]] * 3
    assert elsewhere.heard == []
    await empty(room, *pages)
    await empty(other, elsewhere)


async def test_who_has_left_is_told_nothing_and_who_comes_to_an_empty_room_is_told_again() -> None:
    room, page, later = room_of("board.one"), Page(), Page()
    await room.join(page)
    await empty(room, page)
    await said("board.one", "to nobody")
    assert room.listening is None
    assert room_of("board.other") is not room
    again = room_of("board.one")
    await again.join(later)
    await said("board.one", "to the one who came")
    assert (page.heard, later.heard) == ([], ["to the one who came"])
    await empty(again, later)


async def test_a_message_without_a_frame_is_none_and_ends_nothing() -> None:
    room, page = room_of("board.one"), Page()
    await room.join(page)
    await get_channel_layer().group_send("board.one", {"type": "of.an.older.version", "number": 7})
    await said("board.one", "after it")
    assert page.heard == ["after it"]
    await empty(room, page)


@pytest.mark.parametrize("problem", [NotReached, RuntimeError])
async def test_when_redis_goes_all_are_asked_to_come_again_and_who_comes_is_heard(
    monkeypatch: pytest.MonkeyPatch, problem: type[Exception]
) -> None:
    """So they are when something ends that nobody has thought of."""
    room, pages, later = room_of("board.one"), [Page(), Page()], Page()
    gone = asyncio.Event()

    async def receive(_layer: Any, _channel: str) -> None:
        await gone.wait()
        raise problem

    with monkeypatch.context() as broken:
        broken.setattr(type(get_channel_layer()), "receive", receive)
        for page in pages:
            await room.join(page)
        gone.set()
        await asyncio.sleep(0.05)
        assert [page.closed for page in pages] == [COME_AGAIN] * 2
    await room.join(later)
    await empty(room, *pages)
    await said("board.one", "all is well")
    assert (later.heard, later.closed) == (["all is well"], None)
    await empty(room, later)


async def test_where_redis_gives_no_place_each_who_came_hears_of_it_and_nobody_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room, pages = room_of("board.one"), [Page(), Page()]

    async def group_add(_layer: Any, _group: str, _channel: str) -> None:
        await asyncio.sleep(0.01)
        raise NotReached

    monkeypatch.setattr(type(get_channel_layer()), "group_add", group_add)
    answers = await asyncio.gather(*(room.join(page) for page in pages), return_exceptions=True)
    assert [type(answer) for answer in answers] == [NotReached] * 2
    assert room.sockets == set()


async def test_who_gives_up_while_a_place_is_taken_leaves_the_others_theirs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room, hasty, patient = room_of("board.one"), Page(), Page()
    layer = get_channel_layer()
    take = type(layer).group_add

    async def group_add(_layer: Any, group: str, channel: str) -> None:
        await asyncio.sleep(0.05)
        await take(layer, group, channel)

    monkeypatch.setattr(type(layer), "group_add", group_add)
    coming = asyncio.create_task(room.join(hasty))
    await asyncio.sleep(0)
    staying = asyncio.create_task(room.join(patient))
    await asyncio.sleep(0)
    coming.cancel()
    await staying
    await said("board.one", "news")
    assert (hasty.heard, patient.heard) == ([], ["news"])
    await empty(room, patient)
