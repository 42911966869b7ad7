"""nginx and Caddy at work with the configurations of deploy/, where they are installed."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from academy.uploads import LARGEST_UPLOAD
from tests.production import DEPLOY, nginx_configuration, self_signed
from tests.serving import free_port

WITH_NGINX = pytest.mark.skipif(not shutil.which("nginx"), reason="there is no nginx here")
WITH_CADDY = pytest.mark.skipif(not shutil.which("caddy"), reason="there is no Caddy here")
# Of addresses that are asked for in the clear: whether one is led on to HTTPS.
IN_THE_CLEAR = {
    "/2022/agenda/?day=day-2": True,
    "/2022/calendar/key.ics": True,
    "/api/v1/editions": False,
    "/ws/boards/": False,
}
BUFFERED = "request_buffers 23MB"
PORTS = ("8001", "8002", "8101", "8102")


def wait_for(door: int) -> None:
    """Until somebody listens at this port, or for five seconds."""
    for _try in range(100):
        with socket.socket() as caller:
            if caller.connect_ex(("127.0.0.1", door)) == 0:
                return
        time.sleep(0.05)


# --- nginx ------------------------------------------------------------------------------------------------------------


@contextmanager
def nginx_before(folder: Path, ports: dict[str, int], changes: dict[str, str] | None = None) -> Iterator[int]:
    """nginx with its configuration, changed like that, before these ports."""
    self_signed(folder)
    door = free_port()
    file = nginx_configuration(folder, door, ports)
    for theirs, ours in (changes or {}).items():
        text = (folder / "academy.conf").read_text()
        assert theirs in text
        (folder / "academy.conf").write_text(text.replace(theirs, ours))
    command = ["nginx", "-p", str(folder), "-c", str(file), "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as nginx:
        try:
            wait_for(door)
            yield door
        finally:
            nginx.terminate()


@contextmanager
def answering(port: int) -> Iterator[None]:
    """A process behind the proxy that answers everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def status_of(door: int, path: str = "/", data: bytes | None = None, within: float = 10) -> tuple[int, str]:
    """The status and the page that the door answers with."""
    request = Request(f"https://localhost:{door}{path}", data)
    try:
        with urlopen(request, timeout=within, context=ssl._create_unverified_context()) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as refused:
        return refused.code, refused.read().decode()


def statuses_while_both_are_restarted(folder: Path, path: str, lasting: str = "") -> list[int]:
    """What the door answers while the first process is away, and then while the second is."""
    ports = {port: free_port() for port in PORTS}
    one, two = (ports[port] for port in (("8101", "8102") if path.startswith("/ws/") else ("8001", "8002")))
    found = []
    with nginx_before(folder, ports, {"max_fails=0": lasting} if lasting else None) as door:
        with answering(two):
            found += [status_of(door, path)[0] for _time in range(4)]
        with answering(one):
            found += [status_of(door, path)[0] for _time in range(4)]
    return found


@WITH_NGINX
@pytest.mark.parametrize("path", ["/", "/ws/boards/"])
def test_one_process_after_the_other_is_restarted_and_nobody_notices(tmp_path, path):
    assert statuses_while_both_are_restarted(tmp_path, path) == [200] * 8


@WITH_NGINX
def test_if_the_first_were_held_off_nobody_would_be_left_when_the_second_is_restarted(tmp_path):
    found = statuses_while_both_are_restarted(tmp_path, "/ws/boards/", "max_fails=1 fail_timeout=5s")
    assert found[:4] == [200] * 4
    assert 502 in found[4:]


@WITH_NGINX
def test_a_form_that_meets_nobody_gets_the_maintenance_page_and_is_not_called_refused(tmp_path):
    shutil.copytree(DEPLOY, tmp_path / "deploy")
    ports = {port: free_port() for port in PORTS}
    with nginx_before(tmp_path, ports) as door:
        sent, asked = status_of(door, data=b"text=x"), status_of(door)
        direct = status_of(door, "/academy-maintenance.html")[0]
        (tmp_path / "maintenance").touch()
        closed = status_of(door, data=b"text=x")
    assert (sent[0], asked[0], closed[0], direct) == (502, 502, 503, 404)
    page = (DEPLOY / "nginx" / "maintenance.html").read_text()
    assert sent[1] == asked[1] == closed[1] == page


def logged_of_nobody_there(folder: Path, changes: dict[str, str] | None = None) -> str:
    """What nginx writes when somebody asks for secret addresses and no process is there."""
    ports = {port: free_port() for port in PORTS}
    with nginx_before(folder, ports, changes) as door:
        for path in ("/2031/invitation/Sekrit-1/", "/ws/boards/?key=Sekrit-2"):
            assert status_of(door, path)[0] == 502
    logs = [folder / "nginx-error.log", folder / "nginx-access.log"]
    return "".join(log.read_text() for log in logs)


@WITH_NGINX
def test_nginx_writes_no_address_when_a_process_is_away(tmp_path):
    said = logged_of_nobody_there(tmp_path)
    assert " GET 502 " in said
    assert "Sekrit" not in said


@WITH_NGINX
def test_with_all_its_errors_the_addresses_would_be_in_the_log(tmp_path):
    assert "/2031/invitation/Sekrit-1/" in logged_of_nobody_there(tmp_path, {" crit;": " error;"})


