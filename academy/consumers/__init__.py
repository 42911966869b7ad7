"""What every live page's socket does: ask who is there, and close when that person may no longer be."""

import asyncio
import contextlib
import json
import logging
from collections import defaultdict, deque
from collections.abc import Collection, Iterable
from typing import Any, Self

from channels.consumer import get_handler_name
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncJsonWebsocketConsumer

from academy.consumers.closing import AWAY, COME_AGAIN, NOT_ALLOWED, TOO_MUCH
from academy.consumers.outbox import Outbox
from academy.consumers.rooms import Room, room_of
from academy.consumers.together import Question, doors_of
from academy.consumers.watching import CHECK_SECONDS, GONE, watch_of
from academy.counting import SOCKETS
from academy.logins import key_of, log
from academy.models import User
from academy.permissions import is_known

FRAME_LIMIT = 1024
FRAMES, FRAME_SECONDS = 20, 10

logger = logging.getLogger(__name__)

__all__ = ("CHECK_SECONDS", "COME_AGAIN", "FRAME_LIMIT", "NOT_ALLOWED", "TOO_MUCH", "WatchedConsumer")


class WatchedConsumer(AsyncJsonWebsocketConsumer):  # type: ignore[misc]  # channels ships no types
    """A socket that only tells. Subclasses say who may listen, to which channel group, and what a newcomer is told.

    It closes within five seconds of a logout or a lost permission, at a frame over 1 KiB, and at more than 20 frames
    in ten seconds.
    """

    FRAMES, FRAME_SECONDS = FRAMES, FRAME_SECONDS
    outbox: Outbox
    room: Room | None = None
    counted: Any = None
    person: User | None = None
    is_greeted = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: deque[float] = deque()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Like any consumer, but without a channel and a task for it: a room or a hub tells it what happens."""
        self.scope, self.base_send = scope, send
        # What the server itself gave to send with: a frame changes no session and sets no cookie.
        self.outbox = Outbox(scope.get("straight", send), self.close)
        try:
            with contextlib.suppress(StopConsumer):
                while True:
                    await self.dispatch(await receive())
        except AWAY as problem:  # the browser went while it was told something, or the database did
            logger.info("%s ended: %s", type(self).__name__, type(problem).__name__)
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
            self.say(greeting)
            self.is_greeted = True

    async def come_in(self) -> dict[str, Any] | None:
        """Ask, together with all who come now, whether this person may listen; what newcomers are told, or None.

        What happens between that answer and the greeting is told to nobody: so a page asks for what came after the last
        thing that it knows as soon as it was greeted.
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
        watch_of().add(self)
        self.count()
        return greeting

    async def listen(self) -> None:
        """Come into the room of this process where the channel group is heard."""
        self.room = room_of(self.channel_group())
        await self.room.join(self)

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
        watch_of().discard(self)
        if self.room:
            self.room.leave(self)
        await self.outbox.stop()

    def hear(self, frame: str) -> None:
        """Be told what happens; the greeting comes first."""
        if self.is_greeted:
            self.tell(frame)

    def say(self, told: dict[str, Any]) -> None:
        """Tell this page alone."""
        self.tell(json.dumps(told))

    def tell(self, frame: str) -> None:
        """Send a frame after those before it; a line that is too far behind is asked to come again."""
        if self.outbox.is_full:
            self.hang_up(COME_AGAIN)
        else:
            self.outbox.put(frame)

    def hang_up(self, code: int) -> None:
        self.outbox.hang_up(code)

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
        self.say(told)
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

    async def when_checked(self) -> None:
        """Called after each round of the watch that let this socket go on."""
