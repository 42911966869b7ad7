"""A list of 100,000 people to invite: read behind the page, its worker killed once; report by row, and memory.

    python -m bench.lists                 on PostgreSQL (a part of `make bench`)
    python -m bench.lists --sqlite        the same on SQLite

The list is that of tests/longlist.py: every address another one, one row in forty wrong in one of six ways. Keeps its
figures in `var/bench-lists.json`; ends with 1 if a row was lost, doubled or reported otherwise, a part was kept half,
or the reading process grew by more than `MOST_MB`.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any

from bench.keeping import ROOT, keep
from tests.servers import throwaway_servers

ROWS, MOST_MB = 100_000, 150


def _asked(environment: Mapping[str, str], *words: str) -> Any:
    command = [sys.executable, "-m", "tests.longlist", *words]
    done = subprocess.run(command, cwd=ROOT, env=dict(environment), check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def _killed(environment: Mapping[str, str], key: str) -> tuple[int, int]:
    """Kill a worker in the midst of reading; returns how many rows are kept, and how many make a part."""
    command = [sys.executable, "-m", "tests.longlist", "work", key]
    with subprocess.Popen(command, cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL) as worker:
        while worker.poll() is None and not _asked(environment, "rows", key)[0]:
            time.sleep(0.1)
        worker.kill()
    kept, part = _asked(environment, "rows", key)
    return kept, part


def measured(rows: int, *, sqlite: bool) -> dict[str, Any]:
    """Seconds and memory of the reading, the rows kept of a worker that was killed, and what was not as it must be."""
    with throwaway_servers(sqlite=sqlite) as servers:
        environment = {**os.environ, **servers, "DJANGO_SETTINGS_MODULE": "academy.settings"}
        migrate = [sys.executable, "manage.py", "migrate", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
        key = _asked(environment, "prepare", str(rows))
        kept, part = _killed(environment, key)
        seconds, grown = _asked(environment, "work", key)
        wrong = _asked(environment, "faults", key, str(rows))
    if not 0 < kept < rows or kept % part:
        wrong.append(f"{kept} rows were kept of a worker that was killed, in parts of {part}.")
    if grown > MOST_MB:
        wrong.append(f"The process grew by {grown:.0f} MB.")
    return {"rows": rows, "kept": kept, "seconds": seconds, "grown_mb": grown, "wrong": wrong}


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.lists")
    options.add_argument("--rows", type=int, default=ROWS, help="how many people")
    options.add_argument("--sqlite", action="store_true", help="on SQLite")
    said = options.parse_args()
    found = measured(said.rows, sqlite=said.sqlite)
    print(
        f"{found['rows']:,} rows: {found['kept']:,} kept of a worker that was killed, the rest read in "
        f"{found['seconds']:.0f} s, the process grew by {found['grown_mb']:.0f} MB"
    )
    print("\n".join(found["wrong"]) or "each row as it must be", flush=True)
    keep("lists", found)
    return int(bool(found["wrong"]))


if __name__ == "__main__":
    sys.exit(main())
