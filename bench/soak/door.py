"""The line between a venue and the academy, which can be cut: a small TCP proxy in this process.

While it is cut, nothing passes: what is sent waits, and who knocks is not answered, as on a network that is gone. When
it is mended, what was open then is broken off, so that answers on their way are lost; that is the harder case.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress

CHUNK = 65_536
Choice = Callable[[bytes], Sequence[int]]


def always(port: int) -> Choice:
    """Everything goes to one port: to a proxy that tells pages from sockets by itself."""
    return lambda _line: (port,)


class Door:
    """One venue's way in. Without a proxy behind it, it chooses by the first line, and goes on to a port that is open.

    Args:
        choose: the ports for a connection that begins with this line; asked without a line if `reads` is not set.
        reads: whether the first line can be read, which TLS hides.
        venue: the venue's number; each has an address of its own on the loopback.
    """

    def __init__(self, choose: Choice, *, reads: bool, venue: int = 0) -> None:
        self.choose, self.reads, self.venue = choose, reads, venue
        self.port = 0
        self.passing = asyncio.Event()
        self.passing.set()
        self.inside: set[asyncio.Task[None]] = set()
        self.server: asyncio.Server | None = None

    async def open(self) -> None:
        """Begin to listen, on a port that is free."""
        self.server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=2_048)
        self.port = self.server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, and break off what is open."""
        if self.server:
            self.server.close()
        await self._break_off()

    def cut(self) -> None:
        """Let nothing pass from now on."""
        self.passing.clear()

    async def mend(self) -> None:
        """Let pass what comes from now on; what was open is broken off."""
        await self._break_off()
        self.passing.set()

    async def _break_off(self) -> None:
        tasks = list(self.inside)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._hand_on(reader, writer))
        self.inside.add(task)
        try:
            await task
        except asyncio.CancelledError:
            task.cancel()
        finally:
            self.inside.discard(task)

    async def _hand_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner: asyncio.StreamWriter | None = None
        try:
            line = await reader.readline() if self.reads else b""
            await self.passing.wait()
            inner_reader, inner = await self._reach(line)
            inner.write(line)
            await asyncio.gather(self._pump(reader, inner), self._pump(inner_reader, writer))
        except (OSError, ValueError):
            pass
        finally:
            for end in (writer, inner):
                if end:
                    with suppress(OSError, RuntimeError):
                        end.transport.abort()

    async def _reach(self, line: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        problem: OSError = ConnectionRefusedError("there is no process")
        for port in self.choose(line):
            try:
                source = (f"127.0.0.{1 + self.venue}", 0)
                return await asyncio.open_connection("127.0.0.1", port, local_addr=source)
            except OSError as refused:
                problem = refused
        raise problem

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hand on what comes until it ends; then the other side hears that it ended."""
        while data := await reader.read(CHUNK):
            await self.passing.wait()
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            with suppress(OSError):
                writer.write_eof()
        else:
            writer.close()
