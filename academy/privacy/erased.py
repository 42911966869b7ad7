"""The list beside the database, which no backup holds: what a restored academy has to do again before anybody logs in.

A line is one fact, with its moment: that an account was erased; that a registration is seen in another way than before,
or has another pseudonym; that a consent was taken back, or given once more; that something else is shown no longer, or
again. It holds keys, never a name or a pseudonym; a key without its row leads to nobody.
"""

import json
import logging
import os
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from academy import clock
from academy.models import Visibility
from academy.privacy.shown import Shown, is_known

log = logging.getLogger(__name__)
CONSENTS = ("registration", "listed", "access needs", "news")
REPLACED = "replaced"


def note(account: UUID) -> None:
    """Write an erasure into the list, to the disk. The erasure stands also if this fails; the log says so."""
    _append({"account": str(account), "at": clock.now().isoformat(timespec="seconds")})


def note_visibility(participant: UUID, visibility: str) -> None:
    """Note how somebody is seen from now on, once this transaction is committed."""
    _note_later(participant, visibility=str(visibility))


def note_consent(participant: UUID, purpose: str, *, stands: bool) -> None:
    """Note that a consent was taken back, or given once more, once this transaction is committed."""
    _note_later(participant, consent=purpose, stands=stands)


def note_pseudonym(participant: UUID) -> None:
    """Note that somebody has another pseudonym from now on, neither the old nor the new one; after the commit."""
    _note_later(participant, pseudonym=REPLACED)


def note_shown(kind: str, key: UUID, *, stands: bool) -> None:
    """Note that something is shown no longer, or again, once this transaction is committed.

    Args:
        kind: one that an app told `academy.privacy.shown`; a restore refuses a list with another one.
        key: of what is shown.
    """
    if not is_known(kind):
        raise ValueError(kind)
    facts = {"shown": kind, "key": str(key), "stands": stands, "at": _moment()}
    transaction.on_commit(partial(_append, facts))


def _note_later(participant: UUID, **facts: Any) -> None:
    transaction.on_commit(partial(_append, {"participant": str(participant), **facts, "at": _moment()}))


def _moment() -> str:
    """That of the rule, which holds the row: by it, and not by who wrote first, the last fact is known."""
    return clock.now().isoformat(timespec="microseconds")


def _append(facts: dict[str, Any]) -> None:
    try:
        _write(json.dumps(facts).encode() + b"\n")
    except OSError:
        what = " ".join(
            str(facts[name]) for name in ("account", "participant", "shown", "key") if name in facts
        )
        log.exception("The list of erasures could not be written; a restore would bring back %s", what)


def take_over(path: Path) -> None:
    """Bring the lines of another copy into the list of this academy, so that every later restore follows them, too.

    Raises:
        OSError: one of them cannot be read or written.
    """
    own = Path(settings.ERASED_LIST)
    known = set(own.read_bytes().split(b"\n")) if own.exists() else set()
    new = [line for line in path.read_bytes().split(b"\n") if line.strip() and line not in known]
    if new:
        _write(b"".join(line + b"\n" for line in new))


def _write(lines: bytes) -> None:
    """Write lines at the end of the list, to the disk, all or an error: a full disk takes a part without a word."""
    path = Path(settings.ERASED_LIST)
    path.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        left = lines if _ends_well(number) else b"\n" + lines
        while left:
            left = left[os.write(number, left) :]
        os.fsync(number)
    finally:
        os.close(number)


def _ends_well(file: int) -> bool:
    """Whether nothing was left half written: a torn line must not take the next one with it."""
    size = os.fstat(file).st_size
    return size == 0 or os.pread(file, 1, size - 1) == b"\n"


# --- Reading it -------------------------------------------------------------------------------------------------------


@dataclass
class Noted:
    """What the list says: who was erased, and the last that is known of each registration.

    `seen` is {registration: how it is seen}, `consents` {registration: {purpose: whether it stands}}, `renamed`
    {registration: when its pseudonym was replaced}, `shown` {(kind, key): whether it is shown}; `strange` are the
    numbers of the lines that make no sense.
    """

    accounts: list[UUID] = field(default_factory=list)
    seen: dict[UUID, str] = field(default_factory=dict)
    consents: dict[UUID, dict[str, bool]] = field(default_factory=dict)
    renamed: dict[UUID, datetime] = field(default_factory=dict)
    shown: dict[Shown, bool] = field(default_factory=dict)
    strange: list[int] = field(default_factory=list)
    lines: int = 0

    @property
    def participants(self) -> list[UUID]:
        """Everybody of whom it says something, in one order."""
        return sorted({*self.seen, *self.consents, *self.renamed})


@dataclass(frozen=True)
class _Fact:
    """What a line says of `key`: `about` is the kind of line, `value` what stands there under that name."""

    at: datetime
    key: UUID
    about: str
    value: str
    stands: bool = False


def noted(path: Path) -> Noted:
    """What a list says; of several facts about the same, the latest.

    Raises:
        OSError: it cannot be read.
    """
    found, accounts, facts = Noted(), dict[UUID, None](), list[_Fact]()
    for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
        if not line.strip():
            continue
        found.lines += 1
        try:
            read = _read(json.loads(line))
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            found.strange.append(number)
            continue
        if isinstance(read, UUID):
            accounts[read] = None
        else:
            facts.append(read)
    found.accounts = list(accounts)
    for fact in sorted(facts, key=lambda fact: fact.at):
        _keep(fact, found)
    return found


def _keep(fact: _Fact, found: Noted) -> None:
    if fact.about == "visibility":
        found.seen[fact.key] = fact.value
    elif fact.about == "consent":
        found.consents.setdefault(fact.key, {})[fact.value] = fact.stands
    elif fact.about == "pseudonym":
        found.renamed[fact.key] = fact.at
    else:
        found.shown[fact.value, fact.key] = fact.stands


def _read(said: dict[str, Any]) -> UUID | _Fact:
    """The account that was erased, or what is known of a registration, or of something else that is shown.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is neither.
    """
    if set(said) <= {"account", "at"}:
        return UUID(said["account"])
    at, names = datetime.fromisoformat(said["at"]), set(said) - {"at"}
    stands = said.get("stands", False)
    if at.tzinfo is None or not isinstance(stands, bool):
        raise ValueError(said)
    if names == {"shown", "key", "stands"} and is_known(said["shown"]):
        return _Fact(at, UUID(said["key"]), "shown", said["shown"], stands)
    participant = UUID(said["participant"])
    if names == {"participant", "visibility"} and said["visibility"] in Visibility.values:
        return _Fact(at, participant, "visibility", said["visibility"])
    if names == {"participant", "consent", "stands"} and said["consent"] in CONSENTS:
        return _Fact(at, participant, "consent", said["consent"], stands)
    if names == {"participant", "pseudonym"} and said["pseudonym"] == REPLACED:
        return _Fact(at, participant, "pseudonym", REPLACED)
    raise ValueError(said)


def numbers_in_words(numbers: list[int], *, most: int = 5) -> str:
    """Some numbers of lines: "2, 4 and 7 more"."""
    shown = ", ".join(str(number) for number in numbers[:most])
    return shown if len(numbers) <= most else f"{shown} and {len(numbers) - most} more"
