"""The virtual environment and the Python packages in it, exactly those that the hashed requirements name."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import sysconfig
from typing import TYPE_CHECKING

from bin.speech import ROOT, CommandFailed, Problem, run
from bin.stale import digest, is_fresh, mark, when_stale

if TYPE_CHECKING:
    from pathlib import Path

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMPS = VENV / ".academy"
RUNTIME = ROOT / "requirements.txt"
DEVELOPMENT = ROOT / "requirements-dev.txt"
SIGNS_OF_COMPILING = ("Failed building wheel", "error: command", "failed to build", "Failed to build")
SIGNS_OF_NO_NETWORK = ("NewConnectionError", "Could not fetch URL", "Temporary failure in name resolution")


def prepare(*, development: bool) -> None:
    """Make the virtual environment if need be, and install what is not installed yet.

    `make run` needs the runtime packages only; everything else needs those of development, which include them.
    """
    make_environment()
    if is_fresh(STAMPS / DEVELOPMENT.name, digest([DEVELOPMENT]), products=[PYTHON]):
        return
    if development:
        install(DEVELOPMENT, "Installing the Python packages")
        mark(STAMPS / RUNTIME.name, digest([RUNTIME]))
    else:
        install(RUNTIME, "Installing the Python packages that Academy runs on")


def make_environment() -> None:
    """A virtual environment of this Python in this folder; a moved one, or one of another Python, is made anew."""
    wanted = digest([], kind_of_python(), sys.base_prefix, str(VENV))
    when_stale(
        STAMPS / "python", wanted, _make, products=[PYTHON], doing="Making the virtual environment .venv"
    )


def kind_of_python() -> str:
    """What packages are built for: CPython 3.11 on this kind of machine, for example.

    A security update of Python is of the same kind: the packages stay, and whoever runs with them is left alone.
    """
    return f"{sys.implementation.cache_tag} {sysconfig.get_config_var('SOABI')}"


def install(requirements: Path, doing: str) -> None:
    """Install a hashed list of packages unless it is installed already."""
    stamp = STAMPS / requirements.name
    wanted = digest([requirements])
    when_stale(stamp, wanted, lambda: _pip_install(requirements), products=[PYTHON], doing=doing)


def missing_modules() -> str | None:
    """One sentence when this Python cannot make virtual environments, as on a bare Debian, otherwise None."""
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    return venv_sentence(missing, version=sys.version_info[:2]) if missing else None


def venv_sentence(missing: list[str], *, version: tuple[int, int]) -> str:
    return (
        f"This Python has no module {' and no '.join(missing)}, so it cannot make a virtual environment. "
        f"On Debian or Ubuntu: apt-get install python{version[0]}.{version[1]}-venv"
    )


def install_sentence(output: str, *, compiler: bool) -> str:
    """What went wrong when pip failed, in one sentence."""
    if any(sign in output for sign in SIGNS_OF_COMPILING) and not compiler:
        return (
            "A package has no ready-made wheel for this machine, and there is no C compiler to build it with. "
            "Install one (Debian or Ubuntu: apt-get install build-essential) and try again, "
            "or use a Python that has the wheels: make setup PYTHON=python3.12"
        )
    if any(sign in output for sign in SIGNS_OF_NO_NETWORK):
        return "The Python packages could not be fetched; is this machine connected to a package index?"
    return "The Python packages could not be installed."


def _make() -> None:
    problem = missing_modules()
    if problem:
        raise Problem(problem)
    run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)],
        failed="The virtual environment could not be made.",
    )


def _pip_install(requirements: Path) -> None:
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    try:
        run([*pip, "install", "--require-hashes", "-r", str(requirements)], failed="")
    except CommandFailed as error:
        compiler = any(shutil.which(name) for name in ("cc", "gcc", "clang"))
        sentence = install_sentence(error.output, compiler=compiler)
        raise CommandFailed(sentence, error.command, error.output) from error
