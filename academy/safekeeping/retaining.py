"""Which backups stay: of the newest days the last of each, and of the newest one all.

A day with many backups, as before upgrades, does not push earlier days out. A backup whose name is ahead of the time
was made while a clock was wrong, or is none of ours: it counts for nothing, and is not removed either.
"""

import re
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

from academy import clock
from academy.safekeeping.refusals import NotSafe

NAMES = re.compile(r"academy-(\d{8}T\d{6})Z(-\d+)?\.tar\.gz(\.age)?")
AHEAD = timedelta(hours=1)


def moment_of(path: Path) -> datetime | None:
    """When a backup was made, as its name says; None for other files."""
    found = NAMES.fullmatch(path.name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None


def backups_in(folder: Path) -> list[Path]:
    """The backups in a folder, the newest first; other files are none of ours.

    Raises:
        NotSafe: the folder cannot be read, so that nobody knows what is in it.
    """
    try:
        found = list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        found = []
    except OSError as error:
        raise NotSafe(f"The folder {folder} cannot be read: {error.strerror or error}.") from error
    return sorted((path for path in found if moment_of(path)), key=_order, reverse=True)


def ahead_of_time(folder: Path) -> list[Path]:
    """The backups whose names say that they will be made."""
    return [path for path in backups_in(folder) if _moment(path) > clock.now() + AHEAD]


def newest_in(folder: Path) -> Path | None:
    """The newest backup; one that is ahead of the time only if there is no other."""
    found = backups_in(folder)
    ahead = set(ahead_of_time(folder))
    return next((path for path in found if path not in ahead), found[0] if found else None)


def forget_old(folder: Path, *, keep: int, made: Path | None = None) -> list[Path]:
    """Remove the backups that need not stay; returns which.

    Args:
        keep: of how many days backups stay, at least of one.
        made: the one that was just made, which stays whatever its name says.
    """
    if keep < 1:
        raise NotSafe("At least one backup is kept.")
    ahead = set(ahead_of_time(folder))
    counted = [path for path in backups_in(folder) if path not in ahead]
    days = [list(paths) for _day, paths in groupby(counted, key=lambda path: _moment(path).date())]
    staying = {path for number, paths in enumerate(days[:keep]) for path in (paths[:1] if number else paths)}
    old = [path for path in counted if path not in staying and path != made]
    try:
        for path in old:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise NotSafe(
            f"The backup is made, but earlier ones cannot be removed from {folder}: {error.strerror or error}."
        ) from error
    return old


def _moment(path: Path) -> datetime:
    return moment_of(path) or datetime.min.replace(tzinfo=UTC)


def _order(path: Path) -> tuple[datetime, int]:
    found = NAMES.fullmatch(path.name)
    return _moment(path), int(((found and found[2]) or "-1")[1:])
