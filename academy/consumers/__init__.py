"""What every live page's socket does: ask who is there, and close when that person may no longer be."""

import asyncio
import contextlib
import logging
from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from typing import Any, Self

from channels.consumer import get_handler_name
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.db import Error
from redis.exceptions import RedisError

from academy.consumers.together import Question, doors_of
from academy.consumers.watching import CHECK_SECONDS, GONE, watch_of
from academy.counting import SOCKETS
from academy.logins import key_of, log
from academy.models import User
from academy.permissions import is_known

FRAME_LIMIT = 1024
FRAMES, FRAME_SECONDS = 20, 10
NOT_ALLOWED, TOO_MUCH, COME_AGAIN = 4403, 4408, 1012
# The database or Redis is away: whoever comes is asked to come again.
AWAY = (Error, RedisError, OSError)

logger = logging.getLogger(__name__)

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

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Like any consumer; when Redis ends while somebody listens, their page is asked to come again."""
        try:
            await super().__call__(scope, receive, send)
        except OSError:
            await self.disconnect(COME_AGAIN)  # the browser went while it was told something
        except (Error, RedisError) as problem:
            logger.warning("%s was closed: %s", type(self).__name__, type(problem).__name__)
            with contextlib.suppress(*GONE):
                await self.close(code=COME_AGAIN)
            await self.disconnect(COME_AGAIN)

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Like any consumer, but at once: before each message channels goes to a thread, to look after the database's
        connection. Here only `Together` and the watch ask the database, and they see to that themselves.
        """
        await getattr(self, get_handler_name(message))(message)

    @property
    def place(self) -> Any:
        """The key of what this page shows."""
        raise LookupError

    def may_listen(self, user: Any) -> bool:
        """Whether this person may hear what is told here."""
        return self in self.who_may_listen([(self, user)])

    @classmethod
    def who_may_listen(cls, lines: Iterable[tuple[Self, Any]]) -> set[Self]:
        """Those of many sockets whose person may listen; asked at the door, and again every `CHECK_SECONDS`."""
        raise PermissionError

    @classmethod
    def by_place(cls, lines: Iterable[tuple[Self, Any]]) -> dict[Any, list[tuple[Self, Any]]]:
        """The sockets with their people, by what their pages show: so that each is asked for once."""
        places: defaultdict[Any, list[tuple[Self, Any]]] = defaultdict(list)
        for socket, user in lines:
            places[socket.place].append((socket, user))
        return places

    def channel_group(self) -> str:
        """The channel group that this socket listens to."""
        raise LookupError

    @classmethod
    def answers(cls, place: Any, said: Collection[str]) -> dict[str, dict[str, Any]]:
        """{what was said: what whoever says so is told of this place}; who has just come has said ""."""
        return {words: {} for words in said}

    async def connect(self) -> None:
        greeting = await self.come_in()
        if greeting is not None:
            await self.send_json(greeting)
            self.watch = asyncio.create_task(self.keep_checking())

    async def come_in(self) -> dict[str, Any] | None:
        """Ask, together with all who come now, whether this person may listen; what newcomers are told, or None.

        What happens between that answer and the place in the channel group is told to nobody: so a page asks for what
        came after the last thing that it knows as soon as it was greeted.
        """
        try:
            greeting = await doors_of().newcomers.ask(self)
            if greeting is None:
                await self.turn_away()
                return None
            await self.listen()
        except AWAY as problem:
            logger.warning("%s was sent away for now: %s", type(self).__name__, type(problem).__name__)
            await self.close(code=COME_AGAIN)
            return None
        await self.accept()
        self.count()
        return greeting

    async def listen(self) -> None:
        """Take a place in the channel group."""
        self.channel = self.channel_group()
        async with doors_of().places:
            await self.channel_layer.group_add(self.channel, self.channel_name)

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
            with contextlib.suppress(RedisError, OSError):  # Redis forgets those who are gone by itself
                await self.channel_layer.group_discard(self.channel, self.channel_name)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        """Answer what was said, unless it is too long or comes too often."""
        said = text_data or ""
        if bytes_data is not None or len(said.encode()) > FRAME_LIMIT or self.asks_too_often():
            await self.close(code=TOO_MUCH)
            return
        try:
            told = await doors_of().questions.ask(Question(type(self), self.place, said)) or {}
        except AWAY:
            await self.close(code=COME_AGAIN)
            return
        await self.send_json(told)
        self.when_answered(told)

    def when_answered(self, told: dict[str, Any]) -> None:
        """Called after an open page was told this because it had asked."""

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
