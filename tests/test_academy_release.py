"""`deploy/academy-release`: each version in a folder of its own, whole or not there, a link to the one that runs."""

from __future__ import annotations

import ast
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.releasing import ACCOUNT, AS_ACCOUNT, AS_ROOT, DEPLOY, PYTHON, WAITING, Server, git

NEEDS_ROOT = pytest.mark.skipif(not AS_ROOT, reason="NOT SHOWN: only root can become another account")


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Server(Path(made))


# --- Building beside --------------------------------------------------------------------------------------------------


def test_a_version_is_built_beside_and_nothing_starts_in_it_yet(server):
    said = server.done("fetch", "v1.9")
    assert "v1.9 is here. Next: academy --release v1.9 migrate" in said
    assert (server.release("v1.9") / ".venv" / "bin" / "python").exists()
    assert server.said() == [f"v1.9 check --deploy {ACCOUNT.pw_uid}"]
    assert not (server.root / "current").is_symlink()
    assert server.done("list").startswith("v1.9  ")
    assert server.done("fetch", "v1.9") == "v1.9 is here already.\n"
    assert server.builds() == 1


def test_without_a_name_the_highest_version_is_built_and_none_that_is_only_a_candidate(server):
    server.done("fetch")
    assert [path.name for path in server.root.glob("releases/v*")] == ["v1.10"]


def test_a_branch_is_built_as_it_is_elsewhere_and_named_by_its_commit(server):
    server.publish("v3")
    commit = git(server.origin, "rev-parse", "main")
    server.done("fetch", "main")
    assert (server.release(commit[:12]) / "version.py").read_text() == 'NAME = "v3"\n'


@pytest.mark.parametrize("name", ["v7", "--upload-pack=x", "../srv", "v1.9..v1.10"])
def test_what_the_repository_does_not_know_is_refused(server, name):
    said = server.refused("fetch", "--", name)
    assert said == f"academy-release: The repository has no version {name!r}."


def test_a_version_that_cannot_be_built_leaves_nothing(server):
    server.done("fetch", "v1.9")
    server.done("use", "v1.9")
    server.publish("v2", broken="")
    assert server.refused("fetch", "v2") == (
        "academy-release: v2 cannot be built; see above. What runs was not touched."
    )
    assert not server.release("v2").exists()
    assert server.current() == "v1.9"
    assert server.refused("use", "v2").startswith("academy-release: There is no release v2")


def test_a_version_that_does_not_begin_with_the_settings_is_not_whole_and_is_not_built_twice(server):
    (server.var / "refuses-check").touch()
    assert "does not begin with the settings of this server" in server.refused("fetch", "v1.9")
    assert server.refused("use", "v1.9").endswith("is not whole. Build it: academy-release fetch v1.9")
    assert server.done("list") == "v1.9  not whole\n"
    refused = server.call("--release", "v1.9", "migrate", command="academy")
    assert (refused.returncode, "There is no whole release v1.9" in refused.stderr) == (2, True)
    (server.var / "refuses-check").unlink()
    server.done("fetch", "v1.9")
    assert server.builds() == 1
    server.done("use", "v1.9")


def test_a_tag_that_was_moved_is_told_and_what_the_name_was_can_still_be_built(server):
    server.done("fetch", "v1.9")
    commits = [git(server.origin, "rev-parse", tag)[:12] for tag in ("v1.9", "v1.10")]
    git(server.origin, "tag", "--force", "v1.9", "v1.10")
    assert f"The release v1.9 is {commits[0]}, and the repository now gives this name to {commits[1]}." in (
        server.refused("fetch", "v1.9")
    )
    assert server.done("list") == f"v1.9  {commits[0]}\n"
    server.done("fetch", commits[0])
    assert (server.release(commits[0]) / "version.py").read_text() == 'NAME = "v1.9"\n'


