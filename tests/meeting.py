"""A moment in which threads wait for each other, so that a race needs no luck to be run.

Whoever holds a lock waits there in vain, and goes on after a while; without the lock all come, and go on together. The
protection is shown with little patience, its absence with much: a busy machine makes a test slower and not red.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

LITTLE, MUCH = 1.0, 60.0  # seconds of patience, where the others are kept out and where they come


class Meeting:
    """So many threads wait for each other once, or as long as the first one's patience lasts."""

    def __init__(self, count: int, *, patience: float) -> None:
        self._barrier = Barrier(count)
        self._patience = patience
        self._is_over = False

    def wait(self) -> None:
        if self._is_over:
            return
        with suppress(BrokenBarrierError):
            self._barrier.wait(self._patience)
        self._is_over = True
