"""The files of the media folder: which are there, which the database names, and how others take their place."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import FileField

from academy import clock
from academy.safekeeping.archive import MEDIA, is_sound
from academy.safekeeping.refusals import NotEmpty, NotSafe
from academy.safekeeping.tables import Table
from academy.safekeeping.working import FOLDER, Tell, alone, hand_over, uninterrupted

ASIDE = ".before-"
# What is nobody's material, stays where it is and is in no backup: what a restore makes in the folder, and what systems
# keep on a disk or a share.
PASSED_OVER = re.compile(
    rf"{re.escape(FOLDER)}|{re.escape(ASIDE)}.*|lost\+found|\.Trash-.*|\.snapshot|\.zfs|@eaDir|#recycle|"
    r"System Volume Information"
)


def files_in(media: Path) -> Iterator[tuple[Path, str]]:
    """The files of the media folder with their paths in it.

    Raises:
        NotSafe: there is a link, or a name that no backup can carry.
    """
    for path in sorted(media.rglob("*")) if media.is_dir() else []:
        name = path.relative_to(media).as_posix()
        if PASSED_OVER.fullmatch(name.partition("/")[0]):
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
    """Puts what was unpacked into `new` in the place of what is in the media folder, which is kept in `aside`.

    Everything is renamed inside of the folder, so that it may be a disk of its own, a share or a link to one.
    """

    def __init__(self, media: Path, new: Path) -> None:
        self.media, self.new = media, new
        self.aside = media / f"{ASIDE}{clock.now():%Y%m%dT%H%M%SZ}"
        self._place = media.stat()
        self._begun: list[tuple[Path, Path]] = []

    @property
    def old(self) -> list[Path]:
        """What is in the folder now, and would be put aside."""
        return sorted(entry for entry in self.media.iterdir() if not PASSED_OVER.fullmatch(entry.name))

    def insist_on_possible(self, *, replace: bool) -> None:
        """Refuse before anything is touched what could not be carried out at the end.

        Raises:
            NotEmpty: there is something, and nobody said that it may be replaced.
            NotSafe: it cannot be put aside.
        """
        old = self.old
        if old and not replace:
            raise NotEmpty(
                f"The media folder {self.media} is not empty. Restore with --replace to put it aside."
            )
        if self.aside.exists():
            raise NotSafe(f"{self.aside} is there already. Call this again in a second.")
        for entry in old:
            try:
                with uninterrupted():
                    entry.rename(self.new / entry.name)
                    (self.new / entry.name).rename(entry)
            except OSError as error:
                raise NotSafe(
                    f"In the media folder, {entry.name} cannot be put aside: {error.strerror or error}. Nothing was "
                    "changed. It must belong to the account of the program, and be no disk of its own; the whole "
                    "folder may be one."
                ) from error

    def carry_out(self) -> None:
        """Put aside what is there, and what was unpacked in its place.

        Raises:
            NotSafe: the folder is another one by now.
        """
        if not os.path.samestat(self.media.stat(), self._place):
            raise NotSafe(f"Meanwhile a disk has come to {self.media}. Nothing was changed; call this again.")
        hand_over(self.new, self._place)
        old = self.old
        if old:
            self.aside.mkdir(mode=0o700)
            hand_over(self.aside, self._place)
        for entry in old:
            self._move(entry, self.aside / entry.name)
        for entry in sorted(self.new.iterdir()):
            self._move(entry, self.media / entry.name)

    def _move(self, entry: Path, place: Path) -> None:
        self._begun.append((entry, place))
        entry.rename(place)

    def _put_back(self) -> None:
        while self._begun:
            entry, place = self._begun[-1]
            if place.exists() and not entry.exists():
                place.rename(entry)
            self._begun.pop()
        if self.aside.exists():
            self.aside.rmdir()

    def undo(self) -> None:
        """Put everything back as it was.

        Raises:
            NotSafe: that is not possible; it says what lies where.
        """
        try:
            with uninterrupted():
                self._put_back()
        except OSError as error:
            raise NotSafe(
                f"The files could not be put back: {error.strerror or error}. Those that were there before are in "
                f"{self.aside}; move them back into {self.media}."
            ) from error


@contextmanager
def exchanging(media: Path, *, replace: bool, tell: Tell) -> Iterator[Exchange]:
    """An exchange of the files of the media folder, with a place to unpack into; undone if the block fails."""
    was_there = media.is_dir()
    media.mkdir(parents=True, exist_ok=True, mode=0o750)
    if not was_there:
        hand_over(media, media.parent.stat())
    with ExitStack() as if_it_fails:
        if not was_there:
            if_it_fails.callback(_remove_empty, media)
        with alone(media, tell=tell) as new, ExitStack() as undoing:
            exchange = Exchange(media, new)
            exchange.insist_on_possible(replace=replace)
            undoing.callback(exchange.undo)
            yield exchange
            undoing.pop_all()
        if_it_fails.pop_all()


def _remove_empty(folder: Path) -> None:
    """Remove a folder, unless something came into it meanwhile."""
    with suppress(OSError):
        folder.rmdir()
