"""Commands run while the academy is stopped, when the folder of its counts is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = "PROMETHEUS_MULTIPROC_DIR"


def run(folder: str, var: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of manage.py that counts nothing, with the variable that names the folder."""
    environment = {**os.environ, SHARED: folder, "ACADEMY_VAR": str(var), "ACADEMY_MODE": "development"}
    return subprocess.run(
        [sys.executable, *(words or ("manage.py", "showmigrations", "academy"))],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def test_a_command_runs_though_the_shared_folder_is_not_there(tmp_path):
    said = run(str(tmp_path / "gone"), tmp_path)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith("academy\n")


def test_without_the_protection_it_ends_in_an_error(tmp_path):
    alone = (
        "import django, os; os.environ['DJANGO_SETTINGS_MODULE'] = 'academy.settings'; django.setup();"
        "import academy.counting"
    )
    said = run(str(tmp_path / "gone"), tmp_path, "-c", alone)
    assert said.returncode == 1
    assert "FileNotFoundError" in said.stderr


def test_a_folder_that_is_there_is_kept_and_counted_in(tmp_path):
    shared = tmp_path / "metrics"
    shared.mkdir()
    assert run(str(shared), tmp_path).returncode == 0
    assert [path.suffix for path in shared.iterdir()] != []
    assert {path.suffix for path in shared.iterdir()} == {".db"}


@pytest.mark.parametrize("kept", [True, False])
def test_a_folder_that_is_not_ours_to_write_to_is_left_alone(tmp_path, monkeypatch, kept):
    import manage

    shared = tmp_path / "metrics"
    shared.mkdir()
    monkeypatch.setenv(SHARED, str(shared))
    # Root may write everywhere, whatever the folder's mode says.
    monkeypatch.setattr(os, "access", lambda path, _mode: kept and Path(path) == shared)
    manage.count_alone_without_the_shared_folder()
    assert (os.environ.get(SHARED) == str(shared)) is kept
