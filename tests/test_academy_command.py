"""`deploy/academy`: settings as systemd reads them, the account of the program, nothing secret in what it says."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import json
import os
import pty
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = Path(__file__).resolve().parent.parent / "deploy" / "academy"
# The Python of the system, as on a server: that of the tests may lie where other accounts see nothing.
PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
AS_ROOT = os.geteuid() == 0
# Who the program runs as in these tests: another account if there is a choice.
ACCOUNT = pwd.getpwnam("nobody") if AS_ROOT else pwd.getpwuid(os.geteuid())
STRANGER = "daemon"
NEEDS_ROOT = pytest.mark.skipif(not AS_ROOT, reason="NOT SHOWN: only root can become another account")
SECRET = "s3cr3t-pass$word&more"
PROGRAM = """
import json, os, sys
print(json.dumps({
    "words": sys.argv, "environment": dict(os.environ), "folder": os.getcwd(), "umask": os.umask(0),
    "ids": [os.getresuid(), os.getresgid(), sorted(os.getgroups())], "terminal": os.isatty(0),
    "asked": sys.stdin.readline() if "ask" in sys.argv else "", "listed": open("/proc/self/cmdline").read(),
    "session": os.getsid(0),
    "open": [n for n in map(int, os.listdir("/proc/self/fd")) if n > 2 and os.path.exists(f"/proc/self/fd/{n}")],
}))
"""


def _loaded():
    """The command as a module; nothing is written beside it."""
    loader = importlib.machinery.SourceFileLoader("academy_command", str(COMMAND))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("academy_command", loader))
    sys.modules["academy_command"] = module
    exec(compile(COMMAND.read_text(), str(COMMAND), "exec"), module.__dict__)
    return module


command = _loaded()


@pytest.fixture
def server() -> Iterator[Path]:
    """A folder that every account can enter, with a program that tells what it sees, and settings."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "srv" / ".venv" / "bin").mkdir(parents=True)
        (folder / "srv" / ".venv" / "bin" / "python").symlink_to(Path(PYTHON).resolve())
        (folder / "srv" / "manage.py").write_text(PROGRAM)
        (folder / "academy.env").write_text(f"DATABASE_URL='postgres://academy:{SECRET}@localhost/a'\n")
        # Where every account can read it: the folder of these tests may be root's alone.
        shutil.copy(COMMAND, folder / "academy")
        for path in (folder, *(path for path in folder.rglob("*") if not path.is_symlink())):
            path.chmod(0o755)
        yield folder


def call(server, *words, **options):
    """Call the command as an administrator does; `environment` adds to that of the caller."""
    environment = {
        "PATH": os.environ["PATH"], "ACADEMY_USER": ACCOUNT.pw_name, "ACADEMY_HOME": str(server / "srv"),
        "ACADEMY_ENV": str(server / "academy.env"), **options.pop("environment", {}),
    }  # fmt: skip
    return subprocess.run(
        [PYTHON, "-I", str(server / "academy"), *words],
        env=environment, capture_output=True, text=True, check=False, timeout=30, **options,
    )  # fmt: skip


def seen(said):
    """What the program told of itself."""
    assert said.returncode == 0, said.stderr
    return json.loads(said.stdout)


# --- Settings ---------------------------------------------------------------------------------------------------------

AS_SYSTEMD_SAYS = {
    "A=plain": "plain",
    "  A=after blanks": "after blanks",
    "A = around  ": "around",
    "A=two  words\t": "two  words",
    "A=pa$word&more;x#y": "pa$word&more;x#y",
    "A=postgres://a:b@h/db?a=1&b=2": "postgres://a:b@h/db?a=1&b=2",
    "A=$HOME ${HOME} `id` $(id) %h": "$HOME ${HOME} `id` $(id) %h",
    'A="in $quotes & blanks  "': "in $quotes & blanks  ",
    "A='single \"and\" \\ $x'": 'single "and" \\ $x',
    'A=it\'s a "word"': 'it\'s a "word"',
    "A=\"one\" 'two'three ": "onetwothree",
    'A="a\\"b\\\\c\\$d\\`e\\nf"': 'a"b\\c$d`e\\nf',
    "A=a\\\\b\\$c\\ ": "a\\b$c ",
    "A=joined\\\nline": "joinedline",
    'A="joined\\\nline"': "joinedline",
    'A="two\nlines"': "two\nlines",
    "A='two\nlines'": "two\nlines",
    "# A=no\n; A=no\nA=yes": "yes",
    "A=first\nA=last": "last",
    "A=": "",
    "A=''": "",
    "A='": "",
    "no sign\nA=there": "there",
    "='\nA=there": "there",
    "A=windows\r\nB=x": "windows",
    "A=end\\": "end",
    "A=ä€": "ä€",
}


