"""Workers that are killed between sending and committing lose no mail, and none is sent for what did not happen."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection, transaction

from academy.models import Message
from academy.outbox import queue_message
from tests.journeys.conftest import ROOT
from tests.postbox import HOST, Postbox, postbox
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from collections.abc import Callable


__all__ = ["postbox"]
pytestmark = pytest.mark.django_db(transaction=True)
MAILS, WORKERS = 100, 3
# At every so many of these questions, whoever asks it is killed.
DEADLY = {"before": 19, "after": 13}


class Regret(Exception):
    """Why a transaction is rolled back."""


class Keeper:
    """Tends workers in processes of their own, and kills them at the questions that were chosen."""

    def __init__(self, port: int, is_deadly: Callable[[int, str], bool], **environment: str) -> None:
        self.is_deadly = is_deadly
        self.killed: Counter[str] = Counter()
        self.asked, self.lock = Counter[str](), Lock()
        self.environment = {
            **os.environ,
            "DATABASE_URL": database_of_the_test(),
            "EMAIL_URL": f"smtp://{HOST}:{port}",
            "LOG_LEVEL": "ERROR",
            **environment,
        }

    def tend(self, _number: int = 0) -> None:
        """Keep one worker at work: whenever it is killed, another one takes its place."""
        while self._one_life():
            pass

    def _one_life(self) -> bool:
        """Whether it was killed."""
        command = [sys.executable, "-m", "tests.mail_worker"]
        with subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as worker:
            assert worker.stdout is not None
            assert worker.stdin is not None
            for line in worker.stdout:
                when = line.split()[0]
                with self.lock:
                    self.asked[when] += 1
                    is_its_end = self.is_deadly(self.asked[when], when)
                    self.killed[when] += is_its_end
                if is_its_end:
                    worker.kill()
                    return True
                worker.stdin.write("go on\n")
                worker.stdin.flush()
        assert worker.returncode == 0
        return False


@transaction.atomic
def regretted(number: int) -> None:
    """A mail is written, and its cause is rolled back."""
    queue_message(key=f"undone:{number}", to=f"p{number}@example.org", subject="Undone", body="It did not.")
    raise Regret


def write_mails(number: int) -> set[str]:
    """Mails in the outbox, and as many that were written in transactions that were rolled back."""
    for one in range(number):
        queue_message(key=f"kept:{one}", to=f"p{one}@example.org", subject="Kept", body="It happened.")
        with pytest.raises(Regret):
            regretted(one)
    Message.objects.update(state="queued", attempts=0, sent_at=None)
    return {f"<{key}@localhost>" for key in Message.objects.values_list("pk", flat=True)}


def queue_quietly(settings: Any, number: int) -> set[str]:
    """The mails wait although tasks run at once here: nothing is sent while they are written."""
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    written = write_mails(number)
    settings.EMAIL_BACKEND = backend
    return written


def test_of_100_mails_every_one_arrives_although_workers_are_killed(postbox: Postbox, settings: Any) -> None:
    written = queue_quietly(settings, MAILS)
    keeper = Keeper(settings.EMAIL_PORT, lambda number, when: number % DEADLY[when] == 0)
    with ThreadPoolExecutor(WORKERS) as threads:
        list(threads.map(keeper.tend, range(WORKERS)))
    arrived = Counter(str(mail["Message-ID"]) for mail in postbox.mails)
    assert set(arrived) == written
    assert {str(mail["Subject"]) for mail in postbox.mails} == {"Kept"}
    assert min(keeper.killed["before"], keeper.killed["after"]) > 0
    # Whoever was killed before sending sent nothing; whoever was killed after it is repeated once.
    assert sum(arrived.values()) - len(written) == keeper.killed["after"]
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_marked_as_sent_before_it_is_sent_a_mail_would_be_lost(postbox: Postbox, settings: Any) -> None:
    """The control: the same kill, and a worker that commits first."""
    written = queue_quietly(settings, 5)
    keeper = Keeper(
        settings.EMAIL_PORT, lambda number, when: (number, when) == (2, "before"), MARKS_FIRST="1"
    )
    keeper.tend()
    assert keeper.killed == Counter(before=1)
    assert len(written - {str(mail["Message-ID"]) for mail in postbox.mails}) == 1
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


def test_without_redis_a_mail_is_kept_and_nobody_waits_long() -> None:
    """The task cannot be called; the row is there, and beat asks for it as soon as Redis is back."""
    words = (
        "import time, django; django.setup()\n"
        "from academy.outbox import queue_message\n"
        "started = time.monotonic()\n"
        "queue_message(key='alone', to='p@example.org', subject='Kept', body='Kept')\n"
        "print('written', time.monotonic() - started)\n"
    )
    environment = {
        **os.environ,
        "DATABASE_URL": database_of_the_test(),
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "CELERY_EAGER": "0",
        "DJANGO_SETTINGS_MODULE": "academy.settings",
        "LOG_LEVEL": "CRITICAL",
    }
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    written, _blank, seconds = done.stdout.partition(" ")
    assert written == "written", done.stderr
    assert float(seconds) < 12
    connection.close()
    assert list(Message.objects.values_list("key", "state")) == [("alone", "queued")]
