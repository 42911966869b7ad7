"""How much memory each process of the academy has, with its children, while the day goes on."""

import asyncio
from pathlib import Path

from bench.soak.notes import Notes
from tests.mortals import Town
from tests.production import Shape

EVERY_SECONDS = 4.0
PROC = Path("/proc")
MEGABYTE = 1_048_576


async def watch_memory(shape: Shape, town: Town, notes: Notes, over: asyncio.Event) -> None:
    """Note it every few seconds until it is over; where the system does not say, nothing is noted."""
    while not over.is_set():
        found = await asyncio.to_thread(megabytes_of, _leaders(shape, town))
        for name, size in found.items():
            notes.memory.setdefault(name, []).append((notes.now(), size))
        try:
            await asyncio.wait_for(over.wait(), EVERY_SECONDS)
        except TimeoutError:
            continue


def _leaders(shape: Shape, town: Town) -> dict[str, int]:
    """{name: the process that began it}."""
    found = {name: process.pid for name, process in shape.processes.items() if process.poll() is None}
    for server in (town.postgres, town.redis):
        if server and server.process and server.process.poll() is None:
            found[server.name] = server.process.pid
    return found


def megabytes_of(leaders: dict[str, int]) -> dict[str, float]:
    """{name: megabytes of it and all its children}; what they share is counted once (proportional set size)."""
    children: dict[int, list[int]] = {}
    for folder in PROC.glob("[0-9]*"):
        if (parent := _parent_of(folder)) is not None:
            children.setdefault(parent, []).append(int(folder.name))
    sizes: dict[str, float] = {}
    for name, leader in leaders.items():
        family, size = [leader], 0
        while family:
            one = family.pop()
            family += children.get(one, [])
            size += _bytes_of(one)
        if size:
            sizes[name] = size / MEGABYTE
    return sizes


def _parent_of(folder: Path) -> int | None:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return None


def _bytes_of(process: int) -> int:
    """Its proportional set size; 0 if it is gone."""
    try:
        lines = (PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
