"""What the notes come to: times of each action, errors by kind, how soon lines were back, whether all went well."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from bench.soak.faults import CUT, ROLL
from bench.soak.ledger import Account
from bench.soak.notes import BROKEN, LATE, Deed, Fault, Notes

RECONNECT_SECONDS = 5.0
# Pages do not know when the network is back; each looks every four seconds at most, and everybody comes at once.
AFTER_A_CUT = 2


@dataclass(frozen=True)
class Spread:
    """How long something took, in milliseconds."""

    count: int
    p50: float
    p95: float
    p99: float
    worst: float


def spread(seconds: Iterable[float]) -> Spread:
    """The spread of some durations; of none it is all zero."""
    ordered = sorted(seconds)
    if not ordered:
        return Spread(0, 0.0, 0.0, 0.0, 0.0)

    def at(share: float) -> float:
        return round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))], 1)

    return Spread(len(ordered), at(0.5), at(0.95), at(0.99), round(1000 * ordered[-1], 1))


@dataclass(frozen=True)
class Action:
    """One action: how often, how long when nothing had failed, how long altogether, what went wrong."""

    name: str
    quiet: Spread
    altogether: Spread
    errors: dict[str, int]


def actions_of(notes: Notes) -> list[Action]:
    """A row for each action, in the order in which they were first done."""
    by_name: dict[str, list[Deed]] = defaultdict(list)
    for deed in notes.deeds:
        by_name[deed.action].append(deed)
    return [
        Action(
            name,
            spread(deed.seconds for deed in deeds if deed.is_well and not _touched(deed, notes.faults)),
            spread(deed.seconds for deed in deeds if deed.is_well),
            dict(Counter(deed.said for deed in deeds if not deed.is_well)),
        )
        for name, deeds in by_name.items()
    ]


def _touched(deed: Deed, faults: list[Fault]) -> bool:
    return any(fault.touches(deed.at, deed.at + deed.seconds) for fault in faults)


@dataclass(frozen=True)
class Recovery:
    """One fault: what was told of it, and how soon the lines that it broke were there again.

    Of a rolling restart from when a line broke; of an outage from when it was over, or from when the line broke if that
    was later.
    """

    name: str
    seconds: float
    errors: dict[str, int]
    failures: int
    back: Spread


def recoveries_of(notes: Notes) -> list[Recovery]:
    """A row for each fault, in their order. A line that broke is of the last fault that had begun by then."""
    broken: dict[int, list[float]] = defaultdict(list)
    for back in notes.backs:
        begun = [n for n, fault in enumerate(notes.faults) if fault.begins <= back.lost]
        if begun:
            fault = notes.faults[begun[-1]]
            since = back.lost if fault.quiet else max(back.lost, fault.restores)
            broken[begun[-1]].append(max(0.0, back.back - since))
    rows = []
    for number, fault in enumerate(notes.faults):
        touching = [deed for deed in notes.deeds if fault.touches(deed.at, deed.at + deed.seconds)]
        errors = Counter(deed.said for deed in touching if _is_error(deed))
        failures = sum(deed.is_failure for deed in touching)
        rows.append(
            Recovery(
                fault.name, fault.ends - fault.begins, dict(errors), failures, spread(broken.get(number, ()))
            )
        )
    return rows


def _is_error(deed: Deed) -> bool:
    return deed.is_failure or deed.said in {BROKEN, LATE}


def unannounced(notes: Notes) -> list[Deed]:
    """What failed or was broken off though nothing was announced that explains it; a quiet restart explains nothing."""
    loud = [fault for fault in notes.faults if not fault.quiet]
    return [deed for deed in notes.deeds if _is_error(deed) and not _touched(deed, loud)]


def complaint_of(account: Account) -> str:
    """Why one kind is not as it must be; nothing if it is."""
    if not account.is_kept:
        lost = f"{len(account.missing)} missing, {len(account.different)} different, {len(account.doubled)} doubled"
        return f"{account.kind}: not what was acknowledged ({lost})"
    if account.foreign:
        return f"{account.kind}: {len(account.foreign)} stored that nobody sent"
    if not account.acknowledged:
        return f"{account.kind}: nothing was acknowledged, so that nothing is shown"
    return ""


def complaints(
    notes: Notes,
    accounts: list[Account],
    *,
    verified: bool,
    unequal_screens: int,
    different_texts: int,
    back_within: float = RECONNECT_SECONDS,
) -> list[str]:
    """Every reason, in words, why the day did not go as it must; empty if it did.

    `back_within`: the seconds in which 95 of 100 lines that broke are back; after a cut of the network, twice as many.
    """
    found = [words for account in accounts if (words := complaint_of(account))]
    failed = unannounced(notes)
    if fives := [deed for deed in failed if deed.is_failure]:
        found.append(f"{len(fives)} answers of 5xx outside of the faults that were announced")
    if broken := [deed for deed in failed if not deed.is_failure]:
        found.append(f"{len(broken)} requests without an answer outside of the faults that were announced")
    found += [
        f"after “{row.name}” lines were back after {row.back.p95 / 1000:.1f} s (p95)"
        for row in recoveries_of(notes)
        if row.back.p95 > 1000 * back_within * (AFTER_A_CUT if row.name == CUT else 1)
    ]
    if unequal_screens:
        found.append(f"{unequal_screens} boards show something else than the database has")
    if different_texts:
        found.append(f"{different_texts} writing pages show another text than the first")
    if not verified:
        found.append("`verify` found something")
    return found


def figures_of(notes: Notes, accounts: list[Account]) -> dict[str, Any]:
    """All of it as plain values, for the file and the report."""
    failed = unannounced(notes)
    return {
        "actions": [asdict(row) for row in actions_of(notes)],
        "faults": [
            {**asdict(row), "begins": round(fault.begins, 1), "quiet": fault.quiet}
            for row, fault in zip(recoveries_of(notes), notes.faults, strict=True)
        ],
        "phases": {name: round(at, 1) for name, at in notes.phases.items()},
        "accounts": [_facts(account) for account in accounts],
        "until acknowledged": {
            kind: asdict(spread(seconds)) for kind, seconds in notes.until_acknowledged.items()
        },
        "memory": {
            name: [[round(at, 1), round(size, 1)] for at, size in line] for name, line in notes.memory.items()
        },
        "unannounced": dict(Counter(f"{deed.action}: {deed.said}" for deed in failed)),
        "oddities": notes.oddities,
        "a second": per_second(notes),
    }


def _facts(account: Account) -> dict[str, Any]:
    counted = ("missing", "different", "doubled", "untold", "foreign")
    return {
        "kind": account.kind,
        "acknowledged": account.acknowledged,
        "stored": account.stored,
        **{name: len(getattr(account, name)) for name in counted},
        "equal": account.is_equal,
    }


def per_second(notes: Notes, width: float = 5.0) -> dict[str, list[list[float]]]:
    """How many answers a second there were, how many errors, and the p95 of the good ones, in slices of the day."""
    slices: dict[int, list[Deed]] = defaultdict(list)
    for deed in notes.deeds:
        if deed.action != "seen by others":
            slices[int((deed.at + deed.seconds) // width)].append(deed)
    found: dict[str, list[list[float]]] = {"answers": [], "errors": [], "p95": []}
    for number in range(max(slices, default=-1) + 1):
        deeds, at = slices.get(number, []), number * width
        found["answers"].append([at, sum(deed.is_well for deed in deeds) / width])
        found["errors"].append([at, sum(_is_error(deed) for deed in deeds) / width])
        if well := [deed.seconds for deed in deeds if deed.is_well]:
            found["p95"].append([at, spread(well).p95])
    return found


def rolling(figures: dict[str, Any]) -> dict[str, Any] | None:
    """The row of the rolling restart, if there was one."""
    return next((row for row in figures["faults"] if row["name"] == ROLL), None)
