"""Files are scanned for viruses where the academy has a scanner: shown with one that speaks as ClamAV's does."""

from __future__ import annotations

import io
import socketserver
import struct
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from academy.scanning import Harmful, NotScanned
from programme.materials import add_file
from programme.models import Material, Session
from tests.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

# The text that every scanner takes for a virus, for tests; in two parts, so that none takes this file for one.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
HARMLESS = b"%PDF-1.7" + b"x" * 200_000


class Scanner(socketserver.StreamRequestHandler):
    """Reads a file in pieces, and says whether the text is in it."""

    said_instead = b""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        whole = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            whole += self.rfile.read(length)
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in whole else b"stream: OK\0"
        self.wfile.write(self.said_instead or found)


class _Threads(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True


class _UnixThreads(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


@pytest.fixture(params=["port", "unix"])
def scanner(request: pytest.FixtureRequest, tmp_path: Path, settings: Any) -> Iterator[type[Scanner]]:
    """A scanner at a port, or behind a file as Debian has it."""

    class Own(Scanner):
        pass

    file, port = str(tmp_path / "clamd.ctl"), free_port()
    server = _Threads(("127.0.0.1", port), Own) if request.param == "port" else _UnixThreads(file, Own)
    settings.VIRUS_SCANNER = f"127.0.0.1:{port}" if request.param == "port" else f"unix:{file}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Own
    server.shutdown()
    server.server_close()


@pytest.fixture
def session(edition: Any) -> Session:
    return Session.objects.select_related("edition").get(slug="day-1-plenary-a")


def add(session: Any, content: bytes, by: Any) -> Material:
    return add_file(session, io.BytesIO(content), name="a.pdf", size=len(content), title="", by=by)


def test_a_harmless_file_is_kept_whole(session, amara, scanner):
    with add(session, HARMLESS, amara).file.open() as kept:
        assert kept.read() == HARMLESS


def test_what_the_scanner_knows_is_not_kept(session, amara, scanner):
    with pytest.raises(Harmful):
        add(session, HARMLESS + EICAR, amara)
    assert not Material.objects.filter(session=session).exists()


def test_without_a_scanner_it_would_be_kept(session, amara, settings):
    """The control."""
    settings.VIRUS_SCANNER = ""
    assert add(session, HARMLESS + EICAR, amara).size == len(HARMLESS + EICAR)


@pytest.mark.parametrize("said", [b"INSTREAM size limit exceeded. ERROR\0", b"nonsense", b"stream: OK but\0"])
def test_what_the_scanner_did_not_judge_is_not_kept(session, amara, scanner, said):
    scanner.said_instead = said
    with pytest.raises(NotScanned):
        add(session, HARMLESS, amara)
    assert not Material.objects.filter(session=session).exists()


@pytest.mark.parametrize("address", ["127.0.0.1:{port}", "unix:/nowhere/clamd.ctl"])
def test_while_the_scanner_is_away_the_page_says_so_and_nothing_is_kept(
    session, amara, client_of, settings, address
):
    settings.VIRUS_SCANNER = address.format(port=free_port())
    path = f"/2022/programme/desk/sessions/{session.pk}/materials/"
    sent = {"material-title": "Slides", "material-file": SimpleUploadedFile("a.pdf", HARMLESS)}
    answer = client_of(amara).post(path, sent, follow=True)
    assert "Files cannot be checked for viruses just now" in answer.content.decode()
    assert not Material.objects.filter(session=session).exists()
