"""Watchers from outside need no public name and no HTTPS; alarms go out without Redis and without a worker."""

from __future__ import annotations

import io
from contextlib import nullcontext

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection

from academy import alarms, clock
from academy.models import Alarm, Message, Pulse
from academy.safekeeping.marking import RESTORED, mark, take_off_mark
from academy.watching import beat

HERE = {"HTTP_HOST": "127.0.0.1:8001"}
TOKEN = "t" * 32


@pytest.fixture
def as_in_production(settings) -> None:
    settings.ALLOWED_HOSTS = ["academy.example.org"]
    settings.SECURE_SSL_REDIRECT = True
    settings.METRICS_TOKEN = TOKEN


@pytest.mark.parametrize("path", ["/metrics", "/health/live", "/health/ready"])
def test_whoever_watches_on_the_machine_needs_no_name_and_no_certificate(db, client, as_in_production, path):
    assert client.get(path, **HERE).status_code == 200
    assert client.post(path, **HERE).status_code == 405
    # The control: everything else asks for both.
    assert client.get("/2022/", **HERE).status_code == 400
    assert client.get("/2022/", HTTP_HOST="academy.example.org").status_code == 301


@pytest.mark.parametrize(
    ("authorization", "status"), [(f"Bearer {TOKEN}", 200), ("Bearer no", 400), ("", 400)]
)
def test_elsewhere_the_token_is_needed_and_enough(db, client, as_in_production, authorization, status):
    elsewhere = {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "10.0.0.2:8001"}
    answer = client.get("/metrics", headers={"Authorization": authorization}, **elsewhere)
    assert answer.status_code == status


def test_what_a_proxy_asks_for_somebody_is_not_from_this_machine(db, client, as_in_production):
    forwarded = {"HTTP_X_FORWARDED_FOR": "192.0.2.7", "HTTP_X_FORWARDED_PROTO": "https"}
    assert client.get("/metrics", HTTP_HOST="academy.example.org", **forwarded).status_code in {301, 404}


@pytest.fixture
def without_a_worker(settings, monkeypatch) -> None:
    """Nothing takes a task, as when Redis or the worker is gone."""
    settings.ALERT_ADDRESSES = ["office@example.org"]
    monkeypatch.setattr("academy.announcements._listeners", {"message queued": []})


def watched() -> str:
    said = io.StringIO()
    call_command("watch", stdout=said)
    return said.getvalue()


def test_an_alarm_goes_out_where_no_worker_would_send_it(edition, without_a_worker):
    beat(Pulse.Name.WORKER)
    beat(Pulse.Name.BACKUP, well=False)
    with pytest.raises(CommandError, match="1 to act on now"):
        watched()
    (sent,) = mail.outbox
    assert sent.to == ["office@example.org"]
    assert "Backup" in sent.subject
    assert Message.objects.get(key__startswith="alarm:").state == "sent"
    with pytest.raises(CommandError):
        watched()
    assert len(mail.outbox) == 1


def test_nothing_but_alarms_is_sent_by_who_watches(edition, without_a_worker):
    waiting_letter()
    with pytest.raises(CommandError):
        watched()
    assert [message.to for message in mail.outbox] == [["office@example.org"]]
    assert Message.objects.get(key="letter").state == "queued"


def waiting_letter() -> None:
    beat(Pulse.Name.WORKER)
    beat(Pulse.Name.BACKUP, well=False)
    words = {"subject": "Hello", "body": "x", "created_at": clock.now()}
    Message.objects.create(key="letter", to="farid@example.org", **words)


@pytest.mark.parametrize("is_quiet", [True, False])
@pytest.mark.django_db(transaction=True)
def test_nor_where_there_is_no_broker_and_each_mail_wakes_the_outbox(
    edition, settings, monkeypatch, is_quiet
):
    """The control: whoever is not quiet meanwhile sends all that waits."""
    settings.ALERT_ADDRESSES = ["office@example.org"]
    settings.CELERY_TASK_ALWAYS_EAGER = True
    if not is_quiet:
        monkeypatch.setattr("academy.management.commands.watch.quietly", nullcontext)
    waiting_letter()
    with pytest.raises(CommandError, match="to act on now"):
        watched()
    others = [] if is_quiet else ["farid@example.org"]
    assert sorted(to for message in mail.outbox for to in message.to) == [*others, "office@example.org"]


@pytest.mark.django_db(transaction=True)
def test_on_a_database_that_was_restored_and_not_finished_nothing_is_told_and_nothing_sent(
    edition, without_a_worker
):
    waiting_letter()
    mark(connection, {RESTORED: "2022-02-02T10:00:00+00:00"})
    try:
        with pytest.raises(CommandError, match="--only-afterwards"):
            watched()
        assert mail.outbox == []
        assert not Alarm.objects.exists()
    finally:
        take_off_mark(connection)
    # The control: once it is finished, it is told.
    with pytest.raises(CommandError, match="to act on now"):
        watched()
    assert [message.to for message in mail.outbox] == [["office@example.org"]]


def test_what_is_well_ends_with_zero(edition, without_a_worker, monkeypatch):
    monkeypatch.setattr("academy.management.commands.watch.lights", list)
    monkeypatch.setattr("academy.alarms.lights", list)
    assert watched().strip() == "Nobody has to act now."
    assert mail.outbox == []


def test_two_who_watch_at_once_tell_it_once(edition, without_a_worker):
    beat(Pulse.Name.BACKUP, well=False)
    (light,) = (light for light in alarms.lights() if light.key == "backup")
    assert [alarms._first(light), alarms._first(light)] == [1, 0]
    assert Alarm.objects.count() == 1
