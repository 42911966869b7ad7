"""`deploy/academy-release`: a release is whole for as long as its Python finds the packages that it was built with."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.releasing import ACCOUNT, AS_ACCOUNT, AS_ROOT, MAKEFILE, PYTHON, WAITING, Server, git

# What a Python of another version does in a release: it runs, and finds none of the packages.
OF_ANOTHER_VERSION = f'#!/bin/sh\nexec "{Path(PYTHON).resolve()}" -S "$@"\n'


class Debian(Server):
    """A server whose v3 is current. Its `python3` has no version in its name, and upgrades lead it elsewhere."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.python3 = folder / "python3"
        self.lead_python3_to(Path(PYTHON).resolve())
        self.publish("v3", Makefile=MAKEFILE.format(python=self.python3))
        self.done("fetch", "v3")
        self.done("use", "v3")
        self.python = self.release("v3") / ".venv" / "bin" / "python"

    def lead_python3_to(self, other: Path) -> None:
        self.python3.unlink(missing_ok=True)
        self.python3.symlink_to(other)

    def upgrade(self) -> None:
        """Another version of Python comes with another Debian."""
        other = self.folder / "python3.other"
        other.write_text(OF_ANOTHER_VERSION)
        other.chmod(0o755)
        self.lead_python3_to(other)

    def imported(self) -> str:
        """What a package of the release says when its Python asks it, or why it cannot."""
        said = subprocess.run(
            [self.python, "-I", "-c", "import packaged; print(packaged.NAME)"],
            capture_output=True, text=True, check=False, **AS_ACCOUNT,
        )  # fmt: skip
        return str(said.stdout or said.stderr).splitlines()[-1]


@pytest.fixture
def server() -> Iterator[Debian]:
    with tempfile.TemporaryDirectory() as made:
        Path(made).chmod(0o755)
        yield Debian(Path(made))


def test_a_version_that_was_built_with_another_python_is_not_whole_and_is_built_anew_in_its_place(server):
    """After an upgrade of Debian, as docs/upgrade.md says; the current one, too."""
    server.upgrade()
    assert os.access(server.python, os.X_OK)
    assert server.imported() == "ModuleNotFoundError: No module named 'packaged'"
    assert server.done("list") == "v3  not whole, current\n"
    assert server.refused("use", "v3").endswith("is not whole. Build it: academy-release fetch v3")
    refused = server.call("--release", "v3", "migrate", command="academy")
    assert (refused.returncode, "There is no whole release v3" in refused.stderr) == (2, True)
    assert server.done("fetch", "v3").startswith("v3 is here. ")
    assert (server.builds(), server.current(), server.imported()) == (2, "v3", "v3")
    assert "not whole" not in server.done("list")
    assert server.call("backup", command="academy").returncode == 0


def test_one_that_was_built_and_did_not_begin_is_built_anew_as_well(server):
    (server.var / "refuses-check").touch()
    (server.release("v3") / ".release").unlink()
    server.refused("fetch", "v3")
    assert server.builds() == 1
    server.upgrade()
    server.refused("fetch", "v3")
    assert (server.builds(), server.imported()) == (2, "v3")


def test_a_version_whose_python_is_gone_is_not_whole_and_is_built_anew(server):
    server.python3.unlink()
    assert server.done("list") == "v3  not whole, current\n"
    server.lead_python3_to(server.folder / "python3.0")
    assert server.done("list") == "v3  not whole, current\n"
    server.upgrade()
    server.done("fetch", "v3")
    assert (server.builds(), server.imported()) == (2, "v3")


def test_a_python_of_the_same_version_leaves_it_whole(server):
    """The control: a security update exchanges the file, and what was built stays."""
    same = server.folder / "python3.same"
    same.symlink_to(Path(PYTHON).resolve())
    server.lead_python3_to(same)
    assert server.imported() == "v3"
    assert server.done("fetch", "v3") == "v3 is here already.\n"
    assert server.builds() == 1


def test_one_that_still_runs_with_the_python_that_was_is_not_taken_from_under_it(server):
    with subprocess.Popen(
        [server.root / "current" / "deploy" / "start", "-c", WAITING],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PATH": os.environ["PATH"]}, text=True, **AS_ACCOUNT,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        server.upgrade()
        assert server.refused("fetch", "v3") == (
            f"academy-release: v3 is not whole, but in it still runs: process {process.pid}. Stop it first."
        )
        assert process.communicate("go on\n", timeout=60)[0].split()[0] == "v3"
    server.done("fetch", "v3")
    assert server.imported() == "v3"


@pytest.mark.skipif(not AS_ROOT, reason="NOT SHOWN: only root can become another account")
def test_the_python_of_a_release_is_asked_without_the_rights_of_root(server):
    """It belongs to the account, and so to whoever broke into that."""
    server.python.unlink()
    server.python.write_text(f"#!/bin/sh\nid -u >> {server.var}/asked\n")
    server.python.chmod(0o755)
    server.done("list")
    server.call("--release", "v3", "check", command="academy")
    assert set((server.var / "asked").read_text().split()) == {str(ACCOUNT.pw_uid)}


def test_a_tag_that_was_moved_is_told_also_then(server):
    """Otherwise the name would be given to another version because Debian was upgraded."""
    server.upgrade()
    server.publish("v4")
    git(server.origin, "tag", "--force", "v3", "v4")
    assert "and the repository now gives this name to" in server.refused("fetch", "v3")
    assert (server.builds(), server.current()) == (1, "v3")
