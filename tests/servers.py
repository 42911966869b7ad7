"""Tests run on a real PostgreSQL and a real Redis, started for them and thrown away afterwards.

An early pytest plugin (`-p tests.servers`): before Django reads its settings it starts what the environment does not
name already with DATABASE_URL and REDIS_URL. With ACADEMY_TEST_SQLITE=1 it starts nothing and the tests run on SQLite.
Anything else that needs servers for a while writes:

    with throwaway_servers() as environment:
        subprocess.run(..., env={**os.environ, **environment})

With `-n` the tests run in several processes of pytest-xdist: each of them has servers of its own, and the process that
hands out the tests has none. Servers that the environment names are shared, with a database and a Redis number each.

What one of them made of the demo, the others take over (`tests.snapshots`), and so all have one secret key.

With `--only-database` those tests are run that ask the database of the tests: the others answer alike on every one, so
that a second run on another database need not repeat them.

The servers belong to a keeper, a process of its own that stops them as soon as this process is gone, however it went.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from secrets import token_urlsafe
from shutil import copy
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

ROOT = Path(__file__).resolve().parent.parent
VARIABLES = ("DATABASE_URL", "REDIS_URL")
# Names the folder that the processes of one run have in common.
SHARED = "ACADEMY_TESTS_SHARED"
SECRET_KEY = "secret-key"
# The fixtures of pytest-django without which a test is not let at the database, if it has no mark.
DATABASES = {"db", "transactional_db", "live_server"}


class ServersMissing(Exception):
    """PostgreSQL or Redis could not be started; the text is what they said."""


def use_sqlite() -> bool:
    return os.environ.get("ACADEMY_TEST_SQLITE") == "1"


@contextmanager
def throwaway_servers(*, sqlite: bool = False) -> Iterator[dict[str, str]]:
    """The environment variables of an empty academy that ends with the block: database, Redis and folder.

    Servers that the environment names already are used instead. With `sqlite` there are no servers at all.
    """
    missing = [] if sqlite else [name for name in VARIABLES if not os.environ.get(name)]
    with _kept(missing) as environment:
        folder = Path(environment["ACADEMY_VAR"])
        _lend_static_files(folder)
        if common := os.environ.get(SHARED):
            copy(Path(common) / SECRET_KEY, folder)
        environment |= {"ACADEMY_MODE": "development", "ACADEMY_NOW": "", "SECOND_FACTOR": "0"}
        if named := os.environ.get("REDIS_URL"):
            environment["REDIS_URL"] = _own_number(named)
        if sqlite:
            environment |= {"DATABASE_URL": f"sqlite:///{folder / 'academy.sqlite3'}", "REDIS_URL": ""}
        yield environment


def _lend_static_files(folder: Path) -> None:
    """Pages in tests show the static files that `make setup` collected."""
    collected = Path(os.environ.get("ACADEMY_VAR") or ROOT / "var").absolute() / "static"
    if collected.is_dir():
        (folder / "static").symlink_to(collected, target_is_directory=True)


@contextmanager
def _kept(variables: list[str]) -> Iterator[dict[str, str]]:
    """Start a keeper with a folder and these servers; yields the variables that name them."""
    command = [sys.executable, "-m", "tests.serverkeeper", *variables]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as keeper:
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        answer = json.loads(
            keeper.stdout.readline() or '{"problem": "The keeper of the servers did not start."}'
        )
        if "problem" in answer:
            raise ServersMissing(answer["problem"])
        try:
            yield answer
        finally:
            keeper.stdin.close()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start the servers before pytest-django reads the settings (a wrapper runs before every other plugin's hook)."""
    stack = ExitStack()
    if _only_hands_out(early_config):
        os.environ[SHARED] = stack.enter_context(TemporaryDirectory(prefix="academy-tests-"))
        (Path(os.environ[SHARED]) / SECRET_KEY).write_text(token_urlsafe(64))
        early_config.add_cleanup(stack.close)
        return (yield)
    try:
        os.environ.update(stack.enter_context(throwaway_servers(sqlite=use_sqlite())))
    except ServersMissing as problem:
        raise pytest.UsageError(str(problem)) from problem
    early_config.add_cleanup(stack.close)
    return (yield)


def _only_hands_out(config: pytest.Config) -> bool:
    """Whether this process runs no test itself: `-n` was given, and it is not one of the workers."""
    asked = getattr(config.known_args_namespace, "numprocesses", None)
    return bool(asked) and "PYTEST_XDIST_WORKER" not in os.environ


def _own_number(redis_url: str) -> str:
    """The address of a Redis that several workers share, with a number of its own for this one."""
    number = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    return urlsplit(redis_url)._replace(path=f"/{number}").geturl() if number else redis_url


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-database", action="store_true", help="only tests that ask the database of the tests"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--only-database"):
        left_out = [item for item in items if not asks_database(item)]
        items[:] = [item for item in items if asks_database(item)]
        config.hook.pytest_deselected(items=left_out)


def asks_database(item: pytest.Item) -> bool:
    """Whether this test may ask the database of the tests."""
    return item.get_closest_marker("django_db") is not None or bool(
        DATABASES & set(getattr(item, "fixturenames", ()))
    )


def pytest_report_header(config: pytest.Config) -> str:
    if _only_hands_out(config):
        return f"academy: {'SQLite, no Redis' if use_sqlite() else 'PostgreSQL and Redis'}, for each worker its own"
    database = os.environ["DATABASE_URL"].partition(":")[0]
    return f"academy: database {database}, Redis {'yes' if os.environ.get('REDIS_URL') else 'no'}"
