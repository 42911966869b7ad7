"""What the proxy may read of the academy's folders: static files and the mark of maintenance, and nothing else."""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.production import DEPLOY, ROOT, nginx_configuration, self_signed
from tests.serving import free_port
from tests.test_proxies import PORTS, answering, caddyfile, wait_for

INSTALL = (ROOT / "docs" / "install.md").read_text()
# The account of the program in this test; the proxy's is that of Debian.
PROGRAM, PROXY = "nobody", "www-data"
AS_PROXY: dict[str, Any] = {"user": PROXY, "group": PROXY, "extra_groups": [], "capture_output": True}


def _has(name: str) -> bool:
    return name in {account.pw_name for account in pwd.getpwall()}


def as_program(*words: str, cwd: Path, **environment: str) -> None:
    """Run something as the account of the program, with the umask of its units.

    It may read what others may not, because the Python of the tests may lie in root's folder; it writes as any account.
    """
    group = str(pwd.getpwnam(PROGRAM).pw_gid)
    account = ["setpriv", "--reuid", PROGRAM, "--regid", group, "--clear-groups"]
    reading = ["--inh-caps", "+dac_read_search", "--ambient-caps", "+dac_read_search"]
    subprocess.run(
        [*account, *reading, *words],
        cwd=cwd,
        check=True,
        umask=0o027,
        env={"PATH": os.environ["PATH"], **environment},
    )


def made_as_install_says(var: Path) -> None:
    """The folders with the words of docs/install.md, for other names and another place."""
    lines = re.findall(r"^install -d .*/var/lib/academy.*$", INSTALL, re.MULTILINE)
    assert len(lines) == 3
    group = grp.getgrgid(pwd.getpwnam(PROGRAM).pw_gid).gr_name
    for line in lines:
        words = line.replace("-o academy", f"-o {PROGRAM}").replace("-g academy", f"-g {group}")
        subprocess.run(["sh", "-c", words.replace("/var/lib/academy", str(var))], check=True)


@pytest.fixture
def var() -> Iterator[Path]:
    """The folder of the academy: static files collected as the program collects them, a medium, a list of erasures."""
    if os.geteuid() != 0 or not shutil.which("setpriv") or not _has(PROGRAM) or not _has(PROXY):
        pytest.skip(f"NOT SHOWN: needs root, setpriv and the accounts {PROGRAM} and {PROXY}")
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        folder = Path(made) / "academy"
        made_as_install_says(folder)
        collecting = ("-B", "manage.py", "collectstatic", "--noinput", "--verbosity=0")
        as_program(sys.executable, *collecting, cwd=ROOT, ACADEMY_VAR=str(folder), ACADEMY_MODE="development")
        words = "mkdir -p media/2022 && echo private > media/2022/a.txt && echo private > erased.jsonl"
        as_program("sh", "-c", words, cwd=folder)
        yield folder


def readable_for_the_proxy(path: Path) -> bool:
    said = subprocess.run(["cat", path], check=False, **AS_PROXY)
    return said.returncode == 0


@contextmanager
def nginx(var: Path) -> Iterator[int]:
    """nginx with the configuration of deploy/, its workers under the account that Debian gives them."""
    folder, door, ports = var.parent / "nginx", free_port(), {port: free_port() for port in PORTS}
    folder.mkdir(mode=0o755)
    self_signed(folder)
    file = nginx_configuration(folder, door, ports)
    file.write_text(file.read_text().replace("user root;", f"user {PROXY};"))
    # The page of maintenance lies where the proxy can read it, which the folder of these tests may not be.
    pages = shutil.copytree(DEPLOY / "nginx", folder / "pages")
    places = folder / "academy-places.conf"
    text = places.read_text().replace(f"{folder}/maintenance", f"{var}/maintenance")
    places.write_text(text.replace(str(DEPLOY / "nginx"), str(pages)))
    with subprocess.Popen(["nginx", "-p", str(folder), "-c", str(file), "-g", "daemon off;"]) as process:
        try:
            wait_for(door)
            with answering(ports["8001"]):
                yield door
        finally:
            process.terminate()


@contextmanager
def caddy(var: Path) -> Iterator[int]:
    """Caddy with the configuration of deploy/, under the same account."""
    home, door, ports = var.parent / "caddy", free_port(), {port: free_port() for port in PORTS}
    home.mkdir()
    shutil.chown(home, PROXY, PROXY)
    self_signed(var)
    file = caddyfile(var, door, free_port(), ports)
    words = ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
    account = {name: value for name, value in AS_PROXY.items() if name != "capture_output"}
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)}
    with subprocess.Popen(words, env=environment, cwd=home, stderr=subprocess.DEVNULL, **account) as process:
        try:
            wait_for(door)
            with answering(ports["8001"]):
                yield door
        finally:
            process.terminate()


def asked(door: int, path: str) -> tuple[int, bytes]:
    try:
        with urlopen(
            f"https://localhost:{door}{path}", timeout=10, context=ssl._create_unverified_context()
        ) as answer:
            return answer.status, answer.read()
    except HTTPError as refused:
        return refused.code, refused.read()


@pytest.fixture(params=[nginx, caddy], ids=["nginx", "caddy"])
def door(request, var, monkeypatch) -> Iterator[int]:
    if not shutil.which(request.param.__name__):
        pytest.skip(f"NOT SHOWN: there is no {request.param.__name__} here")
    monkeypatch.setenv("ACADEMY_VAR", str(var))
    with request.param(var) as door:
        yield door


def test_the_proxy_serves_static_files_and_sees_the_mark_and_reads_nothing_else(var, door):
    files = [path for path in (var / "static").rglob("*") if path.is_file()]
    assert len(files) > 50
    found = subprocess.run(["find", var / "static", "-type", "f", "-readable"], check=True, **AS_PROXY).stdout
    assert {Path(line) for line in found.decode().splitlines()} == set(files)
    for suffix in (".css", ".js", ".svg"):
        path = next(path for path in files if path.suffix == suffix)
        assert asked(door, f"/static/{path.relative_to(var / 'static')}") == (200, path.read_bytes())
    private = [var / "media" / "2022" / "a.txt", var / "erased.jsonl"]
    assert [path for path in private if readable_for_the_proxy(path)] == []
    assert subprocess.run(["ls", var], check=False, **AS_PROXY).returncode != 0
    assert asked(door, "/") == (200, b"ok")
    (var / "maintenance").touch(mode=0o600)
    assert asked(door, "/")[0] == 503
    (var / "maintenance").unlink()
    assert asked(door, "/") == (200, b"ok")
    # The control: with the words of before, what is collected belongs to no group of the proxy's.
    shutil.rmtree(var / "static")
    as_program("sh", "-c", "mkdir -p static && echo 'p {}' > static/site.css", cwd=var)
    assert asked(door, "/static/site.css")[0] in {
        403,
        503,
    }  # 503: an older Caddy shows its page for every error


def test_the_proxy_is_in_no_group_that_reads_secrets():
    for page in ROOT.glob("docs/*.md"):
        assert not re.search(r"(adduser|usermod|gpasswd -*a).*www-data", page.read_text()), page.name
