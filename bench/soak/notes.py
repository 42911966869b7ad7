"""What is noted while the day goes on: each request, each line that broke and came back, each fault that was told."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

# What may still be told of a fault after it is over: a proxy holds a dead process off for five seconds.
GRACE_SECONDS = 6.0
BROKEN, LATE = "broken off", "no answer in time"


@dataclass(frozen=True)
class Deed:
    """One request: what it was for, when it began, how long it took, and what came of it."""

    action: str
    at: float
    seconds: float
    said: str

    @property
    def is_well(self) -> bool:
        return self.said in {"200", "201", "302", "303"}

    @property
    def is_failure(self) -> bool:
        """A 5xx."""
        return self.said.startswith("5")


@dataclass(frozen=True)
class Back:
    """A line that broke and came back: of which kind, when."""

    page: str
    lost: float
    back: float


@dataclass
class Fault:
    """Something that was made to fail, from when to when.

    `restores` is the moment from which it could work again; a restart that nobody may notice is `quiet`.
    """

    name: str
    begins: float
    restores: float = 0.0
    ends: float = 0.0
    quiet: bool = False

    def touches(self, begun: float, ended: float) -> bool:
        """Whether something that went on from one moment to another may have met it."""
        last = (self.ends or float("inf")) + (0.0 if self.quiet else GRACE_SECONDS)
        return begun <= last and ended >= self.begins


@dataclass
class Notes:
    """All of it, in seconds since the beginning."""

    began: float = field(default_factory=time.monotonic)
    deeds: list[Deed] = field(default_factory=list)
    backs: list[Back] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    phases: dict[str, float] = field(default_factory=dict)
    # For each process its moments, and its megabytes then.
    memory: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    # For each kind of what was acknowledged, the seconds until it was.
    until_acknowledged: dict[str, list[float]] = field(default_factory=dict)
    seen: list[float] = field(default_factory=list)
    # What needs a look though nothing is lost: {words: how often}
    oddities: dict[str, int] = field(default_factory=dict)

    def now(self) -> float:
        return time.monotonic() - self.began

    def enter(self, phase: str) -> None:
        """A part of the day begins."""
        self.phases[phase] = self.now()

    def acknowledged(self, what: str, since: float) -> None:
        """Something that was first tried at `since` is acknowledged now."""
        self.until_acknowledged.setdefault(what, []).append(self.now() - since)

    def wonder(self, words: str) -> None:
        self.oddities[words] = self.oddities.get(words, 0) + 1

    @contextmanager
    def fault(self, name: str, *, quiet: bool = False) -> Iterator[Fault]:
        """Announce that something fails inside the block."""
        fault = Fault(name, self.now(), quiet=quiet)
        self.faults.append(fault)
        try:
            yield fault
        finally:
            fault.ends = self.now()
            fault.restores = fault.restores or fault.ends
