"""The watch of a process: one round every few seconds for all its sockets, instead of one for each."""

import asyncio
import logging
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.db import Error

from academy.consumers.closing import COME_AGAIN, NOT_ALLOWED
from academy.consumers.together import allowed_of
from academy.safekeeping.refusals import Unfinished

CHECK_SECONDS = 3
# What the server says of a socket whose browser went a moment ago. It must not end the watch over all the others.
GONE = (OSError, RuntimeError)

logger = logging.getLogger(__name__)


class Watch:
    """Asks again and again who of those who listen may go on; whoever may not is cut off.

    When asking fails, everybody is cut off and comes back, and is asked anew then.
    """

    def __init__(self) -> None:
        self.sockets: set[Any] = set()
        self.rounds: asyncio.Task[None] | None = None

    def add(self, socket: Any) -> None:
        self.sockets.add(socket)
        if self.rounds is None or self.rounds.done():
            self.rounds = asyncio.create_task(self.go_round())

    def discard(self, socket: Any) -> None:
        self.sockets.discard(socket)
        if not self.sockets and self.rounds:
            self.rounds.cancel()
            self.rounds = None

    async def go_round(self) -> None:
        while self.sockets:
            await asyncio.sleep(CHECK_SECONDS)
            asked = list(self.sockets)
            try:
                allowed = await database_sync_to_async(allowed_of)(asked)
            except (Error, Unfinished):
                logger.warning("sockets were closed: the database did not say who may listen")
                await self._cut_off(asked, COME_AGAIN)
                continue
            await self._cut_off([socket for socket in asked if socket not in allowed], NOT_ALLOWED)
            for socket in asked:
                if socket in self.sockets:
                    with suppress(*GONE):
                        await socket.when_checked()

    async def _cut_off(self, sockets: list[Any], code: int) -> None:
        """Close these sockets; one that is gone already is no matter."""
        for socket in sockets:
            if socket in self.sockets:
                self.sockets.discard(socket)
                with suppress(*GONE):
                    await socket.close(code=code)


_watches: WeakKeyDictionary[asyncio.AbstractEventLoop, Watch] = WeakKeyDictionary()


def watch_of() -> Watch:
    """The watch of the event loop that runs now: one a process, and one for each test."""
    return _watches.setdefault(asyncio.get_running_loop(), Watch())
