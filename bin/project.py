"""The project's own database and collected static files."""

from __future__ import annotations

import os
from pathlib import Path

from bin import environment, frontend
from bin.speech import ROOT, announced, run
from bin.stale import digest, when_stale


def setting(name: str, default: str = "") -> str:
    """A setting as the project sees it: from the environment, otherwise from the file .env."""
    if name in os.environ:
        return os.environ[name]
    file = ROOT / ".env"
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return settings_in(lines).get(name, default)


def settings_in(lines: list[str]) -> dict[str, str]:
    """The NAME=value lines of a .env file, without `export` and without quotes."""
    pairs = (
        line.strip().removeprefix("export ").partition("=")
        for line in lines
        if not line.lstrip().startswith("#")
    )
    return {name.strip(): value.strip().strip("'\"") for name, equals, value in pairs if equals}


def var() -> Path:
    """The folder for everything that is made at run time."""
    return ROOT / setting("ACADEMY_VAR", "var")


def prepare() -> None:
    """Bring the database up to date and collect the static files, if either is stale."""
    packages = digest([environment.RUNTIME])
    if setting("DATABASE_URL"):
        # The database is elsewhere and may have been emptied behind our back, so it is asked every time.
        with announced("Bringing the database up to date"):
            _migrate()
    else:
        when_stale(
            var() / ".academy-migrated",
            digest(migrations(), packages),
            _migrate,
            products=[var() / "academy.sqlite3"],
            doing="Bringing the database up to date",
        )
    static = var() / "static"
    built = [path for path in frontend.DIST.rglob("*") if path.is_file()]
    when_stale(
        static / ".academy",
        digest(built, packages),
        _collect,
        products=[static / "staticfiles.json"],
        doing="Collecting the static files",
    )


def migrations() -> list[Path]:
    return [path for path in ROOT.glob("*/migrations/*.py") if not path.parts[-3].startswith(".")]


def manage(*words: str) -> list[str]:
    return [str(environment.PYTHON), "manage.py", *words]


def _migrate() -> None:
    var().mkdir(parents=True, exist_ok=True)
    run(manage("migrate", "--noinput"), failed="The database could not be brought up to date.")


def _collect() -> None:
    run(manage("collectstatic", "--noinput"), failed="The static files could not be collected.")
