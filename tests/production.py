"""The production shape on the loopback of this machine: what deploy/ describes, with other ports and folders.

nginx reads the very files of deploy/nginx; gunicorn, uvicorn, worker and beat start with the words of the units.
"""

from __future__ import annotations

import math
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.serving import free_port, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = {
    "web-1": ("academy-web@.service", "8001"),
    "web-2": ("academy-web@.service", "8002"),
    "live-1": ("academy-live@.service", "8101"),
    "live-2": ("academy-live@.service", "8102"),
    "worker": ("academy-worker.service", ""),
    "beat": ("academy-beat.service", ""),
}


@dataclass
class Shape:
    """Everything that runs: where the door is, and each process by its name."""

    address: str
    folder: Path
    environment: dict[str, str]
    ports: dict[str, int]
    has_proxy: bool
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start one process with the words of its unit."""
        if name == "nginx":  # its socket in a folder outlives it when it is killed
            (self.folder / "plain.sock").unlink(missing_ok=True)
        log = (self.folder / f"{name}.log").open("ab")
        process = self.processes[name] = subprocess.Popen(
            self._words(name), cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True
        )
        if name in UNITS and (weight := re.search(r"^CPUWeight=(\d+)$", unit_of(name), re.MULTILINE)):
            _weigh(process.pid, int(weight[1]))

    def _words(self, name: str) -> list[str]:
        if name == "nginx":
            return [
                "nginx",
                "-p",
                str(self.folder),
                "-c",
                str(self.folder / "nginx.conf"),
                "-g",
                "daemon off;",
            ]
        port = UNITS[name][1]
        words = shlex.split(re.search(r"^ExecStart=(.*)$", unit_of(name), re.MULTILINE)[1])  # type: ignore[index]
        given = {
            "${ACADEMY_HOST}": "127.0.0.1",
            "${ACADEMY_HOST}:80%i": f"127.0.0.1:{self.ports.get(port, '')}",
            "81%i": str(self.ports.get(port, "")),
            "/var/lib/academy/beat-schedule": f"{self.folder}/beat",
        }
        return [sys.executable, *(given.get(word, word) for word in words[1:])]

    def start_all(self) -> None:
        for name in (*UNITS, *(("nginx",) if self.has_proxy else ())):
            self.start(name)
        for port in self.ports.values():
            wait_until_ready(f"http://127.0.0.1:{port}")
        self._wait_for_the_door()

    def _wait_for_the_door(self) -> None:
        until = time.monotonic() + 30
        while (process := self.processes.get("nginx")) and process.poll() is None:
            with socket.socket() as caller:
                if caller.connect_ex(("127.0.0.1", int(self.address.rpartition(":")[2]))) == 0:
                    return
            if time.monotonic() > until:
                break
            time.sleep(0.1)
        if self.has_proxy:
            raise TimeoutError("nginx does not answer")

    def kill_all(self) -> None:
        """End every process at once, with its children, as a power cut does."""
        for process in self.processes.values():
            os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes.values():
            process.wait()

    def end_all(self) -> None:
        for name, process in reversed(self.processes.items()):
            _end(process, unit_of(name) if name in UNITS else "")

    def stop(self, name: str, *, within: float = 70) -> float:
        """Ask one process to end; returns how many seconds it took."""
        process, began = self.processes[name], time.monotonic()
        ask_to_end(process, unit_of(name) if name in UNITS else "")
        try:
            process.wait(within)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
        return time.monotonic() - began

    def said(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")


def unit_of(name: str) -> str:
    """The systemd unit of a process."""
    return (DEPLOY / "systemd" / UNITS[name][0]).read_text()


def _weigh(pid: int, weight: int) -> None:
    """Give a new process its share of the processor, about as systemd does: a step of niceness is a quarter of it."""
    niceness = round(math.log(100 / weight, 1.25))
    group = Path(f"/proc/{pid}/autogroup")
    try:
        os.setpriority(os.PRIO_PROCESS, pid, niceness)
        # Where the kernel shares by session first, niceness counts within a session only.
        if group.exists():
            _write_patiently(group, str(niceness))
    except OSError as error:
        print(f"Process {pid} weighs as much as all others: {error}", file=sys.stderr)


def _write_patiently(file: Path, words: str) -> None:
    """Who is not root may change one group in a tenth of a second; for that it is tried for a whole one.

    Raises:
        OSError: it cannot be written.
    """
    for _time in range(10):
        with suppress(BlockingIOError):
            file.write_text(words)
            return
        time.sleep(0.1)
    file.write_text(words)


@contextmanager
def production_shape(environment: Mapping[str, str], folder: Path, *, now: str) -> Iterator[Shape]:
    """Start everything on free ports; it is gone when the block ends.

    Args:
        environment: names database, Redis and folder, which are there already.
    """
    has_proxy = shutil.which("nginx") is not None
    ports = {port: free_port() for _unit, port in UNITS.values() if port}
    door = free_port() if has_proxy else ports["8101"]
    address = f"https://localhost:{door}" if has_proxy else f"http://localhost:{door}"
    (folder / "metrics").mkdir()
    given = {
        **os.environ,
        **environment,
        "ACADEMY_NOW": now,
        "SECOND_FACTOR": "0",
        "CELERY_EAGER": "0",
        "EMAIL_URL": "",
        "LOG_LEVEL": "WARNING",
        "TRUSTED_PROXY_COUNT": "1" if has_proxy else "0",
        "CSRF_TRUSTED_ORIGINS": address,
        "SITE_ADDRESS": address,
        "PROMETHEUS_MULTIPROC_DIR": str(folder / "metrics"),
    }
    shape = Shape(address, folder, given, ports, has_proxy)
    if has_proxy:
        self_signed(folder)
        nginx_configuration(folder, door, ports)
    with ExitStack() as stack:
        stack.callback(shape.end_all)
        shape.start_all()
        yield shape


def ask_to_end(process: subprocess.Popen[bytes], unit: str) -> None:
    """Ask as systemd does: every process of the unit, unless it says `KillMode=mixed`; then the first one alone."""
    if not unit or "\nKillMode=mixed\n" in unit:
        process.terminate()
    elif process.poll() is None:
        os.killpg(process.pid, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes], unit: str) -> None:
    ask_to_end(process, unit)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def nginx_configuration(folder: Path, door: int, ports: Mapping[str, int]) -> Path:
    """The configuration of deploy/nginx with other ports and folders, in a frame of its own; returns its file."""
    var = Path(os.environ.get("ACADEMY_VAR") or ROOT / "var").absolute()
    own = {
        "/etc/letsencrypt/live/academy.example.org/fullchain.pem": f"{folder}/certificate.pem",
        "/etc/letsencrypt/live/academy.example.org/privkey.pem": f"{folder}/key.pem",
        "/etc/nginx/snippets/academy-places.conf": f"{folder}/academy-places.conf",
        "/var/log/nginx/academy.log": f"{folder}/nginx-access.log",
        "/var/log/nginx/error.log": f"{folder}/nginx-error.log",
        "/var/lib/academy/static/": f"{var}/static/",
        "/var/lib/academy/maintenance": f"{folder}/maintenance",
        "/srv/academy/current/deploy/nginx": str(DEPLOY / "nginx"),
        "listen 443 ssl http2;": f"listen 127.0.0.1:{door} ssl http2;",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen unix:{folder}/plain.sock;",
        "    listen [::]:80;\n": "",
        "server_name academy.example.org;": "server_name localhost;",
        **{f"127.0.0.1:{port}": f"127.0.0.1:{free}" for port, free in ports.items()},
    }
    for name in ("academy.conf", "academy-places.conf"):
        text = (DEPLOY / "nginx" / name).read_text()
        for theirs, ours in own.items():
            text = text.replace(theirs, ours)
        (folder / name).write_text(text)
    temporary = "\n".join(
        f"  {kind}_temp_path {folder}/{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;\n" if os.geteuid() == 0 else ""
    frame = (
        f"{user}worker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx-error.log warn;\n"
        f"events {{ worker_connections 8192; }}\nhttp {{\n  include /etc/nginx/mime.types;\n"
        f"  default_type application/octet-stream;\n{temporary}\n  include {folder}/academy.conf;\n}}\n"
    )
    (folder / "nginx.conf").write_text(frame)
    return folder / "nginx.conf"


def self_signed(folder: Path) -> None:
    """A certificate for localhost that is good for a day."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    moment = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(hours=1))
        .not_valid_after(moment + timedelta(days=1))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
