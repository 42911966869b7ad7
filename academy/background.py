"""What beat and the workers do, in one process: for an academy that is served without Redis.

Each entry of Celery's schedule is done when its time has come, one after the other; one that fails is logged by Celery,
and done again at its next time. Where there is a broker, `celery worker` and `celery beat` do this (docs/mail.md).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import close_old_connections

# What is done seldom waits for its first time, as beat has it; the rest is done at once.
SELDOM = 3_600.0


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
