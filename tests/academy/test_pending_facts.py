"""What a restore must do again comes into its list also if the disk is full, or somebody is killed after the commit."""

from __future__ import annotations

import errno
import fcntl
import io
import json
import logging
import os
import subprocess
import sys
import textwrap
from contextlib import nullcontext
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import transaction

from academy.models import Participant, PendingFact
from academy.privacy import erased
from academy.privacy.after_restore import NoList, list_to_follow
from academy.privacy.erased import note, note_visibility, noted, take_over, write_pending
from academy.privacy.erasure import erase
from academy.tasks import watch
from tests.coming_back import back_up, people_of, restored, said_by
from tests.factories import make_edition, make_user
from tests.mortals import ROOT
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("noted_in")]


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The disk of the list takes nothing more; called, it does again."""

    def refused(_file: int, _words: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", refused)
    return monkeypatch.undo


def test_what_a_full_disk_did_not_take_is_written_by_the_beat(db, noted_in, full, caplog):
    person, seen = make_user("farid"), uuid4()
    key = person.pk
    with caplog.at_level(logging.ERROR):
        erase(person, by=person)
        note_visibility(seen, "unlisted")
    assert f"would bring back {key}" in caplog.text
    assert noted(noted_in).lines == 0
    full()
    watch()
    said = noted(noted_in)
    assert (said.accounts, said.seen, said.lines) == ([key], {seen: "unlisted"}, 2)
    assert not PendingFact.objects.exists()


@pytest.mark.parametrize("is_taken_back", [True, False], ids=["as it is", "control: what was taken stays"])
def test_a_disk_that_takes_a_part_of_a_line_leaves_a_list_that_a_restore_follows(
    db, noted_in, monkeypatch, is_taken_back
):
    """The part stayed, and the next try made a line of it that makes no sense."""
    first, second = uuid4(), uuid4()
    write: Callable[[int, bytes], int] = os.write
    note(first)

    def fills_up(file: int, words: bytes) -> int:
        if len(words) < 40:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(file, words[:-30])

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", fills_up)
        if not is_taken_back:
            disk.setattr(os, "ftruncate", lambda *_words: None)
        note(second)
    assert PendingFact.objects.count() == 1
    watch()
    assert noted(noted_in).strange == ([] if is_taken_back else [2])
    assert noted(noted_in).accounts == [first, second]
    with nullcontext() if is_taken_back else pytest.raises(NoList, match="line 2 makes no sense"):
        list_to_follow(noted_in, without=False)


def test_the_next_fact_takes_along_what_waited(db, noted_in, full):
    first, second = uuid4(), uuid4()
    note(first)
    full()
    note(second)
    assert noted(noted_in).accounts == [first, second]


def test_where_there_is_no_worker_the_command_of_each_minute_writes_it(db, noted_in, full):
    key = uuid4()
    note(key)
    full()
    call_command("send_due_mail", stdout=io.StringIO())
    assert noted(noted_in).accounts == [key]


KILLED = textwrap.dedent(
    """
    import os, signal, uuid, django
    django.setup()
    from django.db import transaction
    from academy.privacy.erased import note
    with transaction.atomic():
        transaction.on_commit(lambda: os.kill(os.getpid(), signal.SIGKILL))
        note(uuid.UUID(int=7))
    """
)


def test_whoever_is_killed_after_the_commit_loses_no_fact(db, noted_in):
    environment = {**os.environ, "DATABASE_URL": database_of_the_test(), "ERASED_LIST": str(noted_in)}
    ended = subprocess.run([sys.executable, "-c", KILLED], cwd=ROOT, env=environment, check=False)
    assert ended.returncode == -9
    assert not noted_in.exists()
    write_pending()
    assert [key.int for key in noted(noted_in).accounts] == [7]


def test_what_was_rolled_back_does_not_wait(db):
    with transaction.atomic():
        note(uuid4())
        assert PendingFact.objects.count() == 1
        transaction.set_rollback(True)
    assert not PendingFact.objects.exists()


def test_what_waits_holds_keys_alone(db, full):
    row = people_of(make_edition(mode="open"))["erased"]
    erase(row.user, by=row.user)
    for waiting in PendingFact.objects.all():
        assert set(json.loads(waiting.line)) <= {
            "account",
            "participant",
            "visibility",
            "consent",
            "stands",
            "at",
        }
    assert PendingFact.objects.exists()


# --- The list itself --------------------------------------------------------------------------------------------------

HOLDING = textwrap.dedent(
    """
    import fcntl, os, sys
    file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.read(1)
    os.write(file, b'{"account": "00000000-0000-0000-0000-000000000001", "at": ""}\\n')
    """
)


def test_two_who_write_take_turns(db, noted_in, monkeypatch):
    """On a share each appends where it believes the end to be, and would write over the other."""
    noted_in.parent.mkdir()
    order = []
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(noted_in)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout
        assert other.stdin
        assert other.stdout.readline() == b"held\n"
        lockf = fcntl.lockf

        def waiting(file: int, how: int) -> None:
            with pytest.raises(BlockingIOError):
                lockf(file, how | fcntl.LOCK_NB)
            order.append("waited")
            assert other.stdin
            other.stdin.write(b"x")
            other.stdin.flush()
            lockf(file, how)

        monkeypatch.setattr(fcntl, "lockf", waiting)
        note(uuid4())
    assert order == ["waited"]
    assert len(noted_in.read_bytes().splitlines()) == 2


def test_the_names_in_a_folder_are_on_the_disk_when_the_list_is_made(db, noted_in, monkeypatch):
    settled: list[Path] = []
    monkeypatch.setattr(erased, "settle", settled.append)
    note(uuid4())
    note(uuid4())
    assert settled == [noted_in.parent]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("how", ["a fact", "a copy", "a list of root's"])
def test_what_root_writes_belongs_to_whom_the_folder_belongs_to(db, noted_in, tmp_path, how):
    os.chown(tmp_path, 12345, 12345)
    if how == "a copy":
        (tmp_path / "copy.jsonl").write_text('{"account": "x"}\n')
        take_over(tmp_path / "copy.jsonl")
    else:
        if how == "a list of root's":
            noted_in.parent.mkdir()
            os.chown(noted_in.parent, 12345, 12345)
            noted_in.touch()
        note(uuid4())
    assert (noted_in.stat().st_uid, noted_in.parent.stat().st_uid) == (12345, 12345)
    assert noted_in.stat().st_mode & 0o777 in {0o600, 0o644 if how == "a list of root's" else 0o600}


# --- A restore --------------------------------------------------------------------------------------------------------


@pytest.fixture
def people(db: None) -> dict[str, Participant]:
    return people_of(make_edition(mode="open"))


def test_what_waited_in_the_backup_is_noted_after_the_restore(people, noted_in, tmp_path, full):
    note_visibility(people["same"].pk, "unlisted")
    full()
    back_up()
    note_visibility(people["quiet"].pk, "unlisted")
    PendingFact.objects.all().delete()
    keys = {people[name].pk for name in ("same", "quiet")}
    noted_in.write_text(noted_in.read_text().splitlines()[-1] + "\n")
    with restored(tmp_path):
        assert set(noted(noted_in).seen) == keys
        assert not PendingFact.objects.exists()


def test_what_waits_in_the_database_that_is_replaced_is_noted_before(
    people, noted_in, tmp_path, full, settings
):
    key = people["same"].pk
    note_visibility(key, "unlisted")
    said_by("--replace", fails="1 line waits to be written into the list of erasures")
    assert Participant.objects.filter(pk=key).exists()
    full()
    said_by("--replace", fails="There is no backup")
    assert noted(noted_in).seen == {key: "unlisted"}
