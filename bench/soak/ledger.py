"""What people were told is saved, and whether the database has it: exactly that, once, and nothing else."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Ledger:
    """What was sent, and what was acknowledged, by kind: {kind: {key: value}}."""

    sent: dict[str, dict[Hashable, Any]] = field(default_factory=dict)
    acknowledged: dict[str, dict[Hashable, Any]] = field(default_factory=dict)

    def send(self, kind: str, key: Hashable, value: Any) -> None:
        self.sent.setdefault(kind, {})[key] = value

    def acknowledge(self, kind: str, key: Hashable, value: Any) -> None:
        self.acknowledged.setdefault(kind, {})[key] = value

    def refuse(self, kind: str, key: Hashable) -> None:
        """What was sent last was refused in words: it stays as it was acknowledged before, if it was."""
        self.sent[kind].pop(key, None)
        if key in self.acknowledged.get(kind, {}):
            self.sent[kind][key] = self.acknowledged[kind][key]


@dataclass(frozen=True)
class Account:
    """One kind compared: how many were acknowledged and stored, and what does not fit."""

    kind: str
    acknowledged: int
    stored: int
    missing: tuple[str, ...] = ()
    different: tuple[str, ...] = ()
    doubled: tuple[str, ...] = ()
    # Stored, and nobody was told: the answer was lost, and the day ended before it was asked for again.
    untold: tuple[str, ...] = ()
    # Stored, and nobody sent it.
    foreign: tuple[str, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether nothing that was acknowledged is missing, other than it was, or there twice."""
        return not (self.missing or self.different or self.doubled)

    @property
    def is_equal(self) -> bool:
        """Whether the database has exactly what was acknowledged."""
        return self.is_kept and not (self.untold or self.foreign)


def compare(ledger: Ledger, stored: Mapping[str, Iterable[tuple[Hashable, Any]]]) -> list[Account]:
    """One account for each kind that was sent or is stored.

    Args:
        stored: the rows of the database, (key, value) each; a key that comes twice is doubled.
    """
    kinds = dict.fromkeys((*ledger.sent, *ledger.acknowledged, *stored))
    return [_account(kind, ledger, list(stored.get(kind, ()))) for kind in kinds]


def _account(kind: str, ledger: Ledger, rows: list[tuple[Hashable, Any]]) -> Account:
    told, sent = ledger.acknowledged.get(kind, {}), ledger.sent.get(kind, {})
    there, times = dict(rows), Counter(key for key, _value in rows)

    def named(keys: Iterable[Hashable]) -> tuple[str, ...]:
        return tuple(sorted(str(key) for key in keys))

    # What was sent after the last acknowledgement may have been stored instead.
    different = [
        key
        for key, value in told.items()
        if key in there and there[key] != value and there[key] != sent.get(key, value)
    ]
    untold = [
        key
        for key in there
        if key in sent and (key not in told or (there[key] != told[key] and key not in set(different)))
    ]
    return Account(
        kind,
        len(told),
        len(rows),
        missing=named(key for key in told if key not in there),
        different=named(different),
        doubled=named(key for key, count in times.items() if count > 1),
        untold=named(untold),
        foreign=named(key for key in there if key not in sent and key not in told),
    )
