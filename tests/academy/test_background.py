"""What works behind the pages without Redis: tasks in turn, none lost to another's failure, an end with the server.

While it runs, pages leave mails and long lists to it; while nothing does, they do a small share themselves.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command

from academy import clock, tasks
from academy.background import SWIFT, Rounds, Sign, swift, works_behind
from academy.celery import app
from academy.invitations import long_lists
from academy.invitations.long_lists import LEFT, invite_the_good, keep_list, work_on
from academy.mail.letters import Words, begin_letter, plan
from academy.models import Invitation, InvitationList, ListedPerson, Message
from academy.outbox import queue_all, queue_message, waiting_messages
from academy.roles import grant_role
from tests.factories import make_edition, make_user

ROOT = Path(__file__).resolve().parents[2]

# A turn ends with giving back what it held of the database.
pytestmark = pytest.mark.django_db


def rounds(carry_out, seconds, **schedule):
    entries = {name: {"task": f"do.{name}", "schedule": float(every)} for name, every in schedule.items()}
    return Rounds(entries, carry_out, lambda: seconds[0])


def test_each_task_is_done_at_once_and_then_in_its_own_time_and_what_is_seldom_waits():
    done, seconds = [], [100.0]
    turning = rounds(done.append, seconds, often=15, each=60, daily=86_400)
    assert turning.go() == ["often", "each"]
    assert done == ["do.often", "do.each"]
    for moment, expected in (
        (114, []),
        (115, ["often"]),
        (160, ["often", "each"]),
        (86_500, ["often", "each", "daily"]),
    ):
        seconds[0] = moment
        assert turning.go() == expected


def test_a_task_that_fails_is_logged_and_keeps_no_other_from_its_turn(caplog):
    done, seconds = [], [0.0]

    @app.task(name="do.bad")
    def bad() -> None:
        raise ValueError("no luck")

    @app.task(name="do.good")
    def good() -> None:
        done.append("good")

    turning = rounds(lambda name: app.tasks[name].apply(), seconds, bad=15, good=15)
    with caplog.at_level(logging.ERROR):
        assert turning.go() == ["bad", "good"]
    assert "do.bad" in caplog.text
    assert "no luck" in caplog.text
    seconds[0] = 15.0
    turning.go()
    assert done == ["good", "good"]


def test_every_task_of_the_schedule_is_known():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= app.tasks.keys()


def test_what_people_wait_for_is_looked_at_every_second():
    found = {entry["task"]: entry["schedule"] for entry in swift(settings.CELERY_BEAT_SCHEDULE).values()}
    told = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert found == {**told, **SWIFT}
    assert set(SWIFT) <= told.keys()


def test_where_there_is_a_broker_the_command_sends_to_celery(settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    with pytest.raises(CommandError, match="celery worker"):
        call_command("run_tasks")


def test_it_ends_with_the_process_that_started_it(tmp_path):
    """The one that starts it is killed, as a server may be."""
    environ = {
        **os.environ,
        "DATABASE_URL": f"sqlite:///{tmp_path / 'a.sqlite3'}",
        "ACADEMY_VAR": str(tmp_path),
        "REDIS_URL": "",
        "CELERY_EAGER": "1",
    }
    start = (
        "import os, subprocess, sys, time\n"
        "beside = ['manage.py', 'run_tasks', '--beside', str(os.getpid())]\n"
        "child = subprocess.Popen([sys.executable, *beside], stderr=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start], cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    until = time.monotonic() + 60
    while is_running(child) and time.monotonic() < until:
        time.sleep(0.2)
    assert not is_running(child)


# --- What a page does, and what is left to the process behind it ------------------------------------------------------


@pytest.fixture
def alone(settings, tmp_path):
    """One machine without Redis, and nothing behind the pages."""
    settings.CELERY_TASK_ALWAYS_EAGER, settings.VAR_DIR = True, tmp_path


@pytest.fixture
def helped(alone):
    """The same, with a process behind the pages."""
    sign = Sign()
    assert sign.put_up()
    yield
    sign.take_down()


def full_outbox(count):
    fields = {"subject": "s", "body": "b", "created_at": clock.now()}
    queue_all(Message(key=f"invitation:{n}", to=f"p{n}@example.org", **fields) for n in range(count))


def long_list(people):
    edition, organiser = make_edition("2031"), make_user("olga")
    grant_role(organiser, edition, "organiser", by=None)
    text = "email\n" + "".join(f"p{n}@example.org\n" for n in range(people))
    return keep_list(edition, text, encoding="UTF-8", days=14, by=organiser), organiser


def test_others_see_the_sign_as_long_as_it_is_up(alone):
    assert not works_behind()
    sign, other = Sign(), Sign()
    assert not works_behind()
    assert (sign.put_up(), works_behind(), other.put_up()) == (True, True, False)
    sign.take_down()
    assert not works_behind()
    assert other.put_up()


def test_with_nothing_behind_it_a_page_sends_its_mail_and_only_a_share_of_a_full_outbox(
    alone, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(tasks, "SHARE", 0.1)
    full_outbox(3_000)
    with django_capture_on_commit_callbacks(execute=True):
        queue_message(key="welcome:1", to="dawit@example.org", subject="Welcome", body="Hello")
    assert mail.outbox[0].to == ["dawit@example.org"], (
        "who did something is not behind thousands of invitations"
    )
    assert 0 < waiting_messages().count() < 3_000


def test_with_something_behind_it_a_page_sends_nothing_and_the_mail_leaves_there(
    helped, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        queue_message(key="welcome:1", to="dawit@example.org", subject="Welcome", body="Hello")
    assert mail.outbox == []
    assert tasks.send_waiting_mail() == 1
    assert [sent.to for sent in mail.outbox] == [["dawit@example.org"]]


@pytest.mark.parametrize("step", ["", "progress/"])
def test_looking_at_a_long_list_works_on_it_only_where_nothing_does_so_behind(
    alone, step, monkeypatch, client_of, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(long_lists, "INVITE", 3)
    monkeypatch.setattr(tasks, "SHARE", 0.0)
    row, organiser = long_list(10)
    while work_on(row.pk):
        pass
    invite_the_good(row, by=organiser)
    InvitationList.objects.update(worked_at=clock.now() - LEFT * 2)
    browser, page = client_of(organiser), f"/2031/people/invitations/list/{row.pk}/{step}"

    def looked():
        with django_capture_on_commit_callbacks(execute=True):
            assert browser.get(page).status_code == 200
        return Invitation.objects.count(), len(mail.outbox)

    sign = Sign()
    sign.put_up()
    assert looked() == (0, 0)
    sign.take_down()
    invited, _sent = looked()
    assert invited == 0, "a share of no seconds is none"
    monkeypatch.setattr(tasks, "SHARE", 0.001)
    assert looked()[0] == 3


def test_who_looks_at_mails_that_wait_has_them_go_on_only_where_nothing_works_behind(alone):
    full_outbox(3)
    sign = Sign()
    sign.put_up()
    tasks.go_on_with_mail()
    assert mail.outbox == []
    sign.take_down()
    tasks.go_on_with_mail()
    assert len(mail.outbox) == 3


def test_the_process_behind_goes_on_with_each_list_without_waiting(helped):
    row, organiser = long_list(10)
    tasks.take_up_lists()
    row.refresh_from_db()
    assert (row.state, ListedPerson.objects.count()) == ("read", 10)
    invite_the_good(row, by=organiser)
    tasks.take_up_lists()
    row.refresh_from_db()
    assert (row.state, Invitation.objects.count(), mail.outbox) == ("done", 10, [])
    assert tasks.send_waiting_mail() == 10


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False


def test_letters_that_are_due_are_left_to_what_works_behind_the_pages(alone, amara, edition):
    """Whoever presses "Send now" does not wait until everybody is written to; only without it, it is done here."""
    letter = begin_letter(edition, Words("en", "News", "Hello"), audience={"state": "confirmed"}, by=amara)
    plan(letter, by=amara)
    sign = Sign()
    with clock.set_to(clock.now() + timedelta(minutes=2)):
        assert sign.put_up()
        tasks.wake_letters()
        assert Message.objects.filter(mailing=letter).count() == 0
        sign.take_down()
        tasks.wake_letters()
    assert Message.objects.filter(mailing=letter).count() > 0
