"""`python -m bench.desk`: the organisers' list of 5,000 people against one of 50.

Each page of both, asked in turns over 16 connections, against PostgreSQL and two workers. Prints a table, writes
`var/bench-desk.json`, and ends with 1 if a p95 of the many is three times that of the few, or more, or an
answer was not a page.
"""

import argparse
import subprocess
import sys
from dataclasses import asdict

from bench.keeping import keep
from bench.load import Round, measure, median
from bench.serving import served_academy

ROUNDS, LIMIT = 3, 3.0
EVERY = "organisation,actor,country,region,languages,roles,interests,visibility,email,registered,groups,came,state"
PAGES = {
    "list": "people/",
    "list, last page": "people/?page=last",
    "newest first": "people/?sort=newest",
    "filtered": "people/?state=confirmed&region=202&language=en",
    "searched": "people/?find=measured",
    "all columns": f"people/?columns={EVERY}",
    "live counts": "people/counts/",
    "numbers": "people/numbers/",
}
# These read every person by their nature; their ratio is shown and not judged.
READ_ALL = frozenset({"numbers"})


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.desk")
    options.add_argument("--seconds", type=float, default=3.0, help="how long a round lasts (default: 3)")
    seconds = options.parse_args().seconds
    with served_academy("registration", SECOND_FACTOR="0") as served:
        prepare = [sys.executable, "-m", "bench.crowds"]
        cookie = subprocess.run(
            prepare, env=served.environment, check=True, stdout=subprocess.PIPE
        ).stdout.decode()
        rounds: dict[tuple[str, str], list[Round]] = {}
        for turn in range(ROUNDS + 1):
            for name, path in PAGES.items():
                for slug in ("few", "many"):
                    found = measure(served.port, f"/{slug}/{path}", seconds if turn else 0.5, cookie)
                    if turn:
                        rounds.setdefault((name, slug), []).append(found)
    figures = {key: median(found) for key, found in rounds.items()}
    print(f"{'':<18}{'few p95 ms':>12}{'many p95 ms':>13}{'ratio':>8}{'few/s':>8}{'many/s':>8}{'failed':>8}")
    worst = 0.0
    for name in PAGES:
        few, many = figures[name, "few"], figures[name, "many"]
        ratio = many.p95_ms / few.p95_ms
        worst = worst if name in READ_ALL else max(worst, ratio)
        print(
            f"{name:<18}{few.p95_ms:>12.1f}{many.p95_ms:>13.1f}{ratio:>8.2f}"
            f"{few.per_second:>8.0f}{many.per_second:>8.0f}{few.failed + many.failed:>8}"
        )
    keep("desk", {f"{name}, {slug}": asdict(figure) for (name, slug), figure in figures.items()})
    return int(worst >= LIMIT or any(figure.failed for figure in figures.values()))


if __name__ == "__main__":
    sys.exit(main())
