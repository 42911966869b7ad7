"""What goes wrong: processes, Redis and PostgreSQL are killed, everything is restarted, the network is cut."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.soak.door import Door
from bench.soak.notes import Notes
from tests.mortals import Mortal, Town
from tests.production import UNITS, Shape
from tests.serving import wait_until_ready

ROLL = "rolling restart"
AWAY_SECONDS = 3.0
# Seconds in which a process that starts amid the crowd is ready: its threads are taken as soon as it listens.
READY_SECONDS = 240
CUT = "network cut"
# In this order, spread over the day. The last of them happens in the middle of the vote.
PLAN = ("web", "roll", "live", "redis", "postgres", "worker", "cut", "vote")


@dataclass
class Faults:
    """Makes each of them happen, and announces it."""

    shape: Shape
    town: Town
    doors: list[Door]
    notes: Notes
    cut_seconds: float

    async def happen(self, name: str) -> None:
        """Let one of `PLAN` happen; it is over, and everything runs again, when this returns."""
        ways: dict[str, Callable[[], Awaitable[None]]] = {
            "web": lambda: self._kill("web-1"),
            "roll": self._roll,
            "live": lambda: self._kill("live-1"),
            "redis": lambda: self._restart(self.town.redis),
            "postgres": lambda: self._restart(self.town.postgres),
            "worker": lambda: self._kill("worker", "beat"),
            "cut": self._cut,
            "vote": lambda: self._kill("web-2", "live-2"),
        }
        await ways[name]()

    async def _kill(self, *names: str) -> None:
        """Kill processes with their children, and start them again after a moment."""
        with self.notes.fault(f"kill -9 {' and '.join(names)}") as fault:
            for name in names:
                await asyncio.to_thread(_kill_group, self.shape, name)
            await asyncio.sleep(AWAY_SECONDS)
            for name in names:
                await self._start(name)
            fault.restores = self.notes.now()

    async def _start(self, name: str) -> None:
        self.shape.start(name)
        if port := UNITS[name][1]:
            address = f"http://127.0.0.1:{self.shape.ports[port]}"
            try:
                await asyncio.to_thread(wait_until_ready, address, READY_SECONDS)
            except TimeoutError as error:
                said = self.shape.said(name)[-2000:]
                raise TimeoutError(f"{name}: {error} It said:\n{said}") from error

    async def _roll(self) -> None:
        """Restart every process of the academy, one after the other, as docs/upgrade.md says. Nobody may notice."""
        with self.notes.fault(ROLL, quiet=True) as fault:
            fault.restores = fault.begins
            for name in UNITS:
                took = await asyncio.to_thread(self.shape.stop, name)
                if took > (60 if name.startswith("web") else 30):
                    self.notes.wonder(f"{name} took {took:.0f} s to stop")
                await self._start(name)
                await asyncio.sleep(1)
            if proxy := self.shape.processes.get("nginx"):
                os.kill(proxy.pid, signal.SIGHUP)
                await asyncio.sleep(2)

    async def _restart(self, server: Mortal | None) -> None:
        if server is None:
            return
        with self.notes.fault(f"kill -9 {server.name}") as fault:
            await asyncio.to_thread(server.kill)
            await asyncio.sleep(AWAY_SECONDS)
            await asyncio.to_thread(server.start)
            fault.restores = self.notes.now()

    async def _cut(self) -> None:
        """Cut the line between the venues and the academy."""
        with self.notes.fault(CUT) as fault:
            for door in self.doors:
                door.cut()
            await asyncio.sleep(self.cut_seconds)
            for door in self.doors:
                await door.mend()
            fault.restores = self.notes.now()


def _kill_group(shape: Shape, name: str) -> None:
    process = shape.processes[name]
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


async def go_wrong(faults: Faults, names: list[str], seconds: float) -> None:
    """Let these happen one after the other with quiet times between them, at least for so many seconds."""
    pause = max(2.0, (seconds - expected_seconds(names, faults.cut_seconds)) / (len(names) + 1))
    for name in names:
        await asyncio.sleep(pause)
        await faults.happen(name)
    await asyncio.sleep(pause)


def expected_seconds(names: list[str], cut_seconds: float) -> float:
    """About how long these take."""
    return sum({"cut": cut_seconds, "roll": 45.0}.get(name, 8.0) for name in names)
