"""The files of the media folder: which are there, which the database names, and how others take their place."""

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import FileField

from academy import clock
from academy.safekeeping.archive import MEDIA, is_sound
from academy.safekeeping.refusals import NotEmpty, NotSafe
from academy.safekeeping.tables import Table
from academy.safekeeping.working import (
    FOLDER,
    Tell,
    alone,
    hand_over,
    settle_all,
    settle_names,
    uninterrupted,
)

# What a restore put aside ends in OPEN until the database is kept as well: until then it is what is in use.
ASIDE, OPEN, TRIAL = ".before-", "-open", "trial"
# What is nobody's material, stays where it is and is in no backup: what a restore makes in the folder, and what systems
# keep on a disk or a share.
PASSED_OVER = re.compile(
    rf"{re.escape(FOLDER)}|{re.escape(ASIDE)}.*|lost\+found|\.Trash-.*|\.snapshot|\.zfs|@eaDir|#recycle|"
    r"System Volume Information"
)


def files_in(media: Path) -> Iterator[tuple[Path, str]]:
    """The files of the media folder with their paths in it.

    Raises:
        NotSafe: there is a link, what is no file, a name that no backup can carry, or a folder that cannot be read.
    """
    insist_on_folder(media)
    for path in sorted(_everything_in(media)) if media.is_dir() else []:
        name = path.relative_to(media).as_posix()
        try:
            kind = path.lstat().st_mode
        except FileNotFoundError:  # it has gone meanwhile
            continue
        if stat.S_ISLNK(kind):
            raise NotSafe(
                f"In the media folder, {name} is a link. What it leads to would be in no backup: have the files there, "
                "or their disk."
            )
        if not stat.S_ISDIR(kind) and not stat.S_ISREG(kind):
            raise NotSafe(
                f"In the media folder, {name} is no file, but a pipe, a socket or a device. It would be in no backup: "
                "remove it, or have it elsewhere."
            )
        if stat.S_ISREG(kind):
            if not is_sound(f"{MEDIA}{name}"):
                raise NotSafe(f"In the media folder, the file {name!r} has a name that no backup can carry.")
            yield path, name


def insist_on_folder(media: Path) -> None:
    """Refuse a media folder that is something else; one that is not there yet is none of it.

    Raises:
        NotSafe: it is a file, or a link that leads nowhere or to itself.
    """
    if os.path.lexists(media) and not media.is_dir():
        raise NotSafe(
            f"The media folder {media} is no folder: it is a file, or a link that leads nowhere. Nothing was changed."
        )


def _everything_in(media: Path) -> Iterator[Path]:
    """Files, folders and links of the media folder, but for what is passed over.

    Raises:
        NotSafe: a folder cannot be read; what is in it would be in no backup.
    """
    for place, folders, files in os.walk(media, onerror=_cannot_be_read):
        if Path(place) == media:
            folders[:] = [name for name in folders if not PASSED_OVER.fullmatch(name)]
            files = [name for name in files if not PASSED_OVER.fullmatch(name)]  # noqa: PLW2901  # fewer of them
        yield from (Path(place, name) for name in (*folders, *files))


