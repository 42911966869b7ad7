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
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

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
def answering(port: int, *, leads_to: str = "") -> Iterator[None]:
    """A process behind the proxy that answers everything, or leads everybody elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302 if leads_to else 200)
            self.send_header("Content-Length", "2")
            if leads_to:
                self.send_header("Location", leads_to)
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


def logged_of_a_name_written_otherwise(folder: Path, changes: dict[str, str] | None = None) -> str:
    """What Caddy writes when somebody asks for a secret address of the site by a name that its log does not know."""
    ports = dict.fromkeys(PORTS, free_port())
    with caddy_before(folder, ports, changes) as (door, _plain), answering(ports["8001"]):
        asked = Request(
            f"https://localhost:{door}/2031/invitation/Sekrit-1/?key=Sekrit-2", headers={"Host": "LOCALHOST"}
        )
        with urlopen(asked, timeout=10, context=ssl._create_unverified_context()) as answer:
            assert answer.read() == b"ok"
    said = (folder / "caddy.log").read_text()
    assert '"handled request"' in said
    return said


@WITH_CADDY
def test_caddy_writes_no_address_whichever_of_its_logs_it_comes_into(tmp_path):
    assert "Sekrit" not in logged_of_a_name_written_otherwise(tmp_path)


@WITH_CADDY
@pytest.mark.parametrize("left_out", [True, False], ids=["as it is", "the control"])
def test_caddy_writes_no_address_that_an_answer_leads_to(tmp_path, left_out):
    ports = dict.fromkeys(PORTS, free_port())
    changes = {} if left_out else {"resp_headers delete": ""}
    with (
        caddy_before(tmp_path, ports, changes) as (door, _plain),
        answering(ports["8001"], leads_to="/Sekrit-3/"),
    ):
        assert status_of(door)[0] == 302
    assert ("Sekrit" in (tmp_path / "caddy.log").read_text()) is not left_out


@WITH_CADDY
def test_left_to_caddy_the_address_would_be_in_its_log(tmp_path):
    said = logged_of_a_name_written_otherwise(tmp_path, {"\tlog default {": "\tlog elsewhere {"})
    assert "/2031/invitation/Sekrit-1/" in said


# --- What both say of HTTPS ------------------------------------------------------------------------------------------


def insisted_on(door: int) -> str | None:
    """What the maintenance page says of HTTPS."""
    with pytest.raises(HTTPError) as shown:
        urlopen(f"https://localhost:{door}/", timeout=10, context=ssl._create_unverified_context())
    with shown.value as page:
        return page.headers["Strict-Transport-Security"]


@WITH_NGINX
def test_nginx_insists_on_https_for_as_long_as_its_file_says(tmp_path):
    ports = {port: free_port() for port in PORTS}
    with nginx_before(tmp_path, ports, {'"max-age=86400"': '"max-age=3600; includeSubDomains"'}) as door:
        assert insisted_on(door) == "max-age=3600; includeSubDomains"


@WITH_CADDY
def test_caddy_insists_on_https_for_as_long_as_its_environment_says(tmp_path, monkeypatch):
    ports = {port: free_port() for port in PORTS}
    with caddy_before(tmp_path, ports) as (door, _plain):
        assert insisted_on(door) == "max-age=86400"
    monkeypatch.setenv("ACADEMY_HSTS", "max-age=3600; includeSubDomains")
    with caddy_before(tmp_path, ports) as (door, _plain):
        assert insisted_on(door) == "max-age=3600; includeSubDomains"