@pytest.mark.parametrize("text", AS_SYSTEMD_SAYS)
def test_settings_are_read_by_the_rules_of_systemd(text):
    assert command.settings_in(text)[0]["A"] == AS_SYSTEMD_SAYS[text]


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="NOT SHOWN: there is no systemd to compare with"
)
@pytest.mark.parametrize("text", AS_SYSTEMD_SAYS)
def test_systemd_itself_reads_the_same(text, tmp_path):
    """It has no command that reads such a file, but it reads the name of the system by the same function."""
    expected = AS_SYSTEMD_SAYS[text]
    if not expected or "\n" in expected or "=" in expected:
        pytest.skip("systemd-analyze cannot ask for such a value")

    def has(value: str) -> str:
        word = f"A={value}".replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
        said = subprocess.run(
            ["systemd-analyze", "condition", f'ConditionOSRelease="{word}"'],
            env={**os.environ, "SYSTEMD_OS_RELEASE": str(file)}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return said.stdout + said.stderr

    file = tmp_path / "os-release"
    file.write_bytes(text.encode())
    assert "Conditions succeeded" in has(expected)
    assert "Conditions failed" in has(expected + "x")


def test_a_line_without_a_name_sets_nothing_and_is_told_by_its_number_alone():
    found, nameless = command.settings_in(f"A=1\nexport B={SECRET}\n{SECRET}=x\n9=x\nC=2")
    assert (found, nameless) == ({"A": "1", "C": "2"}, [2, 3, 4])


def test_a_comment_that_versions_of_systemd_read_differently_is_refused():
    with pytest.raises(command.Refused, match=r"^Line 2 is a comment that ends in a backslash"):
        command.settings_in(f"A=1\n# {SECRET} \\\nB=2")
    assert command.settings_in("# two \\\\\nB=2")[0] == {"B": "2"}


def test_the_example_of_an_environment_is_read_as_it_stands_there():
    text = (COMMAND.parent / "academy.env.example").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert command.settings_in(text) == (dict(line.split("=", 1) for line in lines), [])


# --- What the program sees --------------------------------------------------------------------------------------------


def test_the_program_runs_in_its_folder_with_the_settings_and_the_words_of_the_caller(server):
    said = seen(call(server, "restore", "/a file", "--identity", "x", umask=0o077))
    assert said["words"] == ["manage.py", "restore", "/a file", "--identity", "x"]
    assert said["folder"] == str((server / "srv").resolve())
    assert said["umask"] == 0o027
    assert said["environment"]["DATABASE_URL"] == f"postgres://academy:{SECRET}@localhost/a"
    assert said["environment"]["HOME"] == ACCOUNT.pw_dir


def test_the_environment_of_the_caller_does_not_count_but_for_the_terminal(server):
    (server / "academy.env").write_text("ACADEMY_MODE=production\nLANG=C.UTF-8\n")
    foreign = {
        "ACADEMY_MODE": "development", "DATABASE_URL": "sqlite:///x", "PYTHONPATH": "/tmp", "LD_PRELOAD": "",
        "PATH": "/tmp/bad", "HOME": "/root", "TERM": "xterm", "LC_TIME": "fr_FR.UTF-8", "LANG": "de_DE.UTF-8",
    }  # fmt: skip
    found = seen(call(server, environment=foreign))["environment"]
    found.pop("LC_CTYPE", None)  # Python itself sets it where the caller's language is not installed
    assert found == {
        "ACADEMY_MODE": "production", "LANG": "C.UTF-8", "TERM": "xterm", "LC_TIME": "fr_FR.UTF-8", "SHELL": "/bin/sh",
        "PATH": command.PATH, "HOME": ACCOUNT.pw_dir, "USER": ACCOUNT.pw_name, "LOGNAME": ACCOUNT.pw_name,
    }  # fmt: skip


def test_no_secret_stands_in_the_list_of_processes(server):
    said = seen(call(server, "backup"))
    assert SECRET in said["environment"]["DATABASE_URL"]
    assert SECRET not in said["listed"]
    assert said["listed"].split("\0")[1:] == ["manage.py", "backup", ""]


def test_the_program_can_ask_at_the_terminal(server):
    ours, theirs = pty.openpty()
    os.write(ours, b"an answer\n")
    try:
        said = seen(call(server, "ask", stdin=theirs))
    finally:
        os.close(ours)
        os.close(theirs)
    assert (said["terminal"], said["asked"]) == (True, "an answer\n")


@pytest.mark.skipif(
    not Path("/usr/bin/python3").exists(), reason="NOT SHOWN: there is no python3 of the system"
)
def test_it_runs_as_a_program_of_its_own(server):
    """As it is installed: mode 755, by the Python of the system, which reads nothing of the caller's."""
    installed = server / "academy"
    shutil.copy(COMMAND, installed)
    assert installed.stat().st_mode & 0o111
    said = subprocess.run(
        [installed, "help"], capture_output=True, text=True, check=True, cwd="/",
        env={"ACADEMY_USER": ACCOUNT.pw_name, "ACADEMY_HOME": f"{server}/srv", "ACADEMY_ENV": f"{server}/academy.env"},
    )  # fmt: skip
    assert json.loads(said.stdout)["words"] == ["manage.py", "help"]
    assert COMMAND.read_text().splitlines()[0] == "#!/usr/bin/python3 -I"


def as_releases(server, *names):
    """Lay releases out in the folder, and lead the link to the first."""
    subprocess.run([PYTHON, "-m", "venv", "--without-pip", server / "srv" / ".venv"], check=True)
    for name in names:
        shutil.copytree(server / "srv", server / "root" / "releases" / name, symlinks=True)
        (server / "root" / "releases" / name / ".release").write_text("whole")
    (server / "root" / "current").symlink_to(f"releases/{names[0]}")
    return {"ACADEMY_HOME": "", "ACADEMY_ROOT": str(server / "root")}


def test_it_runs_in_the_current_release_itself_and_not_in_the_link(server):
    """The link may lead elsewhere before the command has ended."""
    said = seen(call(server, "backup", environment=as_releases(server, "v1", "v2")))
    release = str((server / "root" / "releases" / "v1").resolve())
    assert (said["folder"], said["listed"].split("\0")[0]) == (release, f"{release}/.venv/bin/python")


def test_another_release_is_run_when_it_is_named(server):
    said = seen(call(server, "--release", "v2", "migrate", environment=as_releases(server, "v1", "v2")))
    assert (Path(said["folder"]).name, said["words"]) == ("v2", ["manage.py", "migrate"])


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--release"], "After --release comes the name of one"),
        (["--release", "../../srv", "backup"], "After --release comes the name of one"),
        (["--release", "v3", "backup"], "There is no whole release v3"),
        (["--release", "v2", "backup"], "There is no whole release v2"),
    ],
)
def test_what_is_no_whole_release_is_not_run(server, words, why):
    releases = as_releases(server, "v1", "v2")
    (server / "root" / "releases" / "v2" / ".release").unlink()
    said = call(server, *words, environment=releases)
    why = f"academy: {why}: `academy-release list` shows those that are there.\n"
    assert (said.returncode, said.stdout, said.stderr) == (2, "", why)


