"""The commands behind `make`: setup, build, run, lock, npm and check-security."""

from __future__ import annotations

import argparse
import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bin import advisories, catalogs, environment, frontend, lock, project, serve
from bin.speech import ROOT, Problem, complain

if TYPE_CHECKING:
    from collections.abc import Iterator


def main(words: list[str]) -> int:
    """Do what the words ask for; 0 when it went well, 1 when the person has to put something right."""
    asked = _parser().parse_args(words)
    try:
        return _do(asked)
    except Problem as problem:
        complain(problem)
        return 1
    except KeyboardInterrupt:
        return 130


def set_up(*, development: bool) -> None:
    """Everything that has to be there before Academy runs; what is fresh is left alone."""
    with one_at_a_time():
        _build(development=development)
        project.prepare()


def build() -> None:
    """What a server needs of a version before it has settings: no database, no collected files."""
    with one_at_a_time():
        _build(development=False)


def _build(*, development: bool) -> None:
    environment.prepare(development=development)
    frontend.prepare()
    catalogs.prepare()


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Wait until no other `make` sets up this folder."""
    path = ROOT / "var" / ".setup.lock"
    path.parent.mkdir(exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another make is setting up this folder; waiting for it …", flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _do(asked: argparse.Namespace) -> int:
    if asked.command == "npm":
        return frontend.npm(*asked.words)
    if asked.command == "check-security":
        return advisories.check_all()
    if asked.command == "lock":
        lock.require_fresh() if asked.check else lock.compile_all(upgrade=asked.upgrade)
    elif asked.command == "setup":
        set_up(development=True)
    elif asked.command == "build":
        build()
    elif asked.command == "run":
        port = serve.read_port(asked.port)
        serve.require_free(port)
        set_up(development=False)
        serve.serve(port)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 -m bin", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check-security", help="bandit, advisories for the packages, list of components")
    commands.add_parser("setup", help="prepare everything, for development and tests")
    commands.add_parser("build", help="prepare what a server runs, without a database")
    run = commands.add_parser("run", help="prepare what is needed, fill in the demo and serve it")
    run.add_argument("--port", default="8000")
    compiling = commands.add_parser("lock", help="compile the lists of packages")
    compiling.add_argument("--check", action="store_true", help="only say whether they are stale")
    compiling.add_argument("--upgrade", action="store_true", help="take the newest versions allowed")
    npm = commands.add_parser("npm", help="run npm with the Node that the set-up uses")
    npm.add_argument("words", nargs=argparse.REMAINDER)
    return parser
