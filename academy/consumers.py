"""What every live page's socket does: ask who is there, and close when that person may no longer be."""

import asyncio
import contextlib
import logging
from importlib import import_module
from typing import Any

from channels.auth import get_user
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError

CHECK_SECONDS = 4
FRAME_LIMIT = 1024
FRAMES, FRAME_SECONDS = 30, 10
NOT_ALLOWED, TOO_MUCH, COME_AGAIN = 4403, 4408, 1012

logger = logging.getLogger(__name__)


class WatchedConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels ships no types
    """A socket that only tells. Subclasses say who may listen, to which channel group, and what a newcomer is told.

    It closes within five seconds of a logout or a lost permission, at a frame over 1 KiB, and at more than 30 frames
    in ten seconds.
    """

    FRAMES, FRAME_SECONDS = FRAMES, FRAME_SECONDS
    watch: asyncio.Task[None] | None = None
    channel: str | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: list[float] = []

    def may_listen(self, user: Any) -> bool:
        """Whether this person may hear what is told here; asked again every `CHECK_SECONDS`."""
        raise PermissionError

    def channel_group(self) -> str:
        """The channel group that this socket listens to."""
        raise LookupError

    def greeting(self) -> dict[str, Any]:
        """What somebody who has just connected is told, and whoever asks."""
        return {}

    async def connect(self) -> None:
        if not await self.still_allowed():
            await self.close(code=NOT_ALLOWED)
            return
        self.channel = self.channel_group()
        await self.channel_layer.group_add(self.channel, self.channel_name)
        await self.accept()
        await self.send_json(await database_sync_to_async(self.greeting)())
        self.watch = asyncio.create_task(self.keep_checking())

    async def disconnect(self, code: int) -> None:
        if self.watch:
            self.watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.watch
        if self.channel:
            await self.channel_layer.group_discard(self.channel, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """A page has nothing to say here but "what did I miss"."""
        if bytes_data is not None or len((text_data or "").encode()) > FRAME_LIMIT or self.asks_too_often():
            await self.close(code=TOO_MUCH)
            return
        await self.send_json(await database_sync_to_async(self.greeting)())

    def asks_too_often(self) -> bool:
        """Whether more than `FRAMES` frames came within the last `FRAME_SECONDS`."""
        present = asyncio.get_running_loop().time()
        self.asked = [moment for moment in self.asked if moment > present - self.FRAME_SECONDS] + [present]
        return len(self.asked) > self.FRAMES

    async def keep_checking(self) -> None:
        """Ask again and again; when asking fails, close too, so that the page comes back and is asked anew."""
        code = COME_AGAIN
        try:
            while await self.still_allowed():  # noqa: ASYNC110  # no event tells that a role has ended
                await asyncio.sleep(CHECK_SECONDS)
            code = NOT_ALLOWED
        except DatabaseError:
            logger.warning("a socket was closed: the database did not say who may listen")
        await self.close(code=code)

    async def still_allowed(self) -> bool:
        """Ask with the session as it is stored now: the one of the handshake does not learn of a logout."""
        store = import_module(settings.SESSION_ENGINE).SessionStore(self.scope["session"].session_key)
        user = await get_user({"session": store})
        return bool(await database_sync_to_async(self.may_listen)(user))
