"""Registrations: how many a second beside a bare view of the same server (a part of `make bench`).

Keeps its figures in `var/bench-registration.json`; ends with 1 if an answer was not a place or a number in the row.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench.keeping import keep
from bench.load import CONNECTIONS, measure
from tests.rushing import Answered, processes, rush
from tests.servers import throwaway_servers

ROOT = Path(__file__).resolve().parent.parent
HELLO = "/bench-hello/"
PEOPLE, PLACES = 200, 30
ROUNDS = 3


@contextmanager
def served(*, sqlite: bool) -> Iterator[tuple[int, Mapping[str, str]]]:
    """An empty academy in four processes, on SQLite in one; (port, environment)."""
    with throwaway_servers(sqlite=sqlite) as servers:
        environment = {
            **os.environ,
            **servers,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "EMAIL_URL": "dummymail://",
            "LOG_LEVEL": "CRITICAL",
        }
        command = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        with processes(environment) as port:
            yield port, environment


def asked(environment: Mapping[str, str], *words: str) -> Any:
    """What `tests.rushing` answers on the served database."""
    command = [sys.executable, "-m", "tests.rushing", *words]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def figures(seconds: float) -> dict[str, float]:
    """Registrations a second over some connections and their p95, and both as ratios to a bare view's."""
    with served(sqlite=False) as (port, environment):
        measure(port, HELLO, 0.5)
        rates, slow, bare_rates, bare_slow, refused = [], [], [], [], 0
        for number in range(ROUNDS):
            slug = f"round{number}"
            cookies = asked(environment, "prepare", slug, str(PEOPLE), str(PLACES))
            bare = measure(port, HELLO, seconds)
            answered = rush(port, slug, cookies, connections=CONNECTIONS)
            # Each connection asks again as soon as it was answered, so the times add up to the whole.
            rates.append(len(answered) * CONNECTIONS / sum(answer.seconds for answer in answered))
            slow.append(p95_ms(answered))
            refused += sum(answer.status != 302 for answer in answered)
            bare_rates.append(bare.per_second)
            bare_slow.append(bare.p95_ms)
    middle = statistics.median
    return {
        "per_second": middle(rates),
        "of_hello": middle(rates) / middle(bare_rates),
        "p95_ms": middle(slow),
        "p95_of_hello": middle(slow) / middle(bare_slow),
        "refused": refused,
    }


def p95_ms(answered: list[Answered]) -> float:
    """In how many milliseconds 95 of 100 were answered."""
    return 1000 * sorted(answer.seconds for answer in answered)[int(len(answered) * 0.95)]


def print_figures(found: Mapping[str, float]) -> None:
    """One line: registrations a second and p95, each with its ratio to the bare view's."""
    print(
        f"registering, {CONNECTIONS} at a time: {found['per_second']:.0f} a second ({found['of_hello']:.3f} of the "
        f"bare view), p95 {found['p95_ms']:.0f} ms ({found['p95_of_hello']:.1f} times the bare view's), "
        f"{found['refused']:.0f} refused"
    )


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.registration")
    options.add_argument("--seconds", type=float, default=2.0, help="how long a round of the bare view lasts")
    found = figures(options.parse_args().seconds)
    print_figures(found)
    keep("registration", found)
    return int(found["refused"] > 0)


if __name__ == "__main__":
    sys.exit(main())
