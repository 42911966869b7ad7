"""A rush: 200 people register at the same moment for 30 places, again and again; no place is given twice.

    python -m bench.rush                       20 times on PostgreSQL, four processes (a part of `make bench`)
    python -m bench.rush --runs 3              so often
    python -m bench.rush --sqlite              the same on SQLite, one process

Ends with 1 if after a rush not exactly 30 were confirmed, or the others did not wait in order, or an answer was neither
a place nor a number in the row. tests/academy/test_rush.py shows that without the turn more places are given.
"""

import argparse
import sys
from collections import Counter

from bench.keeping import keep
from bench.registration import PEOPLE, PLACES, asked, p95_ms, served
from tests.rushing import Outcome, rush

RUNS = 20


def rushes(runs: int, *, sqlite: bool) -> int:
    """Let everybody register at once, several times; returns how many of the rushes did not end as they must."""
    wrong = 0
    expected = Outcome(PLACES, list(range(1, PEOPLE - PLACES + 1)), 0)
    with served(sqlite=sqlite) as (port, environment):
        for number in range(runs):
            slug = f"rush{number}"
            cookies = asked(environment, "prepare", slug, str(PEOPLE), str(PLACES))
            answered = rush(port, slug, cookies)
            ended = Outcome(**asked(environment, "outcome", slug))
            statuses = Counter(answer.status for answer in answered)
            is_right = ended == expected and set(statuses) == {302}
            wrong += not is_right
            print(
                f"{number + 1:>3}: {ended.confirmed} confirmed, {len(ended.waiting)} waiting, "
                f"{'in order' if ended.waiting == expected.waiting else 'NOT in order'}, answers {dict(statuses)}, "
                f"p95 {p95_ms(answered):.0f} ms{'' if is_right else '  WRONG'}",
                flush=True,
            )
    return wrong


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.rush")
    options.add_argument("--runs", type=int, default=RUNS, help="how often")
    options.add_argument("--sqlite", action="store_true", help="on SQLite, served by one process")
    said = options.parse_args()
    wrong = rushes(said.runs, sqlite=said.sqlite)
    keep("rush", {"runs": said.runs, "wrong": wrong})
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
