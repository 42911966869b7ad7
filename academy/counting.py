"""What a process counts about itself for whoever watches: requests, sockets, tasks. Routes by name, never an address.

Several processes of one machine share what they count through the folder PROMETHEUS_MULTIPROC_DIR.
"""

import os
from pathlib import Path

# The client takes an empty name for a folder, the one that the process happens to be in.
if not os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)

from prometheus_client import Counter, Gauge, Histogram  # reads the environment when it is imported

REQUESTS = Counter("academy_requests", "Requests that were answered.", ("route", "method", "status"))
SECONDS = Histogram(
    "academy_request_seconds",
    "How long answers took.",
    ("route",),
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
SOCKETS = Gauge("academy_sockets", "Sockets that are open.", ("page",), multiprocess_mode="livesum")
TASKS = Counter("academy_tasks", "Tasks that were done.", ("task", "state"))
HUB_COMMITS = Counter("academy_hub_commits", "Transactions that wrote what editors of a document had sent.")
HUB_LINES = Counter("academy_hub_lines", "Updates of editors that were written in them.")
HUB_SECONDS = Histogram(
    "academy_hub_seconds",
    "From when an update of an editor came until it was stored and acknowledged.",
    buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
GAPS = Counter(
    "academy_ledger_gaps_healed", "How often lines that had not been told were asked for.", ("page",)
)
PASSED_OVER = Counter("academy_passed_over", "Requests that nobody waited for any more when their turn came.")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count one answer."""
    REQUESTS.labels(route=route, method=method if method in METHODS else "other", status=str(status)).inc()
    SECONDS.labels(route=route).observe(seconds)


def leave_out_the_dead() -> None:
    """Take the sockets of processes that are gone out of the totals: one that was killed could not do so itself.

    A process calls this when it starts, before it counts: it may have the number of one that was killed.
    """
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    for file in Path(folder).glob("gauge_live*.db") if folder else ():
        pid = int(file.stem.rpartition("_")[2])
        if pid == os.getpid() or not _runs(pid):
            file.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    """Whether there is a process of this number, whoever's it is."""
    try:
        os.kill(pid, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True
