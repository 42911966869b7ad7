"""The list of erasures, which no backup holds: a restored academy erases again whoever was erased since the backup.

A line is the moment and the key of an account; a key without its account leads to nobody.
"""

import json
import logging
import os
from pathlib import Path
from uuid import UUID

from django.conf import settings

from academy import clock

log = logging.getLogger(__name__)


def note(account: UUID) -> None:
    """Write an erasure into the list, to the disk. The erasure stands also if this fails; the log says so."""
    line = json.dumps({"account": str(account), "at": clock.now().isoformat(timespec="seconds")}) + "\n"
    try:
        path = Path(settings.ERASED_LIST)
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        log.exception("The list of erasures could not be written; a restore would bring back %s", account)


def noted(path: Path) -> tuple[list[UUID], list[int]]:
    """(keys of the erased accounts, each once, numbers of the lines that make no sense).

    Raises:
        OSError: the list cannot be read.
    """
    accounts: dict[UUID, None] = {}
    strange = []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        try:
            accounts[UUID(json.loads(line)["account"])] = None
        except (ValueError, KeyError, TypeError, AttributeError):
            strange += [number] if line.strip() else []
    return list(accounts), strange
