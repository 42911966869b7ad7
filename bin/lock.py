"""`make lock`: the loose lists of packages (.in) compiled into exact, hashed ones (.txt)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from bin import environment
from bin.speech import ROOT, Problem, announced, run
from bin.stale import digest

if TYPE_CHECKING:
    from pathlib import Path

# Each list, and the files that it is compiled from; the order is the order of compiling.
SOURCES = {
    "requirements.txt": ["requirements.in"],
    "requirements-dev.txt": ["requirements-dev.in", "requirements.txt"],
    "requirements-node.txt": ["requirements-node.in"],
}


def compile_all(*, upgrade: bool) -> None:
    """Compile every list anew; versions stay as they are unless they have to change, or `upgrade` is asked for."""
    for name in SOURCES:
        with announced(f"Compiling {name}"):
            _compile(name, upgrade=upgrade)


def require_fresh() -> None:
    """Raise Problem when a list was not compiled from its sources as they are now."""
    stale = stale_lists(ROOT)
    if stale:
        raise Problem(f"Not compiled from its source as it is now: {', '.join(stale)}. Run: make lock")


def stale_lists(folder: Path) -> list[str]:
    """The compiled lists in a folder that are missing or older than what they are compiled from."""
    return [name for name in SOURCES if not _text(folder / name).startswith(header(folder, name))]


def header(folder: Path, name: str) -> str:
    """The first line of a compiled list; it holds the digest of its sources."""
    total = digest([folder / source for source in SOURCES[name]])
    return f"# Compiled by `make lock` from {' and '.join(SOURCES[name])} ({total[:16]}); do not edit.\n"


def _compile(name: str, *, upgrade: bool) -> None:
    target = ROOT / name
    uv = [str(environment.PYTHON), "-m", "uv", "--no-config", "pip", "compile", "--quiet", "--no-header"]
    what = [
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
        *(["--upgrade"] if upgrade else []),
    ]
    # Indexes of this machine must not choose what everybody installs.
    env = {
        key: value for key, value in os.environ.items() if not key.startswith(("UV_INDEX", "UV_FIND", "PIP_"))
    }
    run(
        [*uv, *what, "--output-file", name, SOURCES[name][0]],
        failed=f"{name} could not be compiled.",
        env=env,
    )
    target.write_text(header(ROOT, name) + _text(target), encoding="utf-8")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
