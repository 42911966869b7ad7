"""What an open page is sent: at once where the server takes it at once, and in order where its line is slow."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

# What may wait for a line that is slower than the others, in frames.
BACKLOG = 600


class Rest:
    """The rest of a coroutine that was begun by hand, for somebody who can wait for it."""

    def __init__(self, begun: Coroutine[Any, Any, None], first: Any) -> None:
        self.begun, self.first = begun, first

    def __await__(self) -> Generator[Any, Any, None]:
        try:
            yield self.first
            yield from self.begun.__await__()
        finally:
            self.begun.close()


class Outbox:
    """The frames for one line.

    A hub tells hundreds of lines the same, many times a second: a task that wakes for every frame of every line costs
    as much as the sending. So a frame is given to the server here and now; only a line whose server does not take it,
    because the network does not, gets a task that waits.
    """

    def __init__(
        self, send: Callable[[dict[str, Any]], Any], close: Callable[[int], Coroutine[Any, Any, None]]
    ) -> None:
        self.send, self.close = send, close
        self.waiting: deque[Coroutine[Any, Any, None]] = deque()
        self.sender: asyncio.Task[None] | None = None
        self.is_over = False

    @property
    def is_full(self) -> bool:
        return len(self.waiting) >= BACKLOG

    def put(self, frame: str) -> None:
        """Send a frame, now or after those that wait."""
        if self.is_over:
            return
        if self.sender:
            self.waiting.append(self._send(frame))
            return
        begun = self._send(frame)
        try:
            first = begun.send(None)
        except StopIteration:
            return
        except OSError:
            self.is_over = True  # the line is gone; the server says so on its own
            return
        self.sender = asyncio.create_task(self._go_on(Rest(begun, first)))

    def hang_up(self, code: int) -> None:
        """Forget what waits, and close the line."""
        if self.is_over:
            return
        self.is_over = True
        self._forget()
        closing = self.close(code)
        if self.sender:
            self.waiting.append(closing)
        else:
            self.sender = asyncio.create_task(self._go_on(closing))

    async def stop(self) -> None:
        """The line is gone."""
        self.is_over = True
        if self.sender:
            self.sender.cancel()
            await asyncio.gather(self.sender, return_exceptions=True)
        self._forget()

    def _forget(self) -> None:
        for one in self.waiting:
            one.close()
        self.waiting.clear()

    async def _send(self, frame: str) -> None:
        await self.send({"type": "websocket.send", "text": frame})

    async def _go_on(self, first: Any) -> None:
        try:
            await first
            while self.waiting:
                await self.waiting.popleft()
        except OSError:
            self.is_over = True  # gone, as above
        finally:
            self.sender = None
            self._forget()
