"""The list beside the database, which no backup holds: what a restored academy has to do again before anybody logs in.

A line is one fact, with its moment: that an account was erased; that a registration is seen in another way than before,
or has another pseudonym; that a consent was taken back, or given once more; that something else is shown no longer, or
again. It holds keys, never a name or a pseudonym; a key without its row leads to nobody.

A fact is kept in the transaction that it is about, and comes into the list after its commit: whoever is killed between,
and a disk that is full, lose nothing.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import Error, transaction

from academy import clock
from academy.models import PendingFact, Visibility
from academy.privacy.shown import Shown, is_known
from academy.safekeeping.working import hand_over, settle

log = logging.getLogger(__name__)
CONSENTS = ("registration", "listed", "access needs", "news")
REPLACED = "replaced"
KEYS = ("account", "participant", "shown", "key")
AT_ONCE = 500
_turn = Lock()


def note(account: UUID) -> None:
    """Note an erasure. It stands also if the list cannot be written: it waits then, and the log says so."""
    _note({"account": str(account), "at": clock.now().isoformat(timespec="seconds")})


def note_visibility(participant: UUID, visibility: str) -> None:
    """Note how somebody is seen from now on, once this transaction is committed."""
    _note_of(participant, visibility=str(visibility))


def note_consent(participant: UUID, purpose: str, *, stands: bool) -> None:
    """Note that a consent was taken back, or given once more, once this transaction is committed."""
    _note_of(participant, consent=purpose, stands=stands)


def note_pseudonym(participant: UUID) -> None:
    """Note that somebody has another pseudonym from now on, neither the old nor the new one; after the commit."""
    _note_of(participant, pseudonym=REPLACED)


def note_shown(kind: str, key: UUID, *, stands: bool) -> None:
    """Note that something is shown no longer, or again, once this transaction is committed.

    Args:
        kind: one that an app told `academy.privacy.shown`; a restore refuses a list with another one.
        key: of what is shown.
    """
    if not is_known(kind):
        raise ValueError(kind)
    _note({"shown": kind, "key": str(key), "stands": stands, "at": _moment()})


def _note_of(participant: UUID, **facts: Any) -> None:
    _note({"participant": str(participant), **facts, "at": _moment()})


def _note(facts: dict[str, Any]) -> None:
    """Keep a fact in this transaction, and write it into the list once that is committed."""
    PendingFact.objects.create(line=json.dumps(facts), since=clock.now())
    transaction.on_commit(write_pending)


def _moment() -> str:
    """That of the rule, which holds the row: by it, and not by who wrote first, the last fact is known."""
    return clock.now().isoformat(timespec="microseconds")


# --- Writing it -------------------------------------------------------------------------------------------------------


def write_pending() -> None:
    """Write what waits into the list, and forget that it waited.

    What cannot be written waits on, for the next fact and for the next minute, and the log says so. If the database
    goes just then, a line comes twice, and says the same.
    """
    waiting: list[PendingFact] = []
    try:
        while waiting := _waiting():
            with _in_turn() as file:
                # Whoever had the turn before may have written some of them.
                rows = _waiting()
                _append(file, [row.line.encode() for row in rows])
                PendingFact.objects.filter(pk__in=[row.pk for row in rows]).delete()
    except (OSError, Error):
        log.exception(
            "The list of erasures could not be written; a restore would bring back %s", _keys(waiting)
        )


def _waiting() -> list[PendingFact]:
    return list(PendingFact.objects.order_by("pk")[:AT_ONCE])


def _keys(rows: list[PendingFact], most: int = 20) -> str:
    """Of whom and of what these are."""
    facts = [json.loads(row.line) for row in rows[:most]]
    named = [" ".join(str(one[name]) for name in KEYS if name in one) for one in facts]
    return ", ".join(named) if len(rows) <= most else f"{', '.join(named)} and more"


def take_over(path: Path) -> None:
    """Bring the lines of another copy into the list of this academy, so that every later restore follows them, too.

    Raises:
        OSError: one of them cannot be read or written.
    """
    own = Path(settings.ERASED_LIST)
    known = set(own.read_bytes().split(b"\n")) if own.exists() else set()
    new = [line for line in path.read_bytes().split(b"\n") if line.strip() and line not in known]
    if new:
        with _in_turn() as file:
            _append(file, new)


@contextmanager
def _in_turn() -> Iterator[int]:
    """The list, open for writing, by one at a time.

    On a share two machines that write at once would write over each other: each appends where it believes the end to
    be. Within a process the lock of a file keeps nobody out, so that there is one of our own.
    """
    path = Path(settings.ERASED_LIST)
    with _turn:
        _make_folder(path.parent)
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            if os.fstat(number).st_uid == 0:
                # Made by root: whoever serves the academy has to write there afterwards.
                hand_over(path, path.parent.stat())
            fcntl.lockf(number, fcntl.LOCK_EX)
            yield number
        finally:
            os.close(number)


def _make_folder(folder: Path) -> None:
    """Make a folder that belongs to whom the one around it belongs to."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
        hand_over(one, one.parent.stat())


def _append(file: int, lines: Iterable[bytes]) -> None:
    """Write lines at the end of the list, to the disk, all or none: a full disk takes a part without a word.

    What it took of a line goes again: no restore follows a list with a line that makes no sense.
    """
    size = os.fstat(file).st_size
    left = b"".join(line + b"\n" for line in lines)
    if left and not _ends_well(file):
        left = b"\n" + left
    with ExitStack() as if_it_fails:
        if_it_fails.callback(os.ftruncate, file, size)
        while left:
            left = left[os.write(file, left) :]
        os.fsync(file)
        if_it_fails.pop_all()
    if not size:
        settle(Path(settings.ERASED_LIST).parent)


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
