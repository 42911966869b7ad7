"""Positions: 300 delegates within a minute on two processes with PostgreSQL, and 50 positions that race the closing.

    python -m bench.adoption                       the figures (a part of `make bench`)
    python -m bench.adoption --within 60           the 300 over a whole minute; without it over 20 seconds
    python -m bench.adoption --races 50            50 positions against the closing, again and again
    python -m bench.adoption --races 50 --sqlite   the same on SQLite

Keeps its figures in `var/bench-adoption.json`; ends with 1 if a position was lost, doubled, or slower than it may be.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.keeping import keep
from tests import rushing
from tests.adopting import Sent, Stored, paced, race_the_closing, send_all
from tests.rushing import Answered, processes
from tests.servers import throwaway_servers

ROOT = Path(__file__).resolve().parent.parent
DELEGATES, RACING, TABS = 300, 50, 100
PROCESSES = 2
SLOWEST_MS = 1_000
# Those of `outcome.adoption.ballots`; this process knows no Django.
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


@contextmanager
def served(*, sqlite: bool) -> Iterator[tuple[int, Mapping[str, str]]]:
    """An empty academy in two processes, on SQLite in one; (port, environment)."""
    rushing.PROCESSES = PROCESSES
    with throwaway_servers(sqlite=sqlite) as servers:
        environment = {
            **os.environ,
            **servers,
            "DJANGO_SETTINGS_MODULE": "bench.settings",
            "EMAIL_URL": "dummymail://",
            "LOG_LEVEL": "CRITICAL",
            "SECOND_FACTOR": "0",
        }
        command = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        with processes(environment) as port:
            yield port, environment


def _asked(environment: Mapping[str, str], *words: str) -> Any:
    """What `tests.adopting` answers on the served database."""
    command = [sys.executable, "-m", "tests.adopting", *words]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def figures(within: float) -> dict[str, float]:
    """Delegates over some seconds, then all at once; how long the answers took, and whether all is stored."""
    found: dict[str, float] = {}
    with served(sqlite=False) as (port, environment):
        for publicity in ("named", "pseudonymous"):
            _organiser, *delegates = _asked(environment, "prepare", publicity, str(DELEGATES), publicity)
            sent = [_with_secret(one, publicity) for one in paced(delegates, within)]
            answered = send_all(port, publicity, sent)
            stored = Stored(**_asked(environment, "outcome", publicity))
            found |= _figures_of(publicity, answered, stored)
        _organiser, *delegates = _asked(environment, "prepare", "at-once", str(DELEGATES))
        answered = send_all(port, "at-once", [Sent(cookie) for cookie in delegates])
        longest = max(answer.seconds for answer in answered)
        found["per_second"] = len(answered) / longest
        found["at_once_lost"] = DELEGATES - Stored(**_asked(environment, "outcome", "at-once")).positions
        found |= _tabs(port, environment)
    return found


def _with_secret(sent: Sent, publicity: str) -> Sent:
    if publicity == "named":
        return sent
    secret = "".join(secrets.choice(LETTERS) for _letter in range(28))
    return Sent(sent.cookie, secret=secret, wait=sent.wait)


def _figures_of(name: str, answered: list[Answered], stored: Stored) -> dict[str, float]:
    refused = sum(answer.status != 200 for answer in answered)
    return {
        f"{name}_p95_ms": _p95_ms(answered),
        f"{name}_lost": DELEGATES - stored.electors,
        f"{name}_doubled": stored.positions - stored.electors,
        f"{name}_refused": refused,
    }


def _tabs(port: int, environment: Mapping[str, str]) -> dict[str, float]:
    """A hundred submissions of one delegate from two tabs: how many count, and how many were told no."""
    _organiser, delegate = _asked(environment, "prepare", "tabs", "1")
    marks = [(str(uuid4()), "join"), (str(uuid4()), "object")]
    sent = [Sent(delegate, choice, key) for key, choice in marks for _time in range(TABS // 2)]
    statuses = Counter(answer.status for answer in send_all(port, "tabs", sent))
    stored = Stored(**_asked(environment, "outcome", "tabs"))
    return {"tabs_counted": stored.positions, "tabs_answered": statuses[200] + statuses[409]}


def _p95_ms(answered: list[Answered]) -> float:
    return 1000 * sorted(answer.seconds for answer in answered)[int(len(answered) * 0.95)]


def is_right(found: Mapping[str, float]) -> bool:
    """Whether nothing was lost or doubled, and the answers came in time."""
    wrong = [name for name in found if name.endswith(("_lost", "_doubled", "_refused")) and found[name]]
    slow = [name for name in found if name.endswith("_p95_ms") and found[name] >= SLOWEST_MS]
    return not wrong and not slow and (found["tabs_counted"], found["tabs_answered"]) == (1, TABS)


def races(runs: int, *, sqlite: bool) -> int:
    """Let positions race the closing, several times; returns how many races did not end as they must."""
    wrong = 0
    with served(sqlite=sqlite) as (port, environment):
        for number in range(runs):
            slug = f"race{number}"
            organiser, *delegates = _asked(environment, "prepare", slug, str(RACING))
            answered = race_the_closing(port, slug, paced(delegates, 0.5), organiser)
            acknowledged = sum(answer.status == 200 for answer in answered)
            told = sum(answer.status == 409 for answer in answered)
            stored = Stored(**_asked(environment, "outcome", slug))
            fits = (
                acknowledged == stored.positions and acknowledged + told == RACING and stored.state != "open"
            )
            wrong += not fits
            print(
                f"{number + 1:>3}: {acknowledged} acknowledged, {stored.positions} stored, {told} told that it is "
                f"closed{'' if fits else '  WRONG'}",
                flush=True,
            )
    return wrong


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.adoption")
    options.add_argument(
        "--within", type=float, default=20.0, help="over how many seconds the delegates come"
    )
    options.add_argument("--seconds", type=float, help="not used here")
    options.add_argument("--races", type=int, help="let positions race the closing, so often, instead")
    options.add_argument("--sqlite", action="store_true", help="with --races: on SQLite")
    asked = options.parse_args()
    if asked.races is not None:
        return min(1, races(asked.races, sqlite=asked.sqlite))
    found = figures(asked.within)
    for name, value in found.items():
        print(f"{name:<24}{value:>10.0f}")
    keep("adoption", found)
    return int(not is_right(found))


if __name__ == "__main__":
    sys.exit(main())
