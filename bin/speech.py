"""What the set-up says while it works: one line for each step, and one clear sentence when something is wrong."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent.parent


class Problem(Exception):
    """Something that the person at the keyboard can put right; the text says what and how."""


class CommandFailed(Problem):
    """A command ended with an error; `output` is everything it printed."""

    def __init__(self, sentence: str, command: Sequence[str], output: str) -> None:
        super().__init__(f"{sentence}\n\n$ {' '.join(command)}\n{output.rstrip()}")
        self.sentence = sentence
        self.command = command
        self.output = output


@contextmanager
def announced(doing: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    print(f"{doing} …", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print(flush=True)
        raise
    print(f" {max(1, round(time.monotonic() - began))} s", flush=True)


def run(command: Sequence[str], *, failed: str, env: Mapping[str, str] | None = None) -> str:
    """Run a command quietly in the project's folder and return what it printed.

    Raises CommandFailed, with the sentence `failed` above the whole output, when it ends with an error.
    """
    try:
        result = subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    except OSError as error:
        raise CommandFailed(failed, command, str(error)) from error
    if result.returncode != 0:
        raise CommandFailed(failed, command, result.stdout)
    return result.stdout


def complain(problem: Problem) -> None:
    print(f"\n{problem}\n", file=sys.stderr, flush=True)
