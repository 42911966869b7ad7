"""`python -m bench.writing`: twenty editors of one document on three processes, with PostgreSQL and Redis.

    python -m bench.writing [--editors 20] [--seconds 60] [--processes 3] [--pause 1]

Each types a word about once a second into clauses that the others type into as well. Afterwards, within five seconds,
every editor must have the same words, those that somebody has who comes new, and everything acknowledged must be there.
Prints a table, writes `var/bench-writing.json`, and ends with 1 if they differ or something was refused.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from typing import Any

from bench.editors import Editor, Times
from bench.keeping import keep
from tests.mortals import Town, town

UVICORN = ["-m", "uvicorn", "academy.asgi:application", "--port", "{port}", "--log-level", "error"]
QUIET_SECONDS = 5.0


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m bench.writing")
    options.add_argument("--editors", type=int, default=20)
    options.add_argument("--seconds", type=float, default=60, help="how long is typed (default: 60)")
    options.add_argument("--processes", type=int, default=3)
    options.add_argument("--pause", type=float, default=1.0, help="seconds between two words of one editor")
    asked = options.parse_args(words)
    told: dict[str, Any] = {}

    def fill(made: Town) -> None:
        made.run("manage.py", "migrate", "-v0")
        made.run("manage.py", "seed_demo", "--stage", "drafting")
        told.update(json.loads(made.run("-m", "tests.writingsetting", str(asked.editors))))

    with town(*[UVICORN] * asked.processes, setting=fill) as made:
        figures = asyncio.run(write_together(made, told, asked.editors, asked.seconds, asked.pause))
    print(json.dumps(figures, indent=2))
    keep("writing", figures)
    wrong = figures["different"] or figures["refused"] or figures["unsaved"]
    return int(bool(wrong or figures["seconds until equal"] > QUIET_SECONDS))


async def write_together(
    made: Town, told: dict[str, Any], count: int, seconds: float, pause: float
) -> dict[str, Any]:
    """Let everybody come in and type for so many seconds, and see when all have the same."""
    times, over = Times(), asyncio.Event()
    editors = [Editor(made.ports[n % len(made.ports)], told, n, times) for n in range(count)]
    running = [asyncio.create_task(editor.run(over)) for editor in editors]
    await asyncio.gather(*(editor.ready.wait() for editor in editors))
    await asyncio.gather(*(editor.type_for(seconds, pause) for editor in editors))
    until_equal = await _until_equal(editors)
    newcomer = Editor(made.ports[-1], told, 0, Times())
    running.append(asyncio.create_task(newcomer.run(over)))
    await newcomer.ready.wait()
    stored = newcomer.words()
    over.set()
    await asyncio.gather(*running, return_exceptions=True)
    return {
        "editors": count,
        "processes": len(made.ports),
        "seconds": seconds,
        "updates": len(times.sent),
        "refused": times.refused,
        "unsaved": sum(len(editor.waiting) for editor in editors),
        "different": sum(editor.words() != stored for editor in editors),
        "seconds until equal": round(until_equal, 2),
        "saved": _spread(times.saved),
        "seen by others": _spread(times.seen),
    }


async def _until_equal(editors: list[Editor]) -> float:
    """The seconds until everything is saved and all have the same words; three times the time allowed if never."""
    begun = time.monotonic()
    while time.monotonic() < begun + 3 * QUIET_SECONDS:
        first = editors[0].words()
        if not any(editor.waiting or editor.words() != first for editor in editors):
            break
        await asyncio.sleep(0.1)
    return time.monotonic() - begun


def _spread(seconds: list[float]) -> dict[str, float]:
    """Median, p95 and worst, in milliseconds."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    return {
        "p50 ms": round(1000 * statistics.median(ordered), 1),
        "p95 ms": round(1000 * ordered[int(len(ordered) * 0.95)], 1),
        "worst ms": round(1000 * ordered[-1], 1),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
