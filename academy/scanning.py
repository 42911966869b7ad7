"""Files that are kept are scanned for viruses, where the academy has a scanner (`VIRUS_SCANNER`): ClamAV's clamd.

What it recognises is refused. While it does not answer nothing is taken in: a file that nobody looked at is not kept.
"""

import logging
import socket
import struct
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid

PIECE, SECONDS = 65_536, 20.0
UNIX = "unix:"
# The most that is read of an answer: it is a line.
LONGEST = 4_096

logger = logging.getLogger(__name__)


class Harmful(Invalid):
    """The scanner recognises something in the file."""

    message = gettext_lazy("The virus scanner knows something harmful in this file. It was not kept.")


class NotScanned(DomainError):
    """The scanner does not answer, or not in a way that says whether the file is harmless."""

    message = gettext_lazy(
        "Files cannot be checked for viruses just now, so that none is taken. Please try again later."
    )


def insist_on_harmless(file: BinaryIO) -> None:
    """Refuse a file that the academy's scanner recognises; without a scanner every file is taken.

    Raises:
        Harmful, NotScanned
    """
    if not settings.VIRUS_SCANNER:
        return
    try:
        said = _said_of(file, settings.VIRUS_SCANNER)
    except OSError as problem:
        logger.error("no file is taken in: the virus scanner does not answer (%s)", problem)  # no trace
        raise NotScanned from problem
    if said.endswith(" FOUND"):
        logger.warning("a file was refused: the virus scanner says %s", said)
        raise Harmful
    if said != "stream: OK":
        logger.error("no file is taken in: the virus scanner says %s", said)
        raise NotScanned


def _said_of(file: BinaryIO, address: str) -> str:
    """What the scanner at this address says of the file, which stands at its start before and after."""
    with _called(address) as line:
        line.sendall(b"zINSTREAM\0")
        file.seek(0)
        while piece := file.read(PIECE):
            line.sendall(struct.pack("!I", len(piece)) + piece)
        file.seek(0)
        line.sendall(struct.pack("!I", 0))
        return _answer(line)


def _called(address: str) -> socket.socket:
    if address.startswith(UNIX):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(SECONDS)
        line.connect(address.removeprefix(UNIX))
        return line
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), SECONDS)


def _answer(line: socket.socket) -> str:
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST:
        if not (more := line.recv(LONGEST)):
            break
        said += more
    return said.rstrip(b"\0\n").decode("utf-8", "replace")
