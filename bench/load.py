"""A small load generator: some connections, kept alive, each asking again as soon as it was answered."""

import asyncio
import statistics
import time
from dataclasses import asdict, dataclass, field

CONNECTIONS = 16
# Between two connections that open. Opened all at once they fall to whichever worker wakes first, and half of the
# server idles for a round; like this, a worker that is busy takes the next one later than one that is not.
APART_SECONDS = 0.01


@dataclass(frozen=True)
class Round:
    """What one round measured: answers a second, milliseconds, and bytes of a body as sent."""

    per_second: float
    p50_ms: float
    p95_ms: float
    failed: int
    body_bytes: int


@dataclass
class _Counted:
    """What the connections of one round noted of the questions that began within it, in seconds and bytes."""

    since: float
    until: float
    times: list[float] = field(default_factory=list)
    largest: int = 0
    failed: int = 0

    def note(self, begun: float, length: int, *, well: bool) -> None:
        self.failed += not well
        self.largest = max(self.largest, length)
        if begun >= self.since:
            self.times.append(time.perf_counter() - begun)


async def _ask(port: int, request: bytes, wait: float, counted: _Counted) -> None:
    """Connect after so many seconds, and ask until the round is over and something of it was counted."""
    await asyncio.sleep(wait)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while (begun := time.perf_counter()) < counted.until or not counted.times:
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next(
            int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")
        )
        await reader.readexactly(length)
        counted.note(begun, length, well=" 200 " in head.split("\r\n", 1)[0])
    writer.close()
    await writer.wait_closed()


async def _round(port: int, path: str, seconds: float, cookie: str, connections: int) -> Round:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n"
    head += f"Cookie: {cookie}\r\n\r\n" if cookie else "\r\n"
    since = time.perf_counter() + connections * APART_SECONDS
    counted = _Counted(since, since + seconds)
    await asyncio.gather(
        *(_ask(port, head.encode(), number * APART_SECONDS, counted) for number in range(connections))
    )
    took = time.perf_counter() - since
    times = sorted(counted.times)
    return Round(
        per_second=len(times) / took,
        p50_ms=1000 * times[len(times) // 2],
        p95_ms=1000 * times[int(len(times) * 0.95)],
        failed=counted.failed,
        body_bytes=counted.largest,
    )


def measure(
    port: int, path: str, seconds: float, cookie: str = "", *, connections: int = CONNECTIONS
) -> Round:
    """Ask one address over some connections for some seconds, as a visitor or with a cookie."""
    return asyncio.run(_round(port, path, seconds, cookie, connections))


def median(rounds: list[Round]) -> Round:
    """The round in the middle of each figure; what failed is added up."""
    fields = {name: statistics.median(getattr(r, name) for r in rounds) for name in asdict(rounds[0])}
    return Round(**{**fields, "failed": sum(r.failed for r in rounds)})
