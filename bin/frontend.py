"""Node, the front end's packages and its build."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from bin import environment
from bin.speech import ROOT, CommandFailed, Problem, run
from bin.stale import digest, when_stale

OLDEST_NODE = 20
NODE_REQUIREMENTS = ROOT / "requirements-node.txt"
PACKAGES = ROOT / "node_modules"
STATIC = ROOT / "static"
DIST = STATIC / "dist"
PAPER = STATIC / "paper"
PACKAGE_FILES = [ROOT / name for name in ("package.json", "package-lock.json")]
OTHER_SOURCES = [ROOT / name for name in ("tsconfig.json", ".npmrc")]


def prepare() -> None:
    """Install the front end's packages and build it, if either is stale."""
    packages = digest(PACKAGE_FILES)
    when_stale(
        PACKAGES / ".academy",
        packages,
        _install,
        products=[PACKAGES],
        doing="Installing the front end's packages",
        needs=node_folder,
    )
    when_stale(
        DIST / ".academy",
        digest(sources(), packages),
        _build,
        products=[DIST / "app.css", DIST / "reading.css", DIST / "app.js", PAPER],
        doing="Building the front end",
        needs=node_folder,
    )


def sources() -> list[Path]:
    """Everything that the build is made from, beside the packages."""
    own = [path for path in STATIC.rglob("*") if path.is_file() and not {DIST, PAPER} & {*path.parents}]
    return [*own, *OTHER_SOURCES]


def npm(*words: str) -> int:
    """Run npm with the terminal's own input and output, as `make check` does."""
    folder = node_folder()
    return subprocess.run(
        [str(folder / "npm"), *words], cwd=ROOT, env=environment_with(folder), check=False
    ).returncode


def npm_output(*words: str) -> subprocess.CompletedProcess[str]:
    """Run npm and keep what it says, whatever it returns."""
    folder = node_folder()
    return subprocess.run(
        [str(folder / "npm"), *words],
        cwd=ROOT,
        env=environment_with(folder),
        capture_output=True,
        text=True,
        check=False,
    )


@cache
def node_folder() -> Path:
    """The folder with node and npm: the system's if new enough, otherwise the wheel's, installed when first needed."""
    found = shutil.which("node")
    if found and shutil.which("npm", path=str(Path(found).parent)) and is_new_enough(version_of(found)):
        return Path(found).parent
    environment.install(
        NODE_REQUIREMENTS, f"Installing Node from its wheel (the system has no Node {OLDEST_NODE} with npm)"
    )
    folder = environment.PYTHON.parent
    if not is_new_enough(version_of(str(folder / "node"))):
        raise Problem(f"The front end needs Node {OLDEST_NODE} or newer with npm; install it and try again.")
    return folder


def is_new_enough(version: str, *, oldest: int = OLDEST_NODE) -> bool:
    """Whether a version such as v20.11.1 will do."""
    match = re.match(r"v?(\d+)\.", version)
    return match is not None and int(match[1]) >= oldest


def version_of(node: str) -> str:
    """What a Node says of itself; nothing if it does not run."""
    try:
        return run([node, "--version"], failed="").strip()
    except CommandFailed:
        return ""


def environment_with(folder: Path) -> dict[str, str]:
    """This process's environment, proxies and certificates included, with that Node first on the path."""
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', os.defpath)}"}


def _install() -> None:
    folder = node_folder()
    run(
        [str(folder / "npm"), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        failed="The front end's packages could not be installed.",
        env=environment_with(folder),
    )


def _build() -> None:
    folder = node_folder()
    run(
        [str(folder / "npm"), "run", "build"],
        failed="The front end could not be built.",
        env=environment_with(folder),
    )
