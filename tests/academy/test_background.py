"""What works behind the pages without Redis: tasks in turn, none lost to another's failure, an end with the server."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from academy.background import Rounds
from academy.celery import app

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


def is_running(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().split(") ")[1][0] != "Z"
    except OSError:
        return False
