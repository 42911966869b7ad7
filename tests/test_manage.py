"""manage.py, called as an administrator calls it: sentences where settings or the database are wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOBODY = "postgres://academy:S3cret@127.0.0.1:1/academy"


def run(*words: str, var: Path, before: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a command, `before` and after what a shell does with its outputs."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, "ACADEMY_VAR": str(var), "ACADEMY_MODE": "development", **variables}
    return subprocess.run(
        ["sh", "-c", f'exec "$@" {before}', "sh", sys.executable, "manage.py", *words],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECOND_FACTOR", "enabled", "SECOND_FACTOR must be 1 or 0, not 'enabled'."),
        (
            "LOG_LEVEL",
            "verbose",
            "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'VERBOSE'.",
        ),
        ("SENTRY_DSN", "foo", "SENTRY_DSN is no address of a Sentry."),
        ("ACADEMY_VAR", "/etc/passwd", "ACADEMY_VAR names no folder: /etc/passwd."),
        ("ACADEMY_VAR", "/proc/none", "The secret key in /proc/none/secret-key can be neither read nor made"),
        ("ACADEMY_NOW", "tomorrow", "ACADEMY_NOW must be a date and time with an offset"),
        ("DATABASE_URL", "mysql://a/b", "DATABASE_URL is no address of a database"),
        ("EMAIL_URL", "smtp://u:S3cret#x@h:25", "EMAIL_URL names no mail server"),
        ("REDIS_URL", "redis://h:abc/0", "REDIS_URL names no Redis server"),
        ("BACKUP_KEEP", "1.5", "BACKUP_KEEP must be a whole number, not '1.5'."),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_one_sentence(tmp_path, name, value, said):
    done = run("check", var=tmp_path, **{name: value})
    assert done.returncode == 1
    assert done.stderr.startswith(said)
    assert "Traceback" not in done.stderr
    assert "S3cret" not in done.stderr


@pytest.mark.parametrize("command", ["verify", "send_due_mail", "migrate"])
def test_a_database_that_is_away_is_said_in_a_sentence(tmp_path, command):
    done = run(command, var=tmp_path, DATABASE_URL=NOBODY)
    assert done.returncode == 1
    assert "connection failed" in done.stderr
    assert "Traceback" not in done.stderr
    assert "S3cret" not in done.stderr


def test_whoever_wants_to_see_where_it_was_noticed_does(tmp_path):
    assert "Traceback" in run("verify", "--traceback", var=tmp_path, DATABASE_URL=NOBODY).stderr


@pytest.mark.parametrize("before", [">&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"])
def test_a_command_does_its_work_when_nobody_listens(tmp_path, before):
    assert run("migrate", "--verbosity", "1", var=tmp_path, before=before).returncode == 0
    assert run("backup", "--to", str(tmp_path / "kept"), var=tmp_path, before=before).returncode == 0
    assert len(list((tmp_path / "kept").iterdir())) == 1


def test_a_folder_with_signs_that_end_an_address_holds_the_database(tmp_path):
    var = tmp_path / "of #1? 100%25 the academy"
    assert run("migrate", "--verbosity", "0", var=var).returncode == 0
    assert (var / "academy.sqlite3").stat().st_size > 0
