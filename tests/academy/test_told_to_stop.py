"""Backups, drills and restores that are told to stop, that are killed, or that meet somebody at work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from academy.models import User
from academy.safekeeping import working
from academy.safekeeping.backups import back_up
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.refusals import NotSafe
from tests.elsewhere import empty_database
from tests.factories import make_user
from tests.serving import database_of_the_test

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def backup(transactional_db: None, tmp_path: Path) -> Path:
    """Of an academy with a person and a file."""
    make_user("farid")
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.pdf").write_bytes(b"%PDF")
    return back_up(settings_for(database_of_the_test()), tmp_path / "media", tmp_path / "backups").path


def python(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """What a Python that ran these words ended with and said."""
    environment = {**os.environ, **variables}
    return subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


# A signal comes while a piece is written, while rows are compared, or (late) when files change places.
STOPPED = """
import os, sys, django
django.setup()
from django.conf import settings
from django.core.management import call_command
settings.MEDIA_ROOT = sys.argv[1]
from academy.safekeeping import archive, media, restoring

def stop(*_words):
    os.kill(os.getpid(), int(sys.argv[2]))
    raise RuntimeError("it went on")

def late(*words):
    os.kill(os.getpid(), int(sys.argv[2]))
    return carry_out(*words)

carry_out = media.Exchange.carry_out
if sys.argv[3] == "backup":
    archive.Writer.add_file = stop
elif sys.argv[-1] == "late":
    media.Exchange.carry_out = late
else:
    restoring.insist_on_equal = stop
call_command(*(word for word in sys.argv[3:] if word != "late"))
"""


def stopped(tmp_path: Path, number: int, *command: str, database: str) -> subprocess.CompletedProcess[str]:
    return python(
        "-c", STOPPED, str(tmp_path / "media"), str(number), *command,
        DATABASE_URL=database, BACKUP_DIR=str(tmp_path / "backups"), ERASED_LIST=str(tmp_path / "no-list"),
    )  # fmt: skip


def on_the_way(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob(".academy-work/*"))


@pytest.mark.parametrize("command", ["backup", "drill"])
def test_told_to_stop_it_leaves_nothing_readable_and_a_killed_one_is_swept_by_the_next(
    backup, tmp_path, command
):
    own = database_of_the_test()
    ended = stopped(tmp_path, signal.SIGTERM, command, database=own)
    assert ended.returncode == 143, ended.stderr
    assert on_the_way(tmp_path) == []
    killed = stopped(tmp_path, signal.SIGKILL, command, database=own)
    assert killed.returncode == -signal.SIGKILL
    # The control: without a chance to tidy up there is something.
    assert len(on_the_way(tmp_path)) > 1
    assert [path.name for path in (tmp_path / "backups").glob("academy-*")] == [backup.name]
    back_up(settings_for(own), tmp_path / "media", tmp_path / "backups")
    assert on_the_way(tmp_path) == []


def test_a_restore_that_is_told_to_stop_leaves_everything_as_it_was(backup, tmp_path):
    words = ["restore", str(backup), "--replace", "--without-erased"]
    (tmp_path / "media" / "old.txt").touch()
    with empty_database(tmp_path) as address:
        ended = stopped(tmp_path, signal.SIGTERM, *words, database=address)
        assert ended.returncode == 143, ended.stderr
        with another(settings_for(address), "seen") as seen:
            assert seen.introspection.table_names() == []
    assert sorted(path.name for path in (tmp_path / "media").iterdir()) == ["a.pdf", "old.txt"]
    assert on_the_way(tmp_path) == []


def test_told_to_stop_at_the_very_end_it_is_carried_out_whole_and_the_academy_waits_for_the_rest(
    backup, tmp_path
):
    """Database and files are both new, never one of them; what is done afterwards is owed, and said at the start."""
    words = ["restore", str(backup), "--replace", "--without-erased", "late"]
    (tmp_path / "media" / "old.txt").touch()
    with empty_database(tmp_path) as address:
        ended = stopped(tmp_path, signal.SIGTERM, *words, database=address)
        assert ended.returncode == 143, ended.stderr
        with another(settings_for(address), "seen") as seen, as_default(seen):
            assert User.objects.get().email == "farid@example.org"
        names = sorted(path.name for path in (tmp_path / "media").iterdir())
        assert (names[0][:8], names[1:]) == (".before-", ["a.pdf"])
        there = {
            "DATABASE_URL": address,
            "BACKUP_DIR": str(tmp_path / "b"),
            "ERASED_LIST": str(tmp_path / "no"),
        }
        assert "restore --only-afterwards" in python("-c", "import academy.wsgi", **there).stderr
        assert "restore --only-afterwards" in python("manage.py", "backup", **there).stderr
        rest = python("manage.py", "restore", "--only-afterwards", "--without-erased", **there)
        assert rest.returncode == 0, rest.stderr
        assert python("-c", "import academy.wsgi", **there).returncode == 0


TWICE = """
import os, sys
from pathlib import Path
from academy.safekeeping import working