# --- The account ------------------------------------------------------------------------------------------------------


@NEEDS_ROOT
def test_root_becomes_the_account_for_good_before_the_program_runs(server):
    with (server / "academy.env").open() as held:
        said = seen(call(server, pass_fds=[held.fileno()]))
    groups = sorted(os.getgrouplist(ACCOUNT.pw_name, ACCOUNT.pw_gid))
    assert said["ids"] == [[ACCOUNT.pw_uid] * 3, [ACCOUNT.pw_gid] * 3, groups]
    assert 0 not in groups
    assert said["open"] == []


@NEEDS_ROOT
def test_the_program_has_no_part_in_the_terminal_of_root(server):
    """Otherwise it could put keystrokes into it, which root's shell reads afterwards."""
    assert seen(call(server))["session"] != os.getsid(0)


@pytest.mark.parametrize(
    ("program", "code"), [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 15)", 143)]
)
def test_how_the_program_ended_is_how_the_command_ends(server, program, code):
    (server / "srv" / "manage.py").write_text(program)
    assert call(server).returncode in (code, 128 - code)  # without root it is the program that ended


def test_told_to_stop_it_stops_the_program(server):
    (server / "srv" / "manage.py").write_text("import time; print('here', flush=True); time.sleep(600)")
    environment = {
        "PATH": os.environ["PATH"], "ACADEMY_USER": ACCOUNT.pw_name, "ACADEMY_HOME": str(server / "srv"),
        "ACADEMY_ENV": str(server / "academy.env"),
    }  # fmt: skip
    with subprocess.Popen(
        [PYTHON, "-I", str(COMMAND)], env=environment, stdout=subprocess.PIPE, text=True
    ) as told:
        assert told.stdout is not None
        assert told.stdout.readline() == "here\n"
        told.terminate()
        assert told.communicate(timeout=60)[0] == ""  # nobody holds the other end any more
        assert told.returncode in (143, -signal.SIGTERM)


