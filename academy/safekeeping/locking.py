"""Backups that only the holder of a key can read, in the format of age (age-encryption.org/v1).

The server needs the public half alone, so whoever breaks into it reads no earlier backup. Any `age` program opens them.
"""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

import pyrage
from pyrage import x25519

from academy.safekeeping.refusals import NoBackup, NotOpened, NotSafe

LONGEST_KEY = 1_000_000
HEAD = b"age-encryption.org/v1"


def new_key() -> tuple[str, str]:
    """A new pair: the secret half, which opens, and the public one, which locks."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipients_of(words: Sequence[str]) -> list[Any]:
    """The keys that lock.

    Raises:
        NotSafe: one of them is none; an empty one is no wish for a backup that everybody can read.
    """
    if not all(word.strip() for word in words):
        raise NotSafe("The key that locks the backup is empty. Nothing was written.")
    try:
        return [x25519.Recipient.from_str(word.strip()) for word in words]
    except pyrage.RecipientError as error:
        raise NotSafe(
            "A key that locks backups is one line of 62 signs that begins with age1, and this is no whole one: copy "
            "all of what `manage.py backup_key` printed. Nothing was written."
        ) from error


def identities_in(path: Path) -> list[Any]:
    """The keys that open, from a file as `manage.py backup_key` or `age-keygen` writes it.

    Raises:
        NotSafe: the file cannot be read, is no file or too large, or holds none.
    """
    try:
        # A pipe may be one of the shell's: `--identity <(…)` has the key on no disk.
        if path.exists() and not (path.is_file() or path.is_fifo()):
            raise NotSafe(f"The key in {path} cannot be read: it is no file.")
        with path.open("rb") as file:
            text = file.read(LONGEST_KEY + 1)
        if len(text) > LONGEST_KEY:
            raise NotSafe(f"There is no key in {path}: it is too large for one.")
        lines = [line.strip() for line in text.decode().splitlines()]
        found = [x25519.Identity.from_str(line) for line in lines if line.startswith("AGE-SECRET-KEY-")]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise NotSafe(f"The key in {path} cannot be read.") from error
    if not found:
        raise NotSafe(f"There is no key in {path}; it has a line that begins with AGE-SECRET-KEY-.")
    return found


def is_locked(path: Path) -> bool:
    """Whether only the holder of a key can read this file."""
    with path.open("rb") as file:
        return file.read(len(HEAD)) == HEAD


class _Noting:
    """A file that remembers what went wrong with it: through age, only its words would arrive."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.problem = file, None

    problem: OSError | None

    def _noted(self, act: Any, *words: Any) -> Any:
        try:
            return act(*words)
        except OSError as error:
            self.problem = error
            raise

    def write(self, data: bytes) -> int:
        return cast(int, self._noted(self.file.write, data))

    def flush(self) -> None:
        self._noted(self.file.flush)

    def read(self, size: int = -1) -> bytes:
        return cast(bytes, self._noted(self.file.read, size))


@contextmanager
def locked(file: BinaryIO, recipients: Sequence[Any]) -> Iterator[BinaryIO]:
    """Write into `file` what is written into the block's file, locked for these keys; as it is, if there are none."""
    if not recipients:
        yield file
        return
    end, beginning = os.pipe()
    noting = _Noting(file)
    failed: list[Exception] = []

    def work() -> None:
        with os.fdopen(end, "rb") as source:
            try:
                pyrage.encrypt_io(source, noting, list(recipients))
            except (OSError, pyrage.EncryptError) as error:
                failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        with suppress(BrokenPipeError), os.fdopen(beginning, "wb") as sink:
            yield sink
    finally:
        thread.join()
    if noting.problem or failed:
        raise noting.problem or failed[0]


@contextmanager
def opened(path: Path, identities: Sequence[Any]) -> Iterator[BinaryIO]:
    """Read a backup's file in the block, opened with one of these keys if it is locked.

    Raises:
        NotOpened: none of them opens it.
        NoBackup: it was cut off or changed.
    """
    with path.open("rb") as file:
        if not is_locked(path):
            yield file
            return
        if not identities:
            raise NotOpened(f"{path.name} is locked. Name the file with its key: --identity FILE.")
        end, beginning = os.pipe()
        failed: list[Exception] = []

        def work() -> None:
            with suppress(BrokenPipeError), os.fdopen(beginning, "wb") as sink:
                try:
                    pyrage.decrypt_io(file, sink, list(identities))
                except (OSError, pyrage.DecryptError) as error:
                    failed.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        try:
            with os.fdopen(end, "rb") as source:
                yield source
            thread.join()
            if failed:  # also what was read to its end without a complaint
                raise NoBackup(
                    f"{path.name} is cut off or damaged, or something was added to it."
                ) from failed[0]
        except (NoBackup, EOFError, OSError):
            thread.join()
            if failed and "No matching keys" in str(failed[0]):
                raise NotOpened(
                    f"{path.name} is locked with another key than the one that was given."
                ) from failed[0]
            raise
        finally:
            thread.join()
