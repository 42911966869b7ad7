"""`python -m bench.allocation`: 5,000 people spread over 20 groups, and what the search finds at the demo's size.

The people are as an academy has them: six kinds of actors, some thirty countries in their regions, one to three
languages, and two days before on which they sat with others. The part fails if the search takes longer than a minute,
or if a plan is not below what draws by lot give.
"""

import argparse
import random
import sys
import time
from statistics import mean

from academy.regions import region_of
from bench.keeping import keep
from workshops.allocation import Candidate, Result, Task, by_lot, cost_of, even_rooms, search

# The largest academy that is promised, and in how many seconds it is spread.
PEOPLE, GROUPS, MOST_SECONDS = 5_000, 20, 60.0
# The sizes of the demo, over three days of two groups.
SMALL, DAYS = (40, 70, 120), 3
LOTS = 20
SEED = 2022
WEIGHTS = {"actor": 3, "region": 3, "language": 1, "met": 1}
ACTORS = ("local", "international", "research", "civil", "practitioner", "young")
COUNTRIES = [
    "AT",
    "BR",
    "CA",
    "CN",
    "CO",
    "DE",
    "EG",
    "ES",
    "ET",
    "FR",
    "GH",
    "IN",
    "IT",
    "JP",
    "KE",
    "KR",
    "MA",
    "ML",
    "MX",
    "NG",
    "NP",
    "NZ",
    "PE",
    "PH",
    "PK",
    "SE",
    "SN",
    "TR",
    "UG",
    "US",
    "ZA",
]
LANGUAGES = ("en", "fr", "es", "ar", "pt", "sw", "de", "ru", "zh")


def people(count: int, *, before: int = 0) -> list[Candidate]:
    """People as an academy has them, the same every time; `before` is the number of days that they met on."""
    draw = random.Random(SEED)  # the same people every time, not a secret
    return [
        Candidate(
            f"p{number}",
            (
                f"actor:{draw.choice(ACTORS)}",
                f"region:{region_of(draw.choice(COUNTRIES))}",
                *(f"language:{one}" for one in sorted(draw.sample(LANGUAGES, draw.choice((1, 1, 2, 3))))),
                *(f"met:{day}-{draw.randrange(GROUPS)}" for day in range(before)),
            ),
        )
        for number in range(count)
    ]


def large() -> Task:
    """Everybody into one of many groups."""
    rooms = even_rooms(PEOPLE, {f"r{number}": None for number in range(GROUPS)})
    return Task(people(PEOPLE, before=2), (rooms,), weights=WEIGHTS)


def small(count: int) -> Task:
    """Three days of two groups, drawn together."""
    day = even_rooms(count, {"a": None, "b": None})
    days = tuple(even_rooms(count, {f"{number}{room.id}": None for room in day}) for number in range(DAYS))
    return Task(people(count), days, weights=WEIGHTS)


def timed(task: Task) -> tuple[Result, float, float]:
    """What the search finds, in how many seconds, and how many of them the processor was at it."""
    begun, busy = time.perf_counter(), time.process_time()
    found = search(task, seed=SEED)
    return found, time.perf_counter() - begun, time.process_time() - busy


def figures() -> dict[str, dict[str, float]]:
    """For each size: seconds, objective, bound, and the objective of draws by lot on average."""
    tasks = {f"{PEOPLE} people, {GROUPS} groups": large()}
    tasks |= {f"{count} people, {DAYS} days of 2 groups": small(count) for count in SMALL}
    found = {}
    for name, task in tasks.items():
        result, seconds, busy = timed(task)
        lot = mean(by_lot(task, seed=seed).cost for seed in range(LOTS))
        found[name] = {
            "seconds": seconds,
            "busy": busy,
            "cost": result.cost,
            "bound": result.bound,
            "lot": lot,
        }
        print(
            f"{name}: {seconds:.1f} s ({busy:.1f} s busy), objective {result.cost}, bound {result.bound} "
            f"({result.cost / result.bound - 1:.2%} above), by lot {lot:.0f}",
            flush=True,
        )
        if len(task.people) <= max(SMALL) and cost_of(task, result.plan) != result.cost:
            raise AssertionError("The search counts otherwise than the definition.")
    return found


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.allocation")
    options.add_argument(
        "--seconds", type=float, help="accepted as by the other parts; the search ends by itself"
    )
    options.parse_args()
    found = figures()
    keep("allocation", found)
    is_slow = max(one["seconds"] for one in found.values()) > MOST_SECONDS
    is_bad = any(one["cost"] > one["lot"] for one in found.values())
    return int(is_slow or is_bad)


if __name__ == "__main__":
    sys.exit(main())
