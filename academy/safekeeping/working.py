"""Where what is only made on the way lies: one at a time works in a folder, and nothing stays there when it ends.

A copy of a database, a half backup or the files of a drill are as secret as the database. Whoever is told to stop ends
in order, and removes them; what a killed one left is removed by the next.
"""

import errno
import fcntl
import os
import shutil
import signal
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from academy.safekeeping.refusals import NotSafe

FOLDER, LOCK, RUN = ".academy-work", "lock", "run-"
SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
# What a share says that cannot be asked to have the names in a folder on its disk.
NOT_FOR_FOLDERS = {errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EBADF}
Tell = Callable[[str], object]


# --- A folder of one's own --------------------------------------------------------------------------------------------


@contextmanager
def alone(folder: Path, *, tell: Tell = lambda _text: None) -> Iterator[Path]:
    """An empty folder in `folder` for what is made on the way; waits until nobody else works there.

    Raises:
        NotSafe: there is no place to work.
    """
    work = folder / FOLDER
    try:
        number = _lock(folder, work, tell)
    except OSError as error:
        raise NotSafe(f"There is no place to work in {folder}: {error.strerror or error}.") from error
    try:
        with ended_in_order():
            try:
                _sweep(work)
                yield Path(mkdtemp(prefix=RUN, dir=work))
            finally:
                _sweep(work)
    finally:
        with suppress(OSError):
            (work / LOCK).unlink()
            work.rmdir()
        os.close(number)


def _lock(folder: Path, work: Path, tell: Tell) -> int:
    """The open file whose lock is ours."""
    while True:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        work.mkdir(exist_ok=True, mode=0o700)
        _insist_on_ours(work)
        try:
            number = os.open(work / LOCK, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o600)
        except FileNotFoundError:  # whoever worked here has just left, and has taken the folder away
            continue
        with ExitStack() as closing:
            closing.callback(os.close, number)
            _wait_for(number, work, tell)
            if _is_still(number, work / LOCK):
                closing.pop_all()
                return number


def _wait_for(number: int, work: Path, tell: Tell) -> None:
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        tell(f"Another backup, drill, move or restore is at work in {work.parent}; waiting for it …")
        fcntl.flock(number, fcntl.LOCK_EX)


def _is_still(number: int, path: Path) -> bool:
    """Whether this open file is the one of that name: whoever had the lock before removes it."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(number), path.lstat())
    return False


def _insist_on_ours(work: Path) -> None:
    """Refuse a folder that leads elsewhere, or into which others write: what lies in it is removed."""
    with suppress(FileNotFoundError):
        found = work.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise NotSafe(f"{work} is a link, or a folder of somebody else. Look what it is, and remove it.")


def _sweep(work: Path) -> None:
    """Remove what was made here, and nothing else."""
    for path in work.glob(f"{RUN}*"):
        if not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)


# --- Signals ----------------------------------------------------------------------------------------------------------


class _Ending:
    """How this process takes it that it is told to stop."""

    is_on = False
    waiting: list[int] | None = None


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Whoever is told to stop in the block tidies up as after an error, and ends with 128 and the signal's number.

    Once is enough: what is told while it tidies up does not disturb it. What was to be passed over (`nohup`) is.
    """
    if _Ending.is_on or threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {
        number: signal.getsignal(number)
        for number in SIGNALS
        if signal.getsignal(number) is not signal.SIG_IGN
    }
    for number in before:
        signal.signal(number, _told)
    _Ending.is_on = True
    try:
        yield
    finally:
        _Ending.is_on = False
        for number, handler in before.items():
            signal.signal(number, handler)


def _told(number: int, _frame: Any) -> None:
    if _Ending.waiting is not None:
        _Ending.waiting.append(number)
        return
    for one in SIGNALS:
        if signal.getsignal(one) is _told:
            signal.signal(one, signal.SIG_IGN)
    raise SystemExit(128 + number)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """What is begun in the block is carried out whole: whoever is told to stop meanwhile ends after it."""
    if not _Ending.is_on or _Ending.waiting is not None:
        yield
        return
    _Ending.waiting = []
    try:
        yield
    finally:
        told, _Ending.waiting = _Ending.waiting, None
    if told:
        _told(told[0], None)


# --- Files ------------------------------------------------------------------------------------------------------------


def hand_over(path: Path, like: os.stat_result) -> None:
    """Give a file, or a folder with everything in it, to whom something else belongs; only root can."""
    if os.geteuid() == 0:
        for one in (path, *(path.rglob("*") if path.is_dir() else ())):
            os.chown(one, like.st_uid, like.st_gid, follow_symlinks=False)


def settle(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def settle_names(folder: Path) -> None:
    """Have the names in a folder on the disk, where its disk knows of such a thing; many shares do not."""
    try:
        settle(folder)
    except OSError as error:
        if error.errno not in NOT_FOR_FOLDERS:
            raise


def settle_all(folder: Path) -> None:
    """Have everything in a folder on the disk, and its names."""
    for path in folder.rglob("*"):
        if path.is_file():
            settle(path)
        elif path.is_dir():
            settle_names(path)
    settle_names(folder)


def settled_names(folder: Path) -> str:
    """The same where nothing can be taken back any more: what the disk says against it, in words; mostly nothing."""
    try:
        settle_names(folder)
    except OSError as error:
        return (
            f"Whether the names in {folder} are on the disk is not sure: {error.strerror or error}. Look at this disk, "
            "and do not switch the machine off before."
        )
    return ""
