"""What every live page's socket does: ask who is there, and close when that person may no longer be."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable
from typing import Any, Self

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from academy.consumers.sessions import people_of
from academy.consumers.watching import CHECK_SECONDS, watch_of
from academy.counting import SOCKETS
from academy.logins import key_of, log
from academy.models import User
from academy.permissions import is_known

FRAME_LIMIT = 1024
FRAMES, FRAME_SECONDS = 20, 10
NOT_ALLOWED, TOO_MUCH, COME_AGAIN = 4403, 4408, 1012

__all__ = ("CHECK_SECONDS", "COME_AGAIN", "FRAME_LIMIT", "NOT_ALLOWED", "TOO_MUCH", "WatchedConsumer")


class WatchedConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels ships no types
    """A socket that only tells. Subclasses say who may listen, to which channel group, and what a newcomer is told.

    It closes within five seconds of a logout or a lost permission, at a frame over 1 KiB, and at more than 20 frames
    in ten seconds.
    """

    FRAMES, FRAME_SECONDS = FRAMES, FRAME_SECONDS
    watch: asyncio.Task[None] | None = None
    channel: str | None = None
    counted: Any = None
    person: User | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: deque[float] = deque()

    def may_listen(self, user: Any) -> bool:
        """Whether this person may hear what is told here; asked again every `CHECK_SECONDS`."""
        raise PermissionError

    @classmethod
    def who_may_listen(cls, lines: Iterable[tuple[Self, Any]]) -> set[Self]:
        """Those of many sockets whose person may go on listening; where one question answers for all, ask that."""
        return {socket for socket, user in lines if socket.may_listen(user)}

    def channel_group(self) -> str:
        """The channel group that this socket listens to."""
        raise LookupError

    def greeting(self) -> dict[str, Any]:
        """What somebody who has just connected is told, and whoever asks."""
        return {}

    def answer(self, said: str) -> dict[str, Any]:
        """What somebody is told who says something: a page has nothing to say here but "what did I miss"."""
        return self.greeting()

    async def connect(self) -> None:
        if not await self.still_allowed():
            await self.turn_away()
            return
        self.channel = self.channel_group()
        await self.channel_layer.group_add(self.channel, self.channel_name)
        await self.accept()
        self.count()
        await self.send_json(await database_sync_to_async(self.greeting)())
        self.watch = asyncio.create_task(self.keep_checking())

    def count(self) -> None:
        """Count this socket among those that are open, until it closes."""
        self.counted = SOCKETS.labels(page=type(self).__name__)
        self.counted.inc()

    async def turn_away(self) -> None:
        """Close to somebody who may not listen; the log hears of it if they are known."""
        if is_known(self.person):
            log.warning("Refused: account %s, socket %s", key_of(self.person), type(self).__name__)
        await self.close(code=NOT_ALLOWED)

    async def disconnect(self, code: int) -> None:
        if self.counted:
            self.counted.dec()
            self.counted = None
        if self.watch:
            self.watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.watch
        if self.channel:
            await self.channel_layer.group_discard(self.channel, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Answer what was said, unless it is too long or comes too often."""
        said = text_data or ""
        if bytes_data is not None or len(said.encode()) > FRAME_LIMIT or self.asks_too_often():
            await self.close(code=TOO_MUCH)
            return
        await self.send_json(await database_sync_to_async(self.answer)(said))

    def asks_too_often(self) -> bool:
        """Whether more than `FRAMES` frames came within the last `FRAME_SECONDS`."""
        present = asyncio.get_running_loop().time()
        self.asked.append(present)
        while self.asked[0] <= present - self.FRAME_SECONDS:
            self.asked.popleft()
        return len(self.asked) > self.FRAMES

    async def keep_checking(self) -> None:
        """Let the watch of this process ask again and again, until this is cancelled."""
        watch = watch_of()
        watch.add(self)
        try:
            await asyncio.Event().wait()
        finally:
            watch.discard(self)

    async def when_checked(self) -> None:
        """Called after each round of the watch that let this socket go on."""

    async def still_allowed(self) -> bool:
        """Ask with the session as it is stored now."""
        return bool(await database_sync_to_async(self._is_allowed)())

    def _is_allowed(self) -> bool:
        key = self.scope["session"].session_key
        self.person = people_of([key]).get(key)
        return self.person is not None and self.may_listen(self.person)