remove = working.shutil.rmtree
def interrupted(*words, **more):
    os.kill(os.getpid(), 1)
    remove(*words, **more)

with working.alone(Path(sys.argv[1])) as folder:
    (folder / "half").touch()
    working.shutil.rmtree = interrupted
    os.kill(os.getpid(), 15)
"""


def test_who_is_told_twice_still_tidies_up(tmp_path):
    """A terminal that closes and systemd both tell it twice."""
    ended = python("-c", TWICE, str(tmp_path))
    assert ended.returncode == 143, ended.stderr
    assert list(tmp_path.iterdir()) == []


PASSED_OVER = """
import os, signal, sys
from pathlib import Path
from academy.safekeeping.working import alone

signal.signal(signal.SIGHUP, signal.SIG_IGN)
with alone(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGHUP)
    print("went on")
"""


def test_what_was_to_be_passed_over_is_passed_over(tmp_path):
    """`nohup`, and a terminal that closes."""
    ended = python("-c", PASSED_OVER, str(tmp_path))
    assert (ended.returncode, ended.stdout) == (0, "went on\n"), ended.stderr


def test_two_at_work_in_one_folder_wait_for_each_other(backup, tmp_path):
    environment = {
        **os.environ,
        "DATABASE_URL": database_of_the_test(),
        "BACKUP_DIR": str(tmp_path / "backups"),
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "manage.py", "drill"]
    with working.alone(tmp_path / "backups"):
        waits = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert waits.stdout is not None
        assert "waiting for it" in waits.stdout.readline()
        time.sleep(0.5)
        assert waits.poll() is None
    assert "can be restored" in waits.communicate(timeout=120)[0]
    assert on_the_way(tmp_path) == []


def test_what_it_did_not_make_is_not_swept(tmp_path):
    work = tmp_path / ".academy-work"
    work.mkdir()
    (work / "thesis").write_text("only copy")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").touch()
    (work / "run-link").symlink_to(elsewhere)
    with working.alone(tmp_path) as folder:
        (folder / "half").touch()
    assert sorted(path.name for path in work.iterdir()) == ["run-link", "thesis"]
    assert (elsewhere / "precious").exists()


@pytest.mark.parametrize("is_link", [True, False])
def test_a_place_to_work_that_is_somebody_elses_is_refused(tmp_path, is_link):
    elsewhere, work = tmp_path / "elsewhere", tmp_path / ".academy-work"
    elsewhere.mkdir()
    if is_link:
        work.symlink_to(elsewhere)
    else:
        work.mkdir()
        work.chmod(0o777)
    with pytest.raises(NotSafe, match="Look what it is"), working.alone(tmp_path):
        pass
    assert list(elsewhere.iterdir()) == []


def test_where_nothing_can_be_written_it_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotSafe, match="There is no place to work in"), working.alone(tmp_path / "file"):
        pass


@pytest.mark.parametrize("is_root", [True, False])
def test_what_root_restores_belongs_to_whom_the_folder_belongs(tmp_path, monkeypatch, is_root):
    """Otherwise the academy could read neither its database nor its files."""
    given = []
    (tmp_path / "materials").mkdir()
    (tmp_path / "materials" / "a.pdf").touch()
    monkeypatch.setattr(os, "geteuid", lambda: 0 if is_root else 1000)
    monkeypatch.setattr(
        os, "chown", lambda path, user, group, **_more: given.append((path.name, user, group))
    )
    working.hand_over(tmp_path, os.stat_result((0o700, 0, 0, 1, 4711, 4712, 0, 0, 0, 0)))
    whole = [(tmp_path.name, 4711, 4712), ("materials", 4711, 4712), ("a.pdf", 4711, 4712)]
    assert given == (whole if is_root else [])
