"""Tasks for a real worker that a test starts: one that fails with secrets in its words, and one that takes a while."""

from __future__ import annotations

import time
from pathlib import Path

from academy.celery import app


@app.task(name="tests.fails_with_secrets")
def fails_with_secrets() -> None:
    try:
        raise LookupError("/2031/invitation/Sekrit-1/ of esi@example.org")
    except LookupError as error:
        raise ValueError("GET /2022/?token=Sekrit-2 for esi@example.org") from error


@app.task(name="tests.takes_a_while")
def takes_a_while(folder: str) -> None:
    """Note that it began, wait until it is let go on, and note that it ended."""
    notes = Path(folder)
    (notes / "began").touch()
    while not (notes / "go-on").exists():
        time.sleep(0.05)
    (notes / "ended").touch()
