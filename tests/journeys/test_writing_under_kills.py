"""Nothing that was acknowledged is lost when the server dies, on either database; a hasty server is found out.

ACADEMY_KILLS=12 python -m pytest tests/journeys/test_writing_under_kills.py      kills more often
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.killing import Result, prepare, run
from tests.servers import throwaway_servers, use_sqlite

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.journey
KILLS = int(os.environ.get("ACADEMY_KILLS", "3"))
HONEST, HASTY = "academy.asgi:application", "tests.hasty_editing:application"


@pytest.fixture(scope="module")
def one_process() -> Iterator[dict[str, str]]:
    """An academy on SQLite, in a folder of its own."""
    with throwaway_servers(sqlite=True) as environment:
        yield prepare(environment)


@pytest.fixture(scope="module")
def two_processes() -> Iterator[dict[str, str]]:
    """An academy on PostgreSQL and Redis."""
    with throwaway_servers() as environment:
        yield prepare(environment)


def run_beside(environment: dict[str, str], *, processes: int, kills: int, application: str) -> Result:
    """A run in a thread of its own: the browser of the other journeys may be in this one, with its event loop."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(
            run, environment, processes=processes, kills=kills, application=application
        ).result()


def test_nothing_acknowledged_is_lost_with_one_process_on_sqlite(one_process):
    result = run_beside(one_process, processes=1, kills=KILLS, application=HONEST)
    assert (result.kills, result.missing) == (KILLS, 0)
    assert result.is_whole, result
    assert min(map(len, result.typed)) > 20


@pytest.mark.skipif(use_sqlite(), reason="this run has no PostgreSQL and no Redis")
def test_nothing_acknowledged_is_lost_with_two_processes_on_postgresql(two_processes):
    result = run_beside(two_processes, processes=2, kills=KILLS, application=HONEST)
    assert (result.kills, result.missing) == (KILLS, 0)
    assert result.is_whole, result


def test_a_server_that_acknowledges_before_it_stores_is_found_out(one_process):
    """The control: the same kills, and what was acknowledged is missing."""
    result = run_beside(one_process, processes=1, kills=2, application=HASTY)
    assert result.missing > 0