@WITH_NGINX
def test_nginx_understands_its_configuration(tmp_path):
    self_signed(tmp_path)
    said = subprocess.run(
        ["nginx", "-t", "-p", str(tmp_path), "-c", str(nginx_configuration(tmp_path, 18443, {}))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "syntax is ok" in said.stderr, said.stderr
    assert "test is successful" in said.stderr, said.stderr


@WITH_NGINX
def test_pages_are_led_to_https_and_programs_are_refused(tmp_path):
    with nginx_before(tmp_path, {}):
        said = {path: said_in_the_clear(tmp_path / "plain.sock", path) for path in IN_THE_CLEAR}
    assert said == {
        path: (308, f"https://academy.example.org{path}") if is_led_on else (403, None)
        for path, is_led_on in IN_THE_CLEAR.items()
    }


def said_in_the_clear(door: Path | int, path: str) -> tuple[int, str | None]:
    """(status, where it leads) of an address that is asked for over plain HTTP, at a port or a socket in a folder."""
    call = HTTPConnection("localhost", door if isinstance(door, int) else None)
    with socket.socket(socket.AF_UNIX if isinstance(door, Path) else socket.AF_INET) as call.sock:
        call.sock.connect(str(door) if isinstance(door, Path) else ("127.0.0.1", door))
        call.request("GET", path)
        answer = call.getresponse()
        return answer.status, answer.getheader("Location")


# --- Caddy ------------------------------------------------------------------------------------------------------------


def caddyfile(
    folder: Path, door: int, plain: int, ports: dict[str, int], changes: dict[str, str] | None = None
) -> Path:
    """The Caddyfile of deploy/caddy with other ports and folders, without what an older Caddy does not know.

    Args:
        changes: words of the file, and what stands there instead.
    """
    own = {
        "http://academy.example.org {": f"http://localhost:{plain} {{",
        "academy.example.org {": f"https://localhost:{door} {{\n\ttls {folder}/certificate.pem {folder}/key.pem",
        "/srv/academy/current/deploy/nginx": str(DEPLOY / "nginx"),
        "/var/lib/academy": str(folder),
        **{f"127.0.0.1:{port}": f"127.0.0.1:{free}" for port, free in ports.items()},
    }
    text = (DEPLOY / "caddy" / "Caddyfile").read_text()
    for theirs, ours in (changes or {}).items():
        assert theirs in text
        text = text.replace(theirs, ours)
    version = subprocess.run(["caddy", "version"], capture_output=True, text=True, check=True).stdout
    if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < (2, 8):
        own |= {"stream_close_delay 30s": "", "handle_errors 502 503 504": "handle_errors"}
        text = text.replace(BUFFERED, "buffer_requests\n\t\t\tmax_buffer_size 23MB")
    for theirs, ours in own.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    assert "\n{\n\tservers {" in text
    text = text.replace("\n{\n\tservers {", "\n{\n\tadmin off\n\tauto_https off\n\tservers {", 1)
    (folder / "Caddyfile").write_text(text)
    return folder / "Caddyfile"


@contextmanager
def caddy_before(
    folder: Path, ports: dict[str, int], changes: dict[str, str] | None = None
) -> Iterator[tuple[int, int]]:
    """Caddy with its configuration, changed like that, before these ports: (its door, the one without TLS)."""
    self_signed(folder)
    door, plain = free_port(), free_port()
    command = [
        "caddy",
        "run",
        "--adapter",
        "caddyfile",
        "--config",
        str(caddyfile(folder, door, plain, ports, changes)),
    ]
    own = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (folder / "caddy.log").open("wb") as log, subprocess.Popen(command, stderr=log, env=own) as caddy:
        try:
            wait_for(door)
            yield door, plain
        finally:
            caddy.terminate()


@WITH_CADDY
def test_caddy_serves_files_asks_the_right_processes_and_is_silent_about_figures(tmp_path):
    ports = {port: free_port() for port in PORTS}
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "site.css").write_text("p {}")
    with caddy_before(tmp_path, ports) as (door, plain):
        with answering(ports["8001"]):
            found = [status_of(door, path)[0] for path in ("/", "/metrics", "/static/site.css")]
        with answering(ports["8102"]):
            live = status_of(door, "/ws/boards/")
        said = {path: said_in_the_clear(plain, path) for path in IN_THE_CLEAR}
    assert found == [200, 404, 200]
    assert live == (200, "ok")
    assert said == {
        path: (308, f"https://localhost{path}") if is_led_on else (403, None)
        for path, is_led_on in IN_THE_CLEAR.items()
    }


@WITH_CADDY
def test_caddy_shows_the_maintenance_page_when_it_is_closed_and_when_nobody_answers(tmp_path):
    ports = {port: free_port() for port in PORTS}
    page = (DEPLOY / "nginx" / "maintenance.html").read_text()
    with caddy_before(tmp_path, ports) as (door, _plain):
        (tmp_path / "maintenance").touch()
        with answering(ports["8001"]), answering(ports["8101"]):
            closed = [status_of(door, path) for path in ("/", "/ws/boards/")]
            (tmp_path / "maintenance").unlink()
            opened = [status_of(door, path) for path in ("/", "/ws/boards/")]
        sent = status_of(door, data=b"text=x")
    assert closed == [(503, page)] * 2
    assert opened == [(200, "ok")] * 2
    assert sent == (503, page)


# --- Bodies that come slowly ------------------------------------------------------------------------------------------


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


@WITH_CADDY
def test_the_largest_upload_comes_through_caddy_as_a_whole(tmp_path):
    ports = dict.fromkeys(PORTS, free_port())  # one process, whichever is asked
    with caddy_before(tmp_path, ports) as (door, _plain), answering_one_at_a_time(ports["8001"]):
        assert status_of(door, data=b"x" * (LARGEST_UPLOAD + 10_000)) == (200, "ok")


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
