"""`python -m bench.pages`: the public pages against a bare view of the same server, and what a first visit weighs.

Rounds alternate, so that a busy machine slows both. Prints a table, and writes the figures to `var/bench-pages.json`.
"""

import argparse
import sys
from dataclasses import asdict

from bench.keeping import keep
from bench.load import Round, measure, median
from bench.serving import served_academy
from bench.visiting import Visit, first_visit, typical

HELLO = "/bench-hello/"
STATIC = "/static/images/icon.svg"
PAGES = {
    "a static file": STATIC,
    "agenda": "/2022/programme/",
    "agenda, one day": "/2022/programme/?day=2022-02-02",
    "session": "/2022/programme/day-1-workshop-1/",
    "calendar": "/2022/programme/calendar.ics",
    "schedule.json": "/2022/programme/schedule.json",
    "API, sessions": "/api/v1/editions/2022/sessions",
    "home": "/2022/",
    "document": "/2022/document/",
    "agenda, 60 days": "/large/programme/",
    "calendar, 60 days": "/large/programme/calendar.ics",
}
# Asked by a participant with stars and groups.
OWN = {"agenda, logged in": "/2022/programme/", "one day, logged in": "/2022/programme/?day=2022-02-02"}
# Many short rounds: each connects anew, and by chance most connections may fall to one worker.
ROUNDS, SECONDS = 9, 1.5
VISITS = 3
VISITED = ("agenda", "session", "home", "document")


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.pages")
    options.add_argument(
        "--seconds", type=float, default=SECONDS, help="how long a round lasts (default: 1.5)"
    )
    seconds = options.parse_args().seconds
    with served_academy("drafting") as served:
        asked = {"hello": (HELLO, ""), **{name: (path, "") for name, path in PAGES.items()}}
        asked |= {name: (path, served.cookie) for name, path in OWN.items()}
        for path, cookie in asked.values():
            measure(served.port, path, 0.5, cookie)
        rounds: dict[str, list[Round]] = {name: [] for name in asked}
        for _ in range(ROUNDS):
            for name, (path, cookie) in asked.items():
                rounds[name].append(measure(served.port, path, seconds, cookie))
        looks = {
            name: typical([first_visit(served.port, PAGES[name]) for _ in range(VISITS)]) for name in VISITED
        }
    figures = {name: median(found) for name, found in rounds.items()}
    print_table(figures)
    print_visits(looks)
    for size, took in served.release.items():
        print(f"a release at {size}: {took:.2f} s")
    keep(
        "pages",
        {
            "pages": {name: asdict(figure) for name, figure in figures.items()},
            "first visits": {name: asdict(look) for name, look in looks.items()},
            "release seconds": served.release,
        },
    )
    return int(any(figure.failed for figure in figures.values()))


def print_table(figures: dict[str, Round]) -> None:
    """A line a page: answers a second as a share of the bare view's and of a static file's, p95 likewise, the body."""
    hello, static = figures["hello"], figures["a static file"]
    print(
        f"{'':<20}{'per second':>12}{'of hello':>10}{'of static':>11}{'p95 ms':>9}{'of hello':>10}{'of static':>11}"
        f"{'body kB':>9}{'failed':>8}"
    )
    for name, figure in figures.items():
        print(
            f"{name:<20}{figure.per_second:>12.0f}{figure.per_second / hello.per_second:>10.3f}"
            f"{figure.per_second / static.per_second:>11.3f}{figure.p95_ms:>9.1f}"
            f"{figure.p95_ms / hello.p95_ms:>10.2f}{figure.p95_ms / static.p95_ms:>11.2f}"
            f"{figure.body_bytes / 1000:>9.1f}{figure.failed:>8}"
        )


def print_visits(looks: dict[str, Visit]) -> None:
    """A line a page: what a first visit on a slow phone transfers, and when it is painted."""
    print(f"\n{'first visit':<20}{'kB':>8}{'requests':>10}{'LCP s':>8}{'shift':>8}")
    for name, look in looks.items():
        print(
            f"{name:<20}{look.kilobytes:>8.1f}{look.requests:>10}{look.largest_paint:>8.2f}{look.shift:>8.3f}"
        )


if __name__ == "__main__":
    sys.exit(main())
