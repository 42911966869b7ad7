"""How a live process stops: its open pages go to another process in turn, and each is served until it goes.

A server that closes all its sockets at one moment sends a whole venue through the door of the process beside it at one
moment. That costs seconds of its time, and everybody waits for the last one. In turn, each is back within a second.
"""

import asyncio
import random

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

# How many pages a second another process takes over without anybody noticing; beyond `LONGEST` they are not held back,
# so that a stop ends within the time that --timeout-graceful-shutdown leaves it.
A_SECOND = 25
LONGEST = 14.0


class GoingInTurn(WebSocketsSansIOProtocol):
    """A socket of uvicorn (`--ws academy.draining:GoingInTurn`) that is closed at a moment of its own when all must go.

    Which page goes when is left to chance: uvicorn asks all of them at the same moment.
    """

    def shutdown(self) -> None:
        longest = min(LONGEST, len(self.connections) / A_SECOND)
        asyncio.get_running_loop().call_later(random.uniform(0, longest), self._go)  # noqa: S311  # no secret

    def _go(self) -> None:
        if self in self.connections:
            super().shutdown()
