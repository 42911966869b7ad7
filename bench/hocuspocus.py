"""`python -m bench.hocuspocus`: writing together, in one run beside Hocuspocus with SQLite.

    python -m bench.hocuspocus [--rounds 3] [--seconds 10] [--postgres]

The same clients, of Node, write in the same document on either server, in turn: 200 editors with an edit a second
each, and 50 of which each writes on as soon as the last edit was acknowledged. Academy acknowledges what is stored.
Hocuspocus acknowledges what it has in memory and stores after two seconds of quiet; how it does when it has to store
at each change is shown beside. Hocuspocus comes from the npm registry, with the hashes of
`bench/peer/package-lock.json`, when this is run first; nothing of it is served.

Prints a table, writes `var/bench-hocuspocus.json`, and ends with 1 if, of the middle rounds, 200 editors wait for each
other (p95) more than 3 times as long as with Hocuspocus, 50 write less than 0.3 of its rate, or an edit was refused or
did not arrive.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pycrdt import merge_updates

from bench.keeping import ROOT, keep
from bin import environment, frontend
from bin.speech import run
from bin.stale import digest, when_stale
from tests.mortals import Town, town
from tests.serving import free_port, wait_until_open

PEER = ROOT / "bench" / "peer"
OLDEST_NODE = 22
UVICORN = ["-m", "uvicorn", "bench.unhurried:application", "--port", "{port}", "--log-level", "error"]
UVICORN += ["--ws-per-message-deflate", "false"]  # as in deploy/
MANY, FEW = {"editors": 200, "pause": 1000}, {"editors": 50, "pause": 0}
MOST_TIMES, LEAST_SHARE = 3.0, 0.3
ACADEMY, HOCUSPOCUS, STORING = "Academy", "Hocuspocus", "Hocuspocus, storing at each change"


@dataclass
class Measured:
    """A server, what its clients are told, its process, and the rounds of either kind."""

    process: int
    told: dict[str, Any]
    paced: list[dict[str, Any]] = field(default_factory=list)
    closed: list[dict[str, Any]] = field(default_factory=list)


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m bench.hocuspocus")
    options.add_argument("--rounds", type=int, default=3, help="how often each is measured (default: 3)")
    options.add_argument("--seconds", type=float, default=10, help="how long a round lasts (default: 10)")
    options.add_argument(
        "--postgres", action="store_true", help="Academy on PostgreSQL and Redis, not SQLite"
    )
    asked = options.parse_args(words)
    node = node_with_packages()
    with ExitStack() as stack:
        servers = _servers(stack, node, embedded=not asked.postgres)
        for kind, wanted in (("paced", MANY), ("closed", FEW)):
            for _round in range(asked.rounds):
                for server in servers.values():
                    getattr(server, kind).append(write(node, server, asked.seconds, wanted))
    figures = {name: {"paced": server.paced, "closed": server.closed} for name, server in servers.items()}
    show(servers)
    ratios = ratios_of(servers)
    print(f"p95 {ratios['p95']:.2f} times Hocuspocus's, {ratios['rate']:.2f} of its rate")
    keep("hocuspocus", {**ratios, "servers": figures})
    mine = servers[ACADEMY].paced + servers[ACADEMY].closed
    is_whole = not any(one["missing"] or one["refused"] for one in mine)
    return int(not is_whole or ratios["p95"] > MOST_TIMES or ratios["rate"] < LEAST_SHARE)


def node_with_packages() -> Path:
    """Node itself, new enough for Hocuspocus, after that was installed."""
    node = frontend.node_folder()
    if not frontend.is_new_enough(frontend.version_of(str(node / "node")), oldest=OLDEST_NODE):
        environment.install(frontend.NODE_REQUIREMENTS, "Installing Node from its wheel")
        node = environment.PYTHON.parent
    files = [PEER / "package.json", PEER / "package-lock.json"]
    command = [str(node / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", str(PEER)]
    when_stale(
        PEER / "node_modules" / ".academy",
        digest(files),
        lambda: run(
            command, failed="Hocuspocus could not be installed.", env=frontend.environment_with(node)
        ),
        products=[PEER / "node_modules"],
        doing="Installing Hocuspocus",
    )
    # The wheel's `node` is a script that starts Node: what is killed and watched is Node itself.
    return Path(run([str(node / "node"), "-p", "process.execPath"], failed="Node does not run.").strip())


def _servers(stack: ExitStack, node: Path, *, embedded: bool) -> dict[str, Measured]:
    """Academy with a document that is written together, and Hocuspocus twice with the same one."""
    told: dict[str, Any] = {}

    def fill(made: Town) -> None:
        made.run("manage.py", "migrate", "-v0")
        made.run("manage.py", "seed_demo", "--stage", "drafting")
        told.update(json.loads(made.run("-m", "tests.writingsetting", str(MANY["editors"]))))

    made = stack.enter_context(town(UVICORN, setting=fill, embedded=embedded))
    rows = made.ask('SELECT "update" FROM outcome_logline ORDER BY seq')
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="academy-peer-")))
    state = folder / "state"
    state.write_bytes(merge_updates(*(bytes(row[0]) for row in rows)))
    origin = f"http://127.0.0.1:{made.ports[0]}"
    url = f"ws{origin[4:]}/ws/documents/{told['document']}/"
    process = made.web[0].process
    mine = {"server": "academy", "url": url, "origin": origin, **told}
    servers = {ACADEMY: Measured(process.pid if process else 0, mine)}
    for name, debounce in ((HOCUSPOCUS, None), (STORING, 0)):
        port = free_port()
        theirs = {"port": port, "document": "text", "state": str(state), "debounce": debounce}
        database = folder / f"{port}.sqlite3"
        number = stack.enter_context(_hocuspocus(node, {**theirs, "database": str(database)}))
        asked = {"server": "hocuspocus", "url": f"ws://127.0.0.1:{port}/", "document": "text"}
        servers[name] = Measured(number, {**asked, "clauses": told["clauses"]})
    return servers


@contextmanager
def _hocuspocus(node: Path, asked: dict[str, Any]) -> Iterator[int]:
    """Hocuspocus, running; the number of its process."""
    command = [str(node), "--disable-warning=ExperimentalWarning", "hocuspocus.mjs", json.dumps(asked)]
    with subprocess.Popen(command, cwd=PEER) as server:
        try:
            wait_until_open(asked["port"])
            yield server.pid
        finally:
            server.kill()


def write(node: Path, server: Measured, seconds: float, wanted: dict[str, Any]) -> dict[str, Any]:
    """One round: what the clients saw, and how busy the server was, 1.0 for one core."""
    asked = {**server.told, **wanted, "warming": 2, "seconds": seconds}
    begun, used = time.monotonic(), _cpu_seconds(server.process)
    done = subprocess.run(
        [str(node), "editors.mjs", json.dumps(asked)], cwd=PEER, check=True, stdout=subprocess.PIPE
    )
    said: dict[str, Any] = json.loads(done.stdout)
    said["server busy"] = round((_cpu_seconds(server.process) - used) / (time.monotonic() - begun), 2)
    return said


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def show(servers: dict[str, Measured]) -> None:
    """The middle rounds in a table; times in ms."""
    head = ("200 paced: seen p50", "p95", "p99", "acknowledged p50", "p95", "50 closed: edits/s", "seen p95")
    print(" " * 36 + " | ".join(head))
    for name, server in servers.items():
        paced, closed = middle(server.paced, _p95), middle(server.closed, _rate)
        cells = [
            *(paced["seen"][at] for at in ("p50", "p95", "p99")),
            *(paced["acknowledged"][at] for at in ("p50", "p95")),
            closed["rate"],
            closed["seen"]["p95"],
        ]
        wrong = sorted({str(why) for one in server.paced + server.closed for why in one["refused"]})
        missing = sum(one["missing"] for one in server.paced + server.closed)
        row = "".join(f"{cell:>{len(name) + 3}}" for cell, name in zip(cells, head, strict=True))
        print(f"{name:<34}{row}   missing {missing}{', ' if wrong else ''}{'; '.join(wrong)}")


def _p95(one: dict[str, Any]) -> float:
    return float(one["seen"]["p95"])


def _rate(one: dict[str, Any]) -> float:
    return float(one["rate"])


def middle(rounds: list[dict[str, Any]], by: Any) -> dict[str, Any]:
    """The round in the middle: one that the machine held up says nothing of the server."""
    wanted = statistics.median_low([by(one) for one in rounds])
    return next(one for one in rounds if by(one) == wanted)


def ratios_of(servers: dict[str, Measured]) -> dict[str, float]:
    """How Academy's middle rounds stand to Hocuspocus's, as it stores by default."""
    mine, theirs = servers[ACADEMY], servers[HOCUSPOCUS]
    p95 = _p95(middle(mine.paced, _p95)) / max(_p95(middle(theirs.paced, _p95)), 0.01)
    rate = _rate(middle(mine.closed, _rate)) / max(_rate(middle(theirs.closed, _rate)), 1.0)
    return {"p95": round(p95, 2), "rate": round(rate, 2)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
