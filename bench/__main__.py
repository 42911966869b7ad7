"""`make bench`: the public pages against a bare view of the same server, in the same run, and what they weigh.

Rounds alternate, so that a busy machine slows both. Prints a table, and writes the figures to `var/bench.json`.
"""

import argparse
import json
import statistics
from dataclasses import asdict
from pathlib import Path

from bench.load import Round, measure
from bench.serving import served_academy
from bench.weight import transferred

HELLO = "/bench-hello/"
PAGES = {
    "agenda": "/2022/programme/",
    "agenda, one day": "/2022/programme/?day=2022-02-02",
    "home": "/2022/",
    "document": "/2022/document/",
}
ROUNDS = 3


def median(rounds: list[Round]) -> Round:
    """The round in the middle of each figure."""
    fields = {name: statistics.median(getattr(r, name) for r in rounds) for name in asdict(rounds[0])}
    return Round(**{**fields, "failed": sum(r.failed for r in rounds)})


def main() -> None:
    options = argparse.ArgumentParser(prog="make bench")
    options.add_argument("--seconds", type=float, default=4.0, help="how long a round lasts (default: 4)")
    seconds = options.parse_args().seconds
    with served_academy("drafting") as port:
        for path in (HELLO, *PAGES.values()):
            measure(port, path, 0.5)
        rounds: dict[str, list[Round]] = {name: [] for name in ("hello", *PAGES)}
        for _ in range(ROUNDS):
            for name, path in {"hello": HELLO, **PAGES}.items():
                rounds[name].append(measure(port, path, seconds))
        weights = {name: transferred(port, path) for name, path in PAGES.items()}
    figures = {name: median(found) for name, found in rounds.items()}
    print_table(figures, weights)
    target = Path("var") / "bench.json"
    target.parent.mkdir(exist_ok=True)
    report = {"pages": {name: asdict(figure) for name, figure in figures.items()}, "transferred": weights}
    target.write_text(json.dumps(report, indent=2) + "\n")


def print_table(figures: dict[str, Round], weights: dict[str, dict[str, int]]) -> None:
    """A line a page: answers a second, its share of the bare view's, p95, HTML and whole first visit."""
    hello = figures["hello"]
    print(
        f"{'':<18}{'per second':>12}{'of hello':>10}{'p95 ms':>9}{'HTML kB':>9}{'first visit kB':>16}{'failed':>8}"
    )
    for name, figure in figures.items():
        visit = f"{sum(weights[name].values()) / 1000:.0f}" if name in weights else ""
        share = figure.per_second / hello.per_second
        print(
            f"{name:<18}{figure.per_second:>12.0f}{share:>10.3f}{figure.p95_ms:>9.1f}"
            f"{figure.body_bytes / 1000:>9.1f}{visit:>16}{figure.failed:>8}"
        )


if __name__ == "__main__":
    main()
