"""A small load generator: some connections, kept alive, each asking again as soon as it was answered."""

import asyncio
import statistics
import time
from dataclasses import asdict, dataclass

CONNECTIONS = 16


@dataclass(frozen=True)
class Round:
    """What one round measured: answers a second, milliseconds, and bytes of a body as sent."""

    per_second: float
    p50_ms: float
    p95_ms: float
    failed: int
    body_bytes: int


async def _ask(port: int, request: bytes, until: float, times: list[float], bodies: list[int]) -> int:
    """Ask until the time is over; returns how many answers were not 200."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    failed = 0
    while time.perf_counter() < until:
        begun = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = next(
            int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length:")
        )
        await reader.readexactly(length)
        times.append(time.perf_counter() - begun)
        bodies.append(length)
        failed += " 200 " not in head.split("\r\n", 1)[0]
    writer.close()
    await writer.wait_closed()
    return failed


async def _round(port: int, path: str, seconds: float, cookie: str, connections: int) -> Round:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nAccept-Encoding: gzip\r\n"
    head += f"Cookie: {cookie}\r\n\r\n" if cookie else "\r\n"
    times: list[float] = []
    bodies: list[int] = []
    begun = time.perf_counter()
    asking = (_ask(port, head.encode(), begun + seconds, times, bodies) for _ in range(connections))
    failed = sum(await asyncio.gather(*asking))
    took = time.perf_counter() - begun
    times.sort()
    return Round(
        per_second=len(times) / took,
        p50_ms=1000 * times[len(times) // 2],
        p95_ms=1000 * times[int(len(times) * 0.95)],
        failed=failed,
        body_bytes=max(bodies),
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