def _cannot_be_read(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):  # it has gone meanwhile
        raise NotSafe(
            f"The folder {error.filename} cannot be read: {error.strerror or error}. What is in it would be in no "
            "backup."
        ) from error


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

    Everything is renamed inside of the folder, so that it may be a disk of its own, a share or a link to one. What is
    in use never lies in `new`, not even for a moment: that folder is removed at the end, and by the next after a kill.
    Whoever is killed before the database is kept leaves `aside` under its first name, which says that it is needed.
    """

    def __init__(self, media: Path, new: Path) -> None:
        self.media, self.new = media, new
        self._kept = media / f"{ASIDE}{clock.now():%Y%m%dT%H%M%SZ}"
        self.aside = self._kept.with_name(f"{self._kept.name}{OPEN}")
        self._place = media.stat()
        self._begun: list[tuple[Path, Path]] = []
        self._unpacked: set[Path] | None = None

    @property
    def old(self) -> list[Path]:
        """What is in the folder now, and would be put aside."""
        return sorted(entry for entry in self.media.iterdir() if not PASSED_OVER.fullmatch(entry.name))

    @property
    def open(self) -> list[str]:
        """The names of what nobody needs any more once the database is kept: ours, and what earlier ones left open."""
        return sorted({self.aside.name, *(folder.name for folder in left_open(self.media))})

    def insist_on_possible(self, *, replace: bool) -> None:
        """Refuse before anything is touched what could not be carried out at the end, as far as looking can tell.

        Raises:
            NotEmpty: there is something, and nobody said that it may be replaced.
            NotSafe: it cannot be put aside.
        """
        old = self.old
        if old and not replace:
            raise NotEmpty(
                f"The media folder {self.media} is not empty. Restore with --replace to put it aside."
            )
        if self.aside.exists() or self._kept.exists():
            raise NotSafe(f"{self._kept} is there already. Call this again in a second.")
        for entry in old:
            if obstacle := self._obstacle(entry):
                raise NotSafe(
                    f"In the media folder, {entry.name} cannot be put aside: {obstacle}. Nothing was changed. It must "
                    "belong to the account of the program, and be no disk of its own; the whole folder may be one."
                )
        self._try_out()

    def _obstacle(self, entry: Path) -> str:
        """Why an entry of the folder cannot be renamed, if that can be seen; looking at it changes nothing."""
        found = entry.lstat()
        if self._place.st_mode & stat.S_ISVTX and os.geteuid() not in {0, found.st_uid, self._place.st_uid}:
            return "it belongs to somebody else"
        if not stat.S_ISDIR(found.st_mode):
            return ""
        if found.st_dev != self._place.st_dev:
            return "it is a disk of its own"
        return "" if os.access(entry, os.W_OK | os.X_OK) else "the program may not write into it"

    def _try_out(self) -> None:
        """Rename an empty folder there and back, as everything will be renamed.

        Raises:
            NotSafe: it cannot be done.
        """
        trial = self.new / TRIAL
        try:
            with uninterrupted():
                trial.mkdir()
                trial.rename(self._kept)
                self._kept.rename(trial)
                trial.rmdir()
        except OSError as error:
            raise NotSafe(
                f"In the media folder {self.media} nothing can be renamed: {error.strerror or error}. "
                "Nothing was changed."
            ) from error

    def settle(self) -> None:
        """Have what was unpacked on the disk, before anything rests on its being there."""
        settle_all(self.new)

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
        self._unpacked = {path.relative_to(self.new) for path in self.new.rglob("*")}
        for entry in old:
            self._move(entry, self.aside / entry.name)
        for entry in sorted(self.new.iterdir()):
            self._move(entry, self.media / entry.name)
        for folder in (self.aside, self.media) if old else (self.media,):
            settle_names(folder)

    def _move(self, entry: Path, place: Path) -> None:
        self._begun.append((entry, place))
        entry.rename(place)

    def _put_back(self) -> None:
        while self._begun:
            entry, place = self._begun[-1]
            if place.exists() and not entry.exists():
                place.rename(entry)
            self._begun.pop()
        self._keep_what_came()
        if self.aside.exists():
            self.aside.rmdir()

    def _keep_what_came(self) -> None:
        """Give back what somebody saved among the new files before they were taken out again; `new` is removed."""
        if self._unpacked is None:  # none of it was ever among what is in use
            return
        for path in sorted(self.new.rglob("*")):
            name = path.relative_to(self.new)
            if path.is_dir() or name in self._unpacked:
                continue
            place = self.aside / name if os.path.lexists(self.media / name) else self.media / name
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
            path.rename(place)

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


def left_open(media: Path) -> list[Path]:
    """What restores put aside that did not come to their end, as far as anybody knows."""
    return sorted(media.glob(f"{ASIDE}*{OPEN}")) if media.is_dir() else []


def close(media: Path, names: Iterable[str]) -> list[str]:
    """Give what was put aside its last name, as the database is kept; what cannot be renamed is said in words."""
    odd = []
    for folder in left_open(media):
        if folder.name in names:
            place = folder.with_name(folder.name.removesuffix(OPEN))
            try:
                folder.rename(place)
            except OSError as error:
                odd.append(
                    f"{folder} cannot be renamed: {error.strerror or error}. The database is kept, and nobody needs "
                    f"what is in it: call it {place.name}, so that nobody moves it back."
                )
    return odd


@contextmanager
def exchanging(media: Path, *, tell: Tell) -> Iterator[Exchange]:
    """An exchange of the files of the media folder, with a place to unpack into; undone if the block fails."""
    insist_on_folder(media)
    was_there = media.is_dir()
    media.mkdir(parents=True, exist_ok=True, mode=0o750)
    if not was_there:
        hand_over(media, media.parent.stat())
        settle_names(media.parent)
    with ExitStack() as if_it_fails:
        if not was_there:
            if_it_fails.callback(_remove_empty, media)
        with alone(media, tell=tell) as new, ExitStack() as undoing:
            exchange = Exchange(media, new)
            undoing.callback(exchange.undo)
            yield exchange
            undoing.pop_all()
            for words in close(media, exchange.open):
                tell(words)
        if_it_fails.pop_all()


def _remove_empty(folder: Path) -> None:
    """Remove a folder, unless something came into it meanwhile."""
    with suppress(OSError):
        folder.rmdir()
