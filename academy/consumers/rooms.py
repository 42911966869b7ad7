"""What many open pages of a process listen to is heard once, and told to each of them.

A place in a channel group for each page would be a task that wakes for each page and message: with two hundred pages on
a board and five findings a second, a thousand of them a second, which cost more than the sending.
"""

import asyncio
import logging
from contextlib import suppress
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

from channels.layers import get_channel_layer

from academy.consumers.closing import AWAY, COME_AGAIN

logger = logging.getLogger(__name__)


class Room:
    """The open pages of this process that listen to one channel group. It listens while somebody is in it."""

    def __init__(self, group: str) -> None:
        self.group = group
        self.sockets: set[Any] = set()
        self.listening: asyncio.Task[None] | None = None
        self.has_place: asyncio.Future[None] | None = None

    async def join(self, socket: Any) -> None:
        """Come in; what is told from now on is told to this socket as well.

        Raises:
            RedisError, OSError: Redis gives the room no place in the channel group.
        """
        self.sockets.add(socket)
        if self.listening is None or self.has_place is None:
            self.has_place = asyncio.get_running_loop().create_future()
            self.listening = asyncio.create_task(self._listen(self.has_place))
            self.listening.add_done_callback(partial(self._ended, self.has_place))
        is_in = False
        try:
            await asyncio.shield(self.has_place)
            is_in = True
        finally:
            if not is_in:
                self.leave(socket)

    def leave(self, socket: Any) -> None:
        """Go out; who was the last leaves the channel group."""
        self.sockets.discard(socket)
        if not self.sockets and self.listening:
            self.listening.cancel()
            self.listening = None

    def tell(self, event: dict[str, Any]) -> None:
        """Give everybody the frame of a message; one without a frame, of another version of this program, is none."""
        if frame := event.get("text"):
            for socket in tuple(self.sockets):
                socket.hear(frame)

    async def _listen(self, has_place: asyncio.Future[None]) -> None:
        """Hear the channel group until this is cancelled, or Redis goes."""
        layer = get_channel_layer()
        channel = await layer.new_channel()
        try:
            await layer.group_add(self.group, channel)
            has_place.set_result(None)
            while True:
                self.tell(await layer.receive(channel))
        except AWAY as problem:
            self._send_away(has_place, problem)
        finally:
            with suppress(*AWAY):  # Redis forgets those who are gone by itself
                await layer.group_discard(self.group, channel)

    def _ended(self, has_place: asyncio.Future[None], listening: asyncio.Task[None]) -> None:
        """Nobody waits for news that do not come, whatever it is that ended."""
        if not listening.cancelled() and (problem := listening.exception()):
            logger.error("a room stopped listening", exc_info=problem)
            self._send_away(has_place, problem)

    def _send_away(self, has_place: asyncio.Future[None], problem: BaseException) -> None:
        """Who is here is asked to come again; who is just coming hears why not. The next one begins anew."""
        self.listening = None
        if not has_place.done():
            has_place.set_exception(problem)
            has_place.exception()  # that nobody waits for it any more is no matter
        for socket in tuple(self.sockets):
            socket.hang_up(COME_AGAIN)


_rooms: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Room]] = WeakKeyDictionary()


def room_of(group: str) -> Room:
    """The room of a channel group in this process, and in a test of its own."""
    rooms = _rooms.setdefault(asyncio.get_running_loop(), {})
    empty = [name for name, room in rooms.items() if not room.sockets and name != group]
    for name in empty:
        del rooms[name]
    return rooms.setdefault(group, Room(group))