def test_a_tag_that_was_moved_keeps_no_other_version_away(server):
    git(server.origin, "tag", "--force", "v1.9", "v1.10")
    server.publish("v1.11")
    server.done("fetch", "v1.11")
    server.done("fetch")
    assert [path.name for path in server.root.glob("releases/v*")] == ["v1.11"]


def test_why_the_repository_cannot_be_asked_is_told_in_the_words_of_git(server):
    """Here a tag that cannot be written, as the clone has one with this name for a folder."""
    git(server.root / "repository", "tag", "v3/first", "v1.9")
    server.publish("v3")
    said = server.call("fetch", "v1.9")
    assert (said.returncode, "refs/tags/v3" in said.stderr) == (2, True)
    assert said.stderr.endswith("cannot be asked for new versions; what git says stands above.\n")


@contextmanager
def held_while_building(server: Server) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """(the command, what it has begun) amid the building of v1.10."""
    (server.root / "hold").touch()
    words = [PYTHON, "-I", str(server.programs / "academy-release"), "fetch", "v1.10"]
    with subprocess.Popen(
        words,
        env=server.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as command:
        held = server.root / "held"
        while not (held.exists() and held.read_text().strip()):
            assert command.poll() is None
            time.sleep(0.05)
        shell = int(held.read_text())
        try:
            yield command, shell
        finally:
            (server.root / "hold").unlink()
            if is_there(shell):
                os.killpg(os.getpgid(shell), signal.SIGKILL)


def is_there(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_told_to_stop_it_stops_the_building_and_leaves_nothing(server):
    with held_while_building(server) as (command, shell):
        command.terminate()
        assert command.wait(60) == 143
        assert not is_there(shell)
    assert not server.release("v1.10").exists()
    server.done("fetch", "v1.10")


def test_killed_amid_building_it_leaves_nothing_that_looks_whole_and_what_goes_on_is_waited_for(server):
    server.done("fetch", "v1.9")
    server.done("use", "v1.9")
    with held_while_building(server) as (command, shell):
        children = f"/proc/{command.pid}/task/{command.pid}/children"
        for process in (command.pid, *map(int, Path(children).read_text().split() if AS_ROOT else ())):
            os.kill(process, signal.SIGKILL)
        command.wait(60)
        assert is_there(shell)
        assert server.refused("fetch", "v1.10") == (
            "academy-release: Another academy-release is at work, or what it began still is."
        )
    assert server.release("v1.10").exists()
    assert "is not whole" in server.refused("use", "v1.10")
    assert server.current() == "v1.9"
    (server.release("v1.10") / "left").write_text("of the one that was killed")
    server.done("fetch", "v1.10")
    assert not (server.release("v1.10") / "left").exists()
    server.done("use", "v1.10")


# --- Using one, and going back ----------------------------------------------------------------------------------------


def test_what_starts_afterwards_starts_in_it_with_its_static_files_and_back_without_the_repository(server):
    for name in ("v1.9", "v1.10"):
        server.done("fetch", name)
    server.done("use", "v1.9")
    assert (server.current(), (server.var / "static").read_text()) == ("v1.9", "v1.9")
    server.done("use", "v1.10")
    assert (server.current(), (server.var / "static").read_text()) == ("v1.10", "v1.10")
    shutil.move(server.origin, server.folder / "away")
    assert "cannot be asked for new versions" in server.refused("fetch")
    server.done("use", "v1.9")
    assert (server.current(), (server.var / "static").read_text()) == ("v1.9", "v1.9")
    assert str((server.root / "current").readlink()) == "releases/v1.9"
    assert server.call("backup", command="academy").returncode == 0
    assert server.said()[-1] == f"v1.9 backup {ACCOUNT.pw_uid}"


def test_the_new_release_migrates_before_it_is_used_and_whoever_forgot_is_told(server):
    for name in ("v1.9", "v1.10"):
        server.done("fetch", name)
    server.done("use", "v1.9")
    assert server.call("--release", "v1.10", "migrate", command="academy").returncode == 0
    assert server.said()[-1] == f"v1.10 migrate {ACCOUNT.pw_uid}"
    assert server.current() == "v1.9"
    (server.var / "refuses-migrate").touch()
    said = server.done("use", "v1.10")
    assert "Before you restart anything: academy --release v1.10 migrate\n" in said


def test_if_static_files_cannot_be_collected_everything_starts_as_before(server):
    for name in ("v1.9", "v1.10"):
        server.done("fetch", name)
    server.done("use", "v1.9")
    (server.var / "refuses-collectstatic").touch()
    assert "The static files of v1.10 cannot be collected" in server.refused("use", "v1.10")
    assert server.current() == "v1.9"


@contextmanager
def started(server: Server, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A process as a unit starts it: in the folder that the link leads to, as the account of the program."""
    with subprocess.Popen(
        words, cwd=server.root / "current", text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": ""}, **AS_ACCOUNT,
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "here\n"
            yield process
        finally:
            process.kill()


def imported_late(process: subprocess.Popen[str]) -> list[str]:
    return process.communicate("go on\n", timeout=60)[0].split()


def test_a_process_imports_from_its_own_release_also_after_another_one_is_used(server):
    for name in ("v1.9", "v1.10"):
        server.done("fetch", name)
    server.done("use", "v1.9")
    with started(server, str(server.root / "current" / "deploy" / "start"), "-c", WAITING) as process:
        said = server.done("use", "v1.10")
        assert f"Restart what still runs in v1.9, one after the other: process {process.pid}\n" in said
        assert f"runs: process {process.pid}" in server.done("list")
        assert imported_late(process) == ["v1.9", "v1.9", str(server.release("v1.9").resolve() / ".venv")]
    with started(server, str(server.root / "current" / "deploy" / "start"), "-c", WAITING) as process:
        assert imported_late(process)[0] == "v1.10"


def test_started_through_the_link_itself_it_would_import_from_the_new_one(server):
    for name in ("v1.9", "v1.10"):
        server.done("fetch", name)
    server.done("use", "v1.9")
    with started(server, str(server.root / "current" / ".venv" / "bin" / "python"), "-c", WAITING) as process:
        server.done("use", "v1.10")
        assert imported_late(process)[0] == "v1.10"


# --- Taking some away -------------------------------------------------------------------------------------------------


def test_the_current_one_and_one_that_still_runs_are_not_taken_away(server):
    for name in ("v1.9", "v1.10"):
        server.done("fetch", name)
    server.done("use", "v1.9")
    assert (
        server.refused("remove", "v1.10", "v1.9")
        == "academy-release: v1.9 is current. Use another one first."
    )
    assert server.release("v1.10").exists()
    with started(server, str(server.root / "current" / "deploy" / "start"), "-c", WAITING) as process:
        server.done("use", "v1.10")
        assert server.refused("remove", "v1.9") == (
            f"academy-release: In v1.9 still runs: process {process.pid}. Restart it first."
        )
    assert server.done("remove", "v1.9") == "v1.9 is gone.\n"
    assert not server.release("v1.9").exists()
    assert server.refused("use", "v1.9").startswith("academy-release: There is no release v1.9")
    server.done("fetch", "v1.9")


@pytest.mark.parametrize("name", ["..", "../releases/v1.9", "/etc", "", ".lock"])
def test_only_releases_are_taken_away(server, name):
    server.done("fetch", "v1.9")
    for word in ("remove", "use"):
        assert "is no name of a release" in server.refused(word, "--", name)


def test_without_a_name_the_last_three_stay_and_the_current_one(server):
    for number in range(1, 6):
        server.publish(f"v3.{number}")
        server.done("fetch", f"v3.{number}")
        os.utime(server.release(f"v3.{number}") / ".release", (number, number))
    server.done("use", "v3.1")
    assert server.done("remove") == "v3.2 is gone.\n"
    assert server.done("remove") == ""
    kept = sorted(path.name for path in server.root.glob("releases/v*"))
    assert kept == ["v3.1", "v3.3", "v3.4", "v3.5"]


# --- The account ------------------------------------------------------------------------------------------------------


@NEEDS_ROOT
def test_everything_belongs_to_the_account_and_the_proxy_can_read_the_page_of_maintenance(server):
    server.done("fetch", "v1.9")
    server.done("use", "v1.9")
    paths = [
        path for path in (server.root / "repository", server.root / "releases") for path in path.rglob("*")
    ]
    assert {path.lstat().st_uid for path in [*paths, server.root / "current"]} == {ACCOUNT.pw_uid}
    assert [line.split()[-1] for line in server.said()] == [str(ACCOUNT.pw_uid)] * 3
    manage = server.root / "current" / "manage.py"
    assert all(path.stat().st_mode & 0o005 == 0o005 for path in manage.resolve().parents[:3])
    assert manage.stat().st_mode & 0o004


@NEEDS_ROOT
def test_what_the_account_wrote_into_its_clone_runs_without_the_rights_of_root(server):
    """A hook of git, for example, which whoever broke into the account could leave there."""
    hook = server.root / "repository" / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\nid -u > {server.var}/hooked\n")
    hook.chmod(0o755)
    server.done("fetch", "v1.9")
    assert (server.var / "hooked").read_text() == f"{ACCOUNT.pw_uid}\n"


@NEEDS_ROOT
@pytest.mark.parametrize("shut", [True, False], ids=["as it is", "the control"])
def test_what_lies_in_the_folder_of_the_account_has_no_word_in_building(server, shut):
    """Units may write there, and building is outside of what systemd lets them do."""
    home = Path(server.var) / "home"
    customs = Path(site_of(home))
    customs.mkdir(parents=True)
    (customs / "usercustomize.py").write_text(f"open({str(server.var / 'customized')!r}, 'w')")
    hooks = home / "hooks"
    hooks.mkdir()
    (hooks / "post-checkout").write_text(f"#!/bin/sh\ntouch {server.var}/hooked\n")
    (hooks / "post-checkout").chmod(0o755)
    (home / ".gitconfig").write_text(f"[core]\n\thooksPath = {hooks}\n")
    for path in (home, *home.rglob("*")):
        os.chown(path, ACCOUNT.pw_uid, ACCOUNT.pw_gid)
    building = {"HOME": str(home)}
    if shut:
        building |= {name: value for name, value in words_of_building().items() if name != "HOME"}
    subprocess.run(
        ["git", "worktree", "add", "--quiet", "--detach", str(server.root / "tried"), "v1.9"],
        cwd=server.root / "repository", env={"PATH": os.environ["PATH"], **building}, check=True, **AS_ACCOUNT,
    )  # fmt: skip
    subprocess.run([PYTHON, "-c", ""], env={"PATH": os.environ["PATH"], **building}, check=True, **AS_ACCOUNT)
    found = {name for name in ("hooked", "customized") if (server.var / name).exists()}
    assert found == (set() if shut else {"hooked", "customized"})


def site_of(home: Path) -> str:
    """Where the Python of the system looks for what an account added to it."""
    words = "import site; print(site.getusersitepackages())"
    said = subprocess.run(
        [PYTHON, "-c", words], env={"HOME": str(home)}, check=True, capture_output=True, text=True
    )
    return said.stdout.strip()


def words_of_building() -> dict[str, str]:
    """What `academy-release` sets for git and Python when it builds."""
    text = (DEPLOY / "academy-release").read_text()
    found = re.search(r"^NOBODYS_WORD = (\{.*?^\})", text, re.MULTILINE | re.DOTALL)
    assert found
    return dict(ast.literal_eval(found[1]))


def test_building_has_a_home_that_no_unit_may_write(server):
    server.done("fetch", "v1.9")
    home = Path((server.root / "home-of-building").read_text().strip())
    assert home == server.root / ".home"
    units = [unit.read_text() for unit in (DEPLOY / "systemd").glob("*.service")]
    assert units
    assert all("ProtectSystem=strict" in unit and "ReadWritePaths=/var/" in unit for unit in units)
