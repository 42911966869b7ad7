"""Bodies that come slowly keep no process of the application busy: nginx and Caddy at work, where there are any."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from uuid import uuid4

import pytest
from django.urls import reverse

from academy.uploads import LARGEST_UPLOAD
from tests.production import ROOT
from tests.serving import free_port
from tests.test_proxies import BUFFERED, PORTS, WITH_CADDY, WITH_NGINX, caddy_before, nginx_before, status_of


class OneAtATime(BaseHTTPRequestHandler):
    """Reads a body before it answers, as the application does; `reading` is set when it begins with one."""

    reading = threading.Event()

    def do_GET(self) -> None:
        if self.headers["Upgrade"]:
            self.send_response(101)
            self.send_header("Connection", "Upgrade")
            self.send_header("Upgrade", "websocket")
            self.end_headers()
            self.wfile.write(self.rfile.read(5))
        else:
            self._answer()

    def do_POST(self) -> None:
        self.reading.set()
        size = int(self.headers["Content-Length"])
        if len(self.rfile.read(size)) == size:
            self._answer()

    def _answer(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def answering_one_at_a_time(port: int) -> Iterator[threading.Event]:
    """A process with a single thread behind the proxy; yields what is set once it reads a body."""
    OneAtATime.reading = threading.Event()
    with HTTPServer(("127.0.0.1", port), OneAtATime) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield OneAtATime.reading
        finally:
            # Not before whoever drips is gone: until then the only thread may be waiting for them.
            server.shutdown()
            thread.join()


@contextmanager
def calling(door: int) -> Iterator[ssl.SSLSocket]:
    """A connection to the door over which nothing has been said yet."""
    context = ssl._create_unverified_context()
    with (
        socket.create_connection(("localhost", door), timeout=20) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as caller,
    ):
        yield caller


@contextmanager
def dripping(door: int, count: int = 12) -> Iterator[list[ssl.SSLSocket]]:
    """So many callers that announce a long body, and send the beginning of it."""
    with ExitStack() as stack:
        callers = []
        for _caller in range(count):
            caller = stack.enter_context(calling(door))
            caller.sendall(
                b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 20000\r\n\r\n" + b"x" * 10_000
            )
            callers.append(caller)
        yield callers


@WITH_NGINX
def test_bodies_that_drip_keep_no_process_busy_behind_nginx(tmp_path):
    ports = dict.fromkeys(PORTS, free_port())  # one process, whichever is asked
    with nginx_before(tmp_path, ports) as door, answering_one_at_a_time(ports["8001"]), dripping(door):
        assert status_of(door) == (200, "ok")


@WITH_CADDY
def test_bodies_that_drip_keep_no_process_busy_behind_caddy(tmp_path):
    ports = dict.fromkeys(PORTS, free_port())  # one process, whichever is asked
    with (
        caddy_before(tmp_path, ports) as (door, _plain),
        answering_one_at_a_time(ports["8001"]) as reading,
        dripping(door) as callers,
    ):
        assert status_of(door) == (200, "ok")
        assert not reading.is_set()
        callers[0].sendall(b"x" * 10_000)
        assert callers[0].recv(100).startswith(b"HTTP/1.1 200 OK")
        assert reading.is_set()


@WITH_CADDY
def test_passed_on_as_they_come_they_would_keep_it_busy(tmp_path):
    """The control of both: a single caller is enough, and nobody else is answered."""
    ports = dict.fromkeys(PORTS, free_port())  # one process, whichever is asked
    with (
        caddy_before(tmp_path, ports, {BUFFERED: ""}) as (door, _plain),
        answering_one_at_a_time(ports["8001"]) as reading,
        dripping(door, 1),
    ):
        assert reading.wait(20)
        with pytest.raises(TimeoutError):
            status_of(door, within=1)


def addresses_of_uploads() -> dict[str, str]:
    """Every address of ours that takes a file, by its name."""
    key, edition = uuid4(), "2022"
    return {
        name: reverse(name, args=[edition, key][: 1 + has_key])
        for name, has_key in (
            ("outcome:check", False),
            ("programme:import_outline", False),
            ("programme:add_material", True),
            ("invitation_upload", False),
            ("invitation_list", True),
        )
    }


def test_no_other_form_takes_a_file():
    """Whoever adds one tells Caddy."""
    forms = {
        path.stem
        for path in (ROOT / "templates").rglob("*.html")
        if "multipart/form-data" in path.read_text()
    }
    assert forms == {"check", "import_outline", "import_preview", "files", "upload", "preview"}


@WITH_CADDY
def test_the_largest_upload_comes_through_caddy_as_a_whole_where_there_are_uploads(tmp_path):
    """Elsewhere it would only take memory from whoever else waits there."""
    ports = dict.fromkeys(PORTS, free_port())  # one process, whichever is asked
    largest = b"x" * (LARGEST_UPLOAD + 10_000)
    with caddy_before(tmp_path, ports) as (door, _plain), answering_one_at_a_time(ports["8001"]):
        for name, address in addresses_of_uploads().items():
            assert status_of(door, address, largest) == (200, "ok"), name
        assert status_of(door, "/2022/register/", b"x" * 1_000_000) == (200, "ok")
        for address in (
            "/",
            "/2022/register/",
            "/2022/people/invitations/list/a/b/",
            "/2022/document/check/x/",
        ):
            assert announced(door, address, 3_000_000).startswith(b"HTTP/1.1 413 "), address


def announced(door: int, address: str, size: int) -> bytes:
    """What is said to somebody who announces a body of so many bytes."""
    with calling(door) as caller:
        caller.sendall(
            f"POST {address} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n".encode()
        )
        return caller.recv(100)


@WITH_CADDY
def test_caddy_ends_a_body_that_never_comes_to_its_end(tmp_path):
    ports = dict.fromkeys(PORTS, free_port())  # one process, whichever is asked
    with (
        caddy_before(tmp_path, ports, {"read_body 5m": "read_body 1s"}) as (door, _plain),
        answering_one_at_a_time(ports["8001"]),
        dripping(door, 1) as (caller,),
    ):
        said = b""
        while more := caller.recv(1000):  # it ends, where otherwise this would time out
            said += more
        assert not said.endswith(b"ok")


@WITH_CADDY
def test_what_bounds_a_body_bounds_no_socket(tmp_path):
    ports = dict.fromkeys(PORTS, free_port())
    upgrade = (
        b"GET /ws/boards/ HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    )
    with (
        caddy_before(tmp_path, ports, {"read_body 5m": "read_body 500ms"}) as (door, _plain),
        answering_one_at_a_time(ports["8101"]),
        calling(door) as caller,
    ):
        caller.sendall(upgrade)
        assert b" 101 " in caller.recv(1000)
        time.sleep(1)
        caller.sendall(b"hello")
        assert caller.recv(1000) == b"hello"
