"""`make soak`: an academy's day compressed, with everything going wrong on the way, and nothing acknowledged lost.

    make soak                                            300 people, 8 minutes, all faults
    make soak ARGS="--people 1000 --minutes 20"          more of them, where the machine carries it
    make soak ARGS="--faults roll cut --cut 10"          some of the faults, a shorter network cut
    make soak ARGS="--growth"                            how cost grows with people and findings as well
    make soak ARGS="--only-growth"                       that alone

The production shape runs on this machine's loopback with a PostgreSQL and a Redis of its own: nginx with the files of
deploy/, gunicorn and uvicorn twice each, worker and beat. Writes var/soak.html and var/soak.json; ends with 1 if
something acknowledged is not in the database, an answer of 5xx came that no announced fault explains (of the rolling
restart: any), or lines were back later than after five seconds (p95).
"""

import argparse
import asyncio
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.keeping import ROOT
from bench.soak.day import Day, Plan
from bench.soak.faults import PLAN
from bench.soak.figures import RECONNECT_SECONDS, complaints, figures_of
from bench.soak.growth import grow
from bench.soak.ledger import compare
from bench.soak.report import growth_parts, page, soak_report
from bench.soak.stored import stored
from tests.mortals import Town, town
from tests.production import production_shape


def main(words: list[str]) -> int:
    """Live through a day, write its report; 0 if everything went as it must."""
    asked = _asked(words)
    # Whoever ends this ends the servers with it.
    signal.signal(signal.SIGTERM, lambda *_facts: sys.exit(143))
    growth = grow() if asked.growth or asked.only_growth else None
    if asked.only_growth:
        _write(asked.into, "growth", {"growth": growth}, page("How cost grows", growth_parts(growth)))
        return 0
    plan = Plan(
        asked.people,
        asked.writers,
        asked.minutes,
        asked.cut,
        asked.thinking,
        tuple(asked.faults),
        asked.back_within,
    )
    figures = soak(plan) | ({"growth": growth} if growth else {})
    _write(asked.into, "soak", figures, soak_report(figures))
    for complaint in figures["complaints"]:
        say(f"NOT AS IT MUST BE: {complaint}")
    say("Everything went as it must." if not figures["complaints"] else "The soak failed.")
    return int(bool(figures["complaints"]))


def _asked(words: list[str]) -> argparse.Namespace:
    options = argparse.ArgumentParser(
        prog="make soak", description=(__doc__ or "").splitlines()[0], allow_abbrev=False
    )
    options.add_argument("--people", type=int, default=300)
    options.add_argument("--writers", type=int, default=12, help="who write the document together")
    options.add_argument("--minutes", type=float, default=8.0, help="how long the day lasts at least")
    options.add_argument("--cut", type=float, default=60.0, help="how many seconds the network is cut")
    options.add_argument(
        "--thinking", type=float, default=20.0, help="seconds between two things that somebody does"
    )
    options.add_argument(
        "--faults", nargs="*", choices=PLAN, default=list(PLAN), metavar="FAULT", help=", ".join(PLAN)
    )
    options.add_argument(
        "--back-within",
        type=float,
        default=RECONNECT_SECONDS,
        help="seconds in which 95 of 100 lines are back after a fault",
    )
    options.add_argument("--growth", action="store_true", help="measure how cost grows, too")
    options.add_argument("--only-growth", action="store_true", help="measure that and nothing else")
    options.add_argument("--into", type=Path, default=ROOT / "var", help="the folder of the report")
    return options.parse_args(words)


def soak(plan: Plan) -> dict[str, Any]:
    """One day on an academy of its own; its figures."""
    told: dict[str, Any] = {}

    def fill(made: Town) -> None:
        made.run("manage.py", "migrate", "-v0")
        made.run("manage.py", "load_edition", "2022")
        prepare = ("-m", "bench.soak.setting", "prepare", str(plan.people), str(plan.writers))
        told.update(json.loads(made.run(*prepare)))

    with town(setting=fill) as made, tempfile.TemporaryDirectory(prefix="academy-soak-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        with production_shape(made.environment, folder, now="") as shape:
            say(f"the production shape runs{'' if shape.has_proxy else ', WITHOUT nginx, which is not here'}")
            day = Day(plan, shape, made, told)
            asyncio.run(_watched(day))
            figures = _counted(day, made)
            _keep_logs(folder, made)
    return figures


async def _watched(day: Day) -> None:
    """Live through the day, and say now and then where it is."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(15)
            phase = list(day.notes.phases)[-1]
            told = sum(len(rows) for rows in day.ledger.acknowledged.values())
            up = sum(bool(person.line and person.line.is_up.is_set()) for person in day.people)
            say(f"{day.notes.now():5.0f} s, {phase}: {told} acknowledged, {up} boards live")

    telling = asyncio.create_task(tell())
    try:
        await day.go_by()
    finally:
        telling.cancel()


def _counted(day: Day, made: Town) -> dict[str, Any]:
    accounts = compare(day.ledger, stored(made, day.told))
    command = [sys.executable, "manage.py", "verify"]
    done = subprocess.run(
        command, cwd=ROOT, env=made.environment, capture_output=True, text=True, check=False
    )
    found = complaints(
        day.notes,
        accounts,
        verified=done.returncode == 0,
        unequal_screens=day.unequal_screens,
        different_texts=day.different_texts,
        back_within=day.plan.back_within,
    )
    if outside := sum(not person.is_in for person in day.people):
        found.append(f"{outside} people could not log in")
    return {
        "people": day.plan.people,
        "writers": day.plan.writers,
        "minutes": day.plan.minutes,
        "machine": machine(),
        "at": datetime.now(UTC).strftime("%d %B %Y, %H:%M UTC"),
        "shape": ("nginx, " if day.shape.has_proxy else "NO proxy, ")
        + "2 gunicorn, 2 uvicorn, worker and beat, PostgreSQL and Redis, all on it, and the people too",
        "complaints": found,
        "verify": (done.stdout + done.stderr).strip()[-2000:],
        **figures_of(day.notes, accounts),
    }


def machine() -> str:
    """What this was measured on."""
    names = [
        line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")
    ]
    memory = next(
        (int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0
    )
    return (
        f"{os.cpu_count()} cores ({names[0] if names else platform.machine()}), {memory / 1_048_576:.0f} GB, "
        f"{platform.system()}, Python {platform.python_version()}"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def _keep_logs(folder: Path, made: Town) -> None:
    """What the processes said stays, for whoever looks for a reason."""
    target = ROOT / "var" / "soak-logs"
    target.mkdir(parents=True, exist_ok=True)
    for log in folder.glob("*.log"):
        (target / log.name).write_bytes(log.read_bytes())


def _write(folder: Path, name: str, figures: dict[str, Any], report: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n")
    (folder / f"{name}.html").write_text(report)
    say(f"the report is {folder / name}.html, the figures {folder / name}.json")


def say(words: str) -> None:
    print(f"- {time.strftime('%H:%M:%S')} {words}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