@NEEDS_ROOT
def test_settings_that_only_root_and_the_group_read_are_read(server):
    file = server / "academy.env"
    os.chown(file, 0, ACCOUNT.pw_gid)
    file.chmod(0o640)
    assert SECRET in seen(call(server))["environment"]["DATABASE_URL"]
    file.chmod(0o600)
    refused = call(server)
    assert refused.returncode == 2
    assert refused.stderr == (
        f"academy: The settings {file} cannot be read by the account {ACCOUNT.pw_name}: Permission denied. "
        "docs/install.md says where they lie and whose they are.\n"
    )


def test_another_account_is_refused_in_words(server):
    who = {"user": ACCOUNT.pw_name, "group": ACCOUNT.pw_gid, "extra_groups": []} if AS_ROOT else {}
    refused = call(server, "backup", environment={"ACADEMY_USER": STRANGER}, **who)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr == f"academy: This is for root and the account {STRANGER}. Call it with sudo.\n"


@NEEDS_ROOT
def test_the_account_itself_may_call_it(server):
    said = seen(call(server, user=ACCOUNT.pw_name, group=ACCOUNT.pw_gid, extra_groups=[]))
    assert said["ids"][0] == [ACCOUNT.pw_uid] * 3


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("root", "The account root may do everything; the program runs as one that may not."),
        ("no-such", "There is no account no-such on this machine; docs/install.md says how it is made."),
    ],
)
def test_an_account_that_is_none_for_a_program_is_refused(server, name, why):
    refused = call(server, environment={"ACADEMY_USER": name})
    assert (refused.returncode, refused.stderr) == (2, f"academy: {why}\n")


# --- What is missing --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gone", "why"),
    [
        (
            "academy.env",
            "The settings {0}/academy.env cannot be read by the account {1}: No such file or directory.",
        ),
        ("srv", "The folder of the program {0}/srv cannot be entered: No such file or directory."),
        ("srv/manage.py", "There is no program in {0}/srv: its manage.py is missing."),
        ("srv/.venv", "The program in {0}/srv is not set up: there is no {0}/srv/.venv/bin/python, or "),
    ],
)
def test_what_is_missing_is_said_in_words(server, gone, why):
    path = server / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    refused = call(server, "backup")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"academy: {why.format(server.resolve(), ACCOUNT.pw_name)}")
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "content",
    [
        f"A={SECRET}\xff".encode("latin-1"),
        f"A={SECRET}\0".encode(),
        f"# A={SECRET} \\\nB=2".encode(),
    ],
)
def test_a_refusal_of_the_settings_holds_nothing_of_them(server, content):
    (server / "academy.env").write_bytes(content)
    refused = call(server)
    assert refused.returncode == 2
    assert refused.stderr.startswith("academy: ")
    assert SECRET not in refused.stderr + refused.stdout


def test_a_line_that_sets_nothing_is_told_and_the_rest_counts(server):
    (server / "academy.env").write_text(f"export A={SECRET}\nB=2\n")
    said = call(server)
    assert seen(said)["environment"]["B"] == "2"
    assert (
        said.stderr == f"academy: line 1 of {server}/academy.env sets nothing: no name stands before its =.\n"
    )


def test_the_documents_call_it_and_read_no_settings_with_a_shell():
    """A shell takes `$` and `&` in a password for its own."""
    for page in COMMAND.parent.parent.glob("docs/*.md"):
        assert not re.search(r"sudo -E|set -a|\. /etc/academy", page.read_text()), page.name
