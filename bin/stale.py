"""Whether a step has to be done again: a stamp beside its product holds the digest of what the step was made from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from bin.speech import announced

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def digest(paths: Iterable[Path], *words: str) -> str:
    """The SHA-256 of the names and contents of these files, in order of name, and of these words."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.name}\0{_content_digest(path)}\0".encode())
    for word in words:
        total.update(f"{word}\0".encode())
    return total.hexdigest()


def is_fresh(stamp: Path, wanted: str, *, products: Iterable[Path]) -> bool:
    """True when the products are there and were made from exactly what is wanted."""
    return all(product.exists() for product in products) and stamp.is_file() and stamp.read_text() == wanted


def mark(stamp: Path, wanted: str) -> None:
    """Note what the step was made from."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(wanted)


def when_stale(
    stamp: Path,
    wanted: str,
    act: Callable[[], object],
    *,
    products: Iterable[Path],
    doing: str,
    needs: Callable[[], object] | None = None,
) -> bool:
    """Do the step unless it is fresh, and return whether it was done; a step that failed stays stale.

    `needs` prepares what only a stale step needs, and announces itself.
    """
    if is_fresh(stamp, wanted, products=products):
        return False
    if needs:
        needs()
    stamp.unlink(missing_ok=True)
    with announced(doing):
        act()
    mark(stamp, wanted)
    return True


def _content_digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "absent"
