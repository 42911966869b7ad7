"""The files of the media folder: which are there, which the database names, and how others take their place."""

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import FileField

from academy import clock
from academy.safekeeping.archive import MEDIA, is_sound
from academy.safekeeping.refusals import NotSafe
from academy.safekeeping.tables import Table

# What a restore makes in the folder: it is nobody's material, and in no backup.
NEW, ASIDE = ".restoring", ".before-"
OURS = re.compile(rf"{re.escape(NEW)}|{re.escape(ASIDE)}.*")


def files_in(media: Path) -> Iterator[tuple[Path, str]]:
    """The files of the media folder with their paths in it.

    Raises:
        NotSafe: there is a link, or a name that no backup can carry.
    """
    for path in sorted(media.rglob("*")) if media.is_dir() else []:
        name = path.relative_to(media).as_posix()
        if OURS.fullmatch(name.partition("/")[0]):
            continue
        if path.is_symlink():
            raise NotSafe(
                f"In the media folder, {name} is a link. What it leads to would be in no backup: have the files there, "
                "or their disk."
            )
        if path.is_file():
            if not is_sound(f"{MEDIA}{name}"):
                raise NotSafe(f"In the media folder, the file {name!r} has a name that no backup can carry.")
            yield path, name


def named_files(tables: Iterable[Table], connection: BaseDatabaseWrapper) -> set[str]:
    """The files that the rows of these tables name, by their paths in the media folder."""
    found: set[str] = set()
    for table in tables:
        for field in table.fields:
            if isinstance(field, FileField):
                rows = table.model._base_manager.using(connection.alias).exclude(**{field.attname: ""})
                found.update(str(name) for name in rows.values_list(field.attname, flat=True) if name)
    return found


def missing_files(names: Iterable[str], media: Path) -> list[str]:
    """Those of these files that are not in the folder."""
    return sorted(name for name in names if not (media / name).is_file())


class Exchange:
    """Puts files in the place of those of the media folder, which are kept; undone if the block fails.

    Everything is renamed inside of the folder, so that it may be a disk of its own, a share or a link to one. What
    comes is unpacked into `new`; what was there is afterwards in `aside`.
    """

    def __init__(self, media: Path) -> None:
        self.media = media
        self.new = media / NEW
        self.aside = media / f"{ASIDE}{clock.now():%Y%m%dT%H%M%SZ}"
        self._done: list[tuple[Path, Path]] = []
        self._was_there = media.is_dir()

    @property
    def old(self) -> list[Path]:
        """What is in the folder now, and would be put aside."""
        entries = self.media.iterdir() if self.media.is_dir() else []
        return sorted(entry for entry in entries if not OURS.fullmatch(entry.name))

    def insist_on_possible(self) -> None:
        """Refuse before anything is touched what could not be carried out at the end.

        Raises:
            NotSafe
        """
        for entry in self.old:
            if entry.is_mount():
                raise NotSafe(
                    f"In the media folder, {entry.name} is a disk of its own, which cannot be put aside. Have the "
                    "whole media folder on that disk."
                )
        if self.aside.exists():
            raise NotSafe(f"{self.aside} is there already. Call this again in a second.")

    def __enter__(self) -> "Exchange":
        self.media.mkdir(parents=True, exist_ok=True, mode=0o750)
        if self.new.exists():
            shutil.rmtree(self.new)  # of a restore that was killed
        self.new.mkdir(mode=0o750)
        return self

    def carry_out(self) -> None:
        """Put aside what is there, and what was unpacked in its place."""
        old = self.old
        if old:
            self.aside.mkdir(mode=0o700)
        for entry in old:
            self._move(entry, self.aside / entry.name)
        for entry in sorted(self.new.iterdir()):
            self._move(entry, self.media / entry.name)

    def _move(self, entry: Path, place: Path) -> None:
        entry.rename(place)
        self._done.append((entry, place))

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        try:
            if kind is not None:
                self._undo()
        finally:
            shutil.rmtree(self.new, ignore_errors=True)
        if kind is not None and not self._was_there:
            shutil.rmtree(self.media, ignore_errors=True)

    def _undo(self) -> None:
        try:
            while self._done:
                entry, place = self._done[-1]
                place.rename(entry)
                self._done.pop()
            if self.aside.exists():
                self.aside.rmdir()
        except OSError as error:
            raise NotSafe(
                f"The files could not be put back: {error.strerror or error}. Those that were there before are in "
                f"{self.aside}; move them back into {self.media}."
            ) from error
