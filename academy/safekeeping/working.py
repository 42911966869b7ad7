"""Where what is only made on the way lies: one at a time works there, and nothing stays when it ends.

A copy of a database, a half backup or the files of a drill are as secret as the database. Whoever is told to stop
ends in order, and removes them; what a killed one left is removed by the next.
"""

import fcntl
import os
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER, LOCK = ".work", "lock"
SIGNALS = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def alone(folder: Path, *, tell: Callable[[str], object] = lambda _text: None) -> Iterator[Path]:
    """A folder beside the backups for what is made on the way; waits until nobody else works there.

    Args:
        folder: that of the backups; it is made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    work = folder / FOLDER
    work.mkdir(exist_ok=True, mode=0o700)
    number = os.open(work / LOCK, os.O_CREAT | os.O_WRONLY, 0o600)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tell("Another backup, drill or move is at work in this folder; waiting for it …")
            fcntl.flock(number, fcntl.LOCK_EX)
        _swept(work)
        with ended_in_order():
            try:
                yield work
            finally:
                _swept(work)
    finally:
        os.close(number)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Whoever is told to stop in the block tidies up as after an error, and ends with 128 and the signal's number."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, _frame: Any) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _swept(work: Path) -> None:
    for path in work.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name != LOCK:
            path.unlink(missing_ok=True)
