"""Faults in turn while a group writes: what is lost, what is doubled, and how long until the board answers again.

    python -m bench.faults [--seconds 30] [--redis-away 60]

The web process, Redis and PostgreSQL are killed one after the other, and started again; then Redis stays away for a
minute, in which reading and saving must go on. The short form, with a browser
whose tab is killed too and with the control that acknowledges too early, is tests/journeys/test_faults.py.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from itertools import cycle
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

from bench.keeping import keep
from tests.boardwriters import Writer
from tests.mortals import Town, town

UVICORN = ["-m", "uvicorn", "academy.asgi:application", "--port", "{port}", "--log-level", "error"]
QUIET = 3.0
HEAL_SECONDS = 10


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m bench.faults")
    options.add_argument(
        "--seconds", type=float, default=30, help="how long servers are killed (default: 30)"
    )
    options.add_argument(
        "--redis-away", type=float, default=60, help="how long Redis stays away (default: 60)"
    )
    asked = options.parse_args(words)
    told: dict[str, Any] = {}

    def fill(made: Town) -> None:
        made.run("manage.py", "migrate", "-v0")
        made.run("manage.py", "load_edition", "2022")
        told.update(json.loads(made.run("-m", "tests.boardsetting", "6")))

    with town(UVICORN, setting=fill) as made:
        writers = [Writer(made.address, told, c, 0.5, f"writer {n}") for n, c in enumerate(told["cookies"])]
        for writer in writers:
            writer.start()
        healed = kill_in_turn(made, told, asked.seconds)
        away = without_redis(made, told, writers, asked.redis_away)
        for writer in writers:
            writer.over.set()
            writer.join()
        rows = Counter(text for (text,) in made.ask("SELECT text FROM workshops_finding"))
    acknowledged = [text for writer in writers for text in writer.acknowledged.values()]
    figures = {
        "acknowledged": len(acknowledged),
        "lost": sum(not rows[text] for text in acknowledged),
        "doubled": sum(count > 1 for count in rows.values()),
        "kills": {name: len(times) for name, times in healed.items()},
        "slowest seconds until right": {name: max(times) for name, times in healed.items()},
        "without Redis": away,
    }
    print(json.dumps(figures, indent=2))
    keep("faults", figures)
    slow = max((max(times) for times in healed.values()), default=0) > HEAL_SECONDS
    stopped = away["not read"] or away["seconds without a save"] > HEAL_SECONDS
    return int(bool(figures["lost"] or figures["doubled"] or slow or stopped))


def kill_in_turn(made: Town, told: dict[str, Any], seconds: float) -> dict[str, list[float]]:
    """Kill and start servers for so long; {server: the seconds until the board answered as the database has it}."""
    healed: defaultdict[str, list[float]] = defaultdict(list)
    until = time.monotonic() + seconds
    for server in cycle((made.web[0], made.redis, made.postgres)):
        if time.monotonic() > until:
            break
        assert server is not None
        time.sleep(QUIET)
        server.kill()
        time.sleep(QUIET)
        server.start()
        begun = time.monotonic()
        while head_of(made, told) < written(made) and time.monotonic() < begun + 6 * HEAL_SECONDS:
            time.sleep(0.1)
        healed[server.name].append(round(time.monotonic() - begun, 2))
    return dict(healed)


def without_redis(made: Town, told: dict[str, Any], writers: list[Writer], seconds: float) -> dict[str, Any]:
    """Keep Redis away for so long: how often the board was read and was not, how much was saved, the longest pause."""
    assert made.redis is not None
    made.redis.kill()
    begun = saved_at = time.monotonic()
    first = last = saved(writers)
    read, refused, pause = 0, 0, 0.0
    while time.monotonic() < begun + seconds:
        if head_of(made, told) < 0:
            refused += 1
        else:
            read += 1
        pause = max(pause, time.monotonic() - saved_at)
        if saved(writers) > last:
            last, saved_at = saved(writers), time.monotonic()
        time.sleep(0.5)
    made.redis.start()
    return {
        "seconds": seconds,
        "read": read,
        "not read": refused,
        "saved": last - first,
        "seconds without a save": round(pause, 2),
    }


def saved(writers: list[Writer]) -> int:
    """How many findings were acknowledged until now."""
    return sum(len(writer.acknowledged) for writer in writers)


def written(made: Town) -> int:
    """The last line of the ledger, as the database has it."""
    ((head,),) = made.ask("SELECT max(head) FROM workshops_group")
    return int(head)


def head_of(made: Town, told: dict[str, Any]) -> int:
    """The last line of the ledger, as a page is told; -1 if it is told nothing."""
    headers = {"Accept": "application/json", "Cookie": told["cookies"][0]}
    try:
        with urlopen(
            Request(f"{made.address}{told['board']}events/?after=0", headers=headers), timeout=5
        ) as answer:
            return int(json.load(answer)["head"]) + 1
    except (URLError, OSError, ValueError):
        return -1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
