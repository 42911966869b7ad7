"""Whoever was erased after a backup is erased again when it is restored."""

import json
import logging
import os
import subprocess
import sys
from uuid import uuid4

import pytest

from academy.models import User
from academy.privacy.erased import noted
from academy.privacy.erasure import erase, erase_again
from tests.mortals import ROOT

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listed(settings, tmp_path):
    settings.ERASED_LIST = tmp_path / "var" / "erased.jsonl"
    return settings.ERASED_LIST


def test_an_erasure_is_noted_without_a_name(edition, farid, listed):
    key = farid.pk
    erase(farid, by=farid)
    (line,) = listed.read_text().splitlines()
    assert json.loads(line)["account"] == str(key)
    assert set(json.loads(line)) == {"account", "at"}
    assert oct(listed.stat().st_mode & 0o777) == "0o600"
    assert noted(listed).accounts == [key]


def test_an_erasure_that_was_refused_is_not_noted(edition, amara, listed):
    with pytest.raises(Exception, match="only organiser"):
        erase(amara, by=amara)
    assert not listed.exists()


def test_an_erasure_stands_also_if_the_list_cannot_be_written(edition, farid, settings, tmp_path, caplog):
    (tmp_path / "file").write_text("")
    settings.ERASED_LIST = tmp_path / "file" / "erased.jsonl"
    with caplog.at_level(logging.ERROR):
        erase(farid, by=farid)
    assert not User.objects.filter(email="farid@example.org").exists()
    assert "a restore would bring back" in caplog.text


def test_who_is_back_is_erased_again_and_who_cannot_be_is_named(edition, farid, amara, listed):
    erased, refused = erase_again([farid.pk, amara.pk, uuid4()])
    assert erased == [farid.pk]
    assert list(refused) == [amara.pk]
    assert "only organiser" in refused[amara.pk]
    assert not User.objects.filter(email="farid@example.org").exists()


def test_lines_that_make_no_sense_are_numbered(listed):
    listed.parent.mkdir()
    key = uuid4()
    good = json.dumps({"account": str(key), "at": "2022-02-02T10:00:00+00:00"})
    listed.write_bytes(f"{good}\nnothing\n\n[1]\n{good}\n".encode() + b"\xff\xfe\n" + b'{"account": 7}\n')
    said = noted(listed)
    assert (said.accounts, said.strange) == ([key], [2, 4, 6, 7])


@pytest.mark.parametrize("has_list", [True, False], ids=["with the list", "control: without it"])
def test_a_restored_academy_erases_again(tmp_path, has_list):
    made = Shell(tmp_path)
    made("migrate", "-v0")
    made("load_edition", "2022")
    made("shell", "-c", MAKE_FARID)
    made("backup")
    made("erase", "farid@example.org")
    if not has_list:
        (tmp_path / "erased.jsonl").unlink()
    said = made("restore", "--replace", *([] if has_list else ["--without-erased"]))
    assert ("1 of 1 who are listed" in said) is has_list
    assert made("shell", "-c", COUNT).strip().endswith("0" if has_list else "1")


def test_a_list_that_is_not_there_stops_the_restore_before_it_begins(tmp_path):
    made = Shell(tmp_path)
    said = made("restore", "--erased", str(tmp_path / "none"), fails=True)
    assert "Nothing was restored." in said


MAKE_FARID = (
    "from academy.models import User; User.objects.create_user(email='farid@example.org', password=None)"
)
COUNT = "from academy.models import User; print(User.objects.filter(email='farid@example.org').count())"


class Shell:
    """Runs commands of an academy on SQLite in a folder of its own."""

    def __init__(self, folder):
        self.environment = {
            **os.environ,
            "ACADEMY_VAR": str(folder),
            "BACKUP_DIR": str(folder / "backups"),
            "DATABASE_URL": f"sqlite:///{folder / 'academy.sqlite3'}",
            "REDIS_URL": "",
            "CELERY_EAGER": "1",
        }

    def __call__(self, *words, fails=False):
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=self.environment, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr


def test_a_line_that_the_disk_takes_only_a_part_of_is_said(tmp_path):
    """A limit on the size of files stands for the full disk; a part was taken without a word before."""
    code = (
        "import resource, signal, django\n"
        "django.setup()\n"
        "from academy.privacy.erased import _append, _in_turn\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))\n"
        "with _in_turn() as file:\n"
        "    _append(file, [b'x' * 80])\n"
    )
    environment = {**os.environ, "ERASED_LIST": str(tmp_path / "list.jsonl")}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
    )
    assert "OSError: [Errno 27] File too large" in ended.stderr
    assert ended.returncode == 1
    assert (tmp_path / "list.jsonl").read_bytes() == b""
