"""The control of the kill test: a server that acknowledges what people write before it is stored."""

from __future__ import annotations

import time
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from academy.asgi import application

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

DELAY = 0.8
_later: Queue[tuple[float, Any]] = Queue()


def _hastily(document: UUID, entries: Sequence[Any], seq: int, _chain: str) -> list[Any]:
    """Lines as if they were written; they are, a moment later."""
    from outcome.models import LogLine

    _later.put((time.monotonic() + DELAY, (document, list(entries))))
    return [
        LogLine(document_id=document, seq=seq + number, client=entry.client, update=entry.update, chain="")
        for number, entry in enumerate(entries, start=1)
    ]


def _write_later() -> None:
    from django.db import transaction

    from outcome.live import log

    while True:
        due, (document, entries) = _later.get()
        time.sleep(max(0.0, due - time.monotonic()))
        with transaction.atomic():
            log.write_lines(document, entries, -1, "")


def _be_hasty() -> None:
    from outcome.live import taking

    setattr(taking, "write_lines", _hastily)  # noqa: B010  # a name that the module does not hand on
    Thread(target=_write_later, daemon=True).start()


_be_hasty()

__all__ = ("application",)
