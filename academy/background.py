"""What beat and the workers do, in one process: for an academy that is served without Redis.

Each entry of Celery's schedule is done when its time has come, one after the other; one that fails is logged by Celery,
and done again at its next time. Where there is a broker, `celery worker` and `celery beat` do this (docs/mail.md).

As long as that process runs it holds a lock, which whoever serves pages can see: then a page leaves mails and long
lists to it. The lock is the operating system's, and ends with the process, however that ends.
"""

import fcntl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import close_old_connections, connection

# What is done seldom waits for its first time, as beat has it; the rest is done at once.
SELDOM = 3_600.0
# Nobody wakes the process when a mail, a letter or a list waits: it looks often for what people wait for.
SWIFT = {
    "academy.tasks.send_waiting_mail": 1.0,
    "academy.tasks.take_up_lists": 1.0,
    "workshops.tasks.take_up_searches": 1.0,
    "academy.tasks.write_due_letters": 2.0,
}


def swift(schedule: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """A schedule in which what people wait for is looked at every second."""
    return {
        name: {**entry, "schedule": SWIFT.get(entry["task"], entry["schedule"])}
        for name, entry in schedule.items()
    }


class Sign:
    """The lock by which others see that this process works behind the pages of this database."""

    def __init__(self) -> None:
        self._file = _sign().open("w")
        self.is_up = False

    def put_up(self) -> bool:
        """Hold the lock from now on; whether it is held by this process."""
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self.is_up = True
        return True

    def take_down(self) -> None:
        """Hold it no longer."""
        self._file.close()
        self.is_up = False


def works_behind() -> bool:
    """Whether a process works behind the pages now, this one or another."""
    try:
        with _sign().open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _sign() -> Path:
    """Of each database one, so that tests beside a served academy do not take its process for theirs."""
    name = sha256(str(connection.settings_dict["NAME"]).encode()).hexdigest()[:12]
    return Path(settings.VAR_DIR) / f"behind-{name}.lock"


@dataclass
class Rounds:
    """The tasks of a schedule ({name: {"task": its name, "schedule": seconds}}), and when each is due next.

    Args:
        carry_out: does the task of this name, and raises nothing.
        now: seconds on a clock that never goes back.
    """

    schedule: Mapping[str, Mapping[str, Any]]
    carry_out: Callable[[str], object]
    now: Callable[[], float]
    due: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        begun = self.now()
        for name, entry in self.schedule.items():
            every = float(entry["schedule"])
            self.due[name] = begun + (every if every >= SELDOM else 0)

    def go(self) -> list[str]:
        """Do what is due; returns the names of its entries."""
        names = [name for name, moment in self.due.items() if moment <= self.now()]
        for name in names:
            close_old_connections()
            self.carry_out(str(self.schedule[name]["task"]))
            self.due[name] = self.now() + float(self.schedule[name]["schedule"])
        return names
