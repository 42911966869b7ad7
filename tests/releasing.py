"""A server with releases in a folder that is thrown away, and a repository with small versions elsewhere."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
PYTHON = "/usr/bin/python3" if Path("/usr/bin/python3").exists() else sys.executable
AS_ROOT = os.geteuid() == 0
# Who the program runs as in these tests: another account if there is a choice.
ACCOUNT = pwd.getpwnam("nobody") if AS_ROOT else pwd.getpwuid(os.geteuid())
AS_ACCOUNT: dict[str, Any] = (
    {"user": ACCOUNT.pw_uid, "group": ACCOUNT.pw_gid, "extra_groups": []} if AS_ROOT else {}
)
# A version brings a virtual environment with a module of its own in it; `hold` is where it may be kept waiting.
MAKEFILE = """build:
	@echo built >> ../../builds
	@echo $$HOME > ../../home-of-building
	@if [ -e ../../hold ]; then echo $$$$ > ../../held; sleep 600; fi
	@[ ! -e broken ]
	@"{python}" -m venv --without-pip .venv
	@cp version.py "$$(echo .venv/lib/python*/site-packages)/packaged.py"
"""
MANAGE = """
import os, pathlib, sys
var = pathlib.Path(os.environ["ACADEMY_VAR"])
here = pathlib.Path("version.py").read_text().split('"')[1]
with (var / "said").open("a") as said:
    print(here, *sys.argv[1:], os.getuid(), file=said)
if sys.argv[1] == "collectstatic":
    (var / "static").write_text(here)
sys.exit((var / f"refuses-{sys.argv[1]}").exists())
"""
WAITING = """
import sys
print("here", flush=True)
sys.stdin.readline()
import packaged, version
print(packaged.NAME, version.NAME, sys.prefix, flush=True)
"""


def git(folder: Path, *words: str) -> str:
    own = ("-c", "user.name=Amara", "-c", "user.email=amara@example.org", "-c", "init.defaultBranch=main")
    said = subprocess.run(
        ["git", *own, *words], cwd=folder, check=True, capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)}, **AS_ACCOUNT,
    )  # fmt: skip
    return str(said.stdout).strip()


class Server:
    """A folder that every account can enter: where versions come from, where releases lie, what production sets."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root, self.origin = folder, folder / "srv", folder / "origin"
        self.var = folder / "var"
        # Where every account can read them: the folder of these tests may be root's alone.
        self.programs = shutil.copytree(DEPLOY, folder / "programs")
        for path in (self.root, self.origin, self.var):
            path.mkdir()
            if AS_ROOT:
                os.chown(path, ACCOUNT.pw_uid, ACCOUNT.pw_gid)
        (folder / "academy.env").write_text(f"ACADEMY_VAR={self.var}\n")
        git(self.origin, "init", "--quiet")
        for name in ("v1.9", "v1.10", "v2.0-rc1"):
            self.publish(name)
        git(self.root, "clone", "--quiet", str(self.origin), "repository")

    def publish(self, name: str, **files: str) -> None:
        """A new version in the repository elsewhere, with its tag."""
        own = {
            "Makefile": MAKEFILE.format(python=PYTHON),
            "manage.py": MANAGE,
            "version.py": f'NAME = "{name}"\n',
        }
        (self.origin / "deploy").mkdir(exist_ok=True)
        shutil.copy(DEPLOY / "start", self.origin / "deploy" / "start")
        for file, text in {**own, **files}.items():
            (self.origin / file).write_text(text)
        git(self.origin, "add", ".")
        git(self.origin, "commit", "--quiet", "--message", name)
        git(self.origin, "tag", name)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"], "ACADEMY_USER": ACCOUNT.pw_name, "ACADEMY_ROOT": str(self.root),
            "ACADEMY_ENV": str(self.folder / "academy.env"),
        }  # fmt: skip

    def call(self, *words: str, command: str = "academy-release") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PYTHON, "-I", str(self.programs / command), *words],
            env=self.environment, capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip

    def done(self, *words: str) -> str:
        said = self.call(*words)
        assert said.returncode == 0, said.stderr
        return said.stdout

    def refused(self, *words: str) -> str:
        said = self.call(*words)
        assert said.returncode == 2, said.stdout
        return said.stderr.splitlines()[-1]

    def release(self, name: str) -> Path:
        return self.root / "releases" / name

    def current(self) -> str:
        return (self.root / "current").resolve().name

    def said(self) -> list[str]:
        file = self.var / "said"
        return file.read_text().splitlines() if file.exists() else []

    def builds(self) -> int:
        file = self.root / "builds"
        return len(file.read_text().splitlines()) if file.exists() else 0
