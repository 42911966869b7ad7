"""Watching: what runs is said in words, who has to act is told by mail, and no figure is about anybody."""

from __future__ import annotations

import io
import logging
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from academy import alarms, clock, watching
from academy.alarms import addresses, raise_alarms, wait_after
from academy.models import Alarm, HistoryHead, Message, PendingFact, Pulse
from academy.outbox import queue_message
from academy.reporting import scrubbed
from academy.tasks import watch
from academy.watching import Level, beat, lights
from tests.factories import make_user

ROOT = Path(__file__).resolve().parents[2]
PAGE = "/2022/operations/"


@pytest.fixture(autouse=True)
def _one_process(settings) -> None:
    """No worker is missed, whichever servers the tests run on."""
    settings.CELERY_TASK_ALWAYS_EAGER = True


def level_of(key: str) -> Level:
    (found,) = (light.level for light in lights() if light.key == key)
    return found


def later(hours: float):
    return clock.set_to(clock.now() + timedelta(hours=hours))


# --- Lights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "level"),
    [(1, Level.WELL), (29, Level.WELL), (31, Level.LOOK), (71, Level.LOOK), (73, Level.ACT)],
)
def test_a_backup_grows_old(db, hours, level):
    beat(Pulse.Name.BACKUP)
    with later(hours):
        assert level_of("backup") is level


def test_backups_that_everybody_can_read_are_worth_a_look_once_there_are_any(db, settings):
    assert "locks" not in {light.key for light in lights()}
    beat(Pulse.Name.BACKUP)
    assert level_of("locks") is Level.LOOK
    settings.BACKUP_RECIPIENTS = ["age1…"]
    assert level_of("locks") is Level.WELL


def test_what_a_restore_replaced_is_named_until_it_is_removed(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    assert "kept-aside" not in {light.key for light in lights()}
    (tmp_path / ".before-20220201T120000Z").mkdir()
    (light,) = (light for light in lights() if light.key == "kept-aside")
    assert (light.level, str(tmp_path / ".before-20220201T120000Z") in light.help) == (Level.LOOK, True)


def test_a_list_of_erasures_that_cannot_be_written_is_to_act_on(db, settings, tmp_path, monkeypatch):
    settings.ERASED_LIST = tmp_path / "list.jsonl"
    assert "erased-list" not in {light.key for light in lights()}
    (tmp_path / "list.jsonl").touch()
    assert "erased-list" not in {light.key for light in lights()}
    monkeypatch.setattr(os, "access", lambda _path, _mode: False)
    assert level_of("erased-list") is Level.ACT


def test_a_folder_in_which_no_list_of_erasures_can_be_made_is_to_act_on(db, settings, tmp_path, monkeypatch):
    settings.ERASED_LIST = tmp_path / "none" / "list.jsonl"
    assert "erased-list" not in {light.key for light in lights()}
    monkeypatch.setattr(os, "access", lambda path, _mode: path != tmp_path)
    (light,) = (light for light in lights() if light.key == "erased-list")
    assert (light.level, light.help.startswith(f"Give {tmp_path} to")) == (Level.ACT, True)


def test_what_waits_too_long_to_be_noted_in_the_list_of_erasures_is_to_act_on(db, settings, tmp_path):
    settings.ERASED_LIST = tmp_path / "list.jsonl"
    PendingFact.objects.create(line="{}", since=clock.now())
    assert "erased-list" not in {light.key for light in lights()}
    with later(0.1):
        assert level_of("erased-list") is Level.ACT
        PendingFact.objects.all().delete()
        assert "erased-list" not in {light.key for light in lights()}


def test_what_ran_at_a_moment_that_has_not_come_is_worth_a_look(db):
    """A clock that was wrong for a while would hide for years that no backup is made any more."""
    with later(24 * 900):
        beat(Pulse.Name.BACKUP)
    (light,) = (light for light in lights() if light.key == "backup")
    assert (light.level, "has not come yet" in light.about) == (Level.LOOK, True)
    beat(Pulse.Name.BACKUP)
    assert level_of("backup") is Level.WELL
    with later(0.9):
        beat(Pulse.Name.BACKUP)
    assert level_of("backup") is Level.WELL


def test_what_never_ran_is_worth_a_look_and_what_failed_is_to_act_on(db):
    assert level_of("backup") is level_of("drill") is level_of("verification") is Level.LOOK
    beat(Pulse.Name.VERIFICATION)
    assert level_of("verification") is Level.WELL
    well_at = Pulse.objects.get(name="verification").well_at
    with later(1):
        beat(Pulse.Name.VERIFICATION, well=False)
        assert level_of("verification") is Level.ACT
    assert Pulse.objects.get(name="verification").well_at == well_at


@pytest.mark.parametrize(("is_production", "program"), [(True, "academy"), (False, "manage.py")])
def test_what_to_do_is_said_as_it_is_called_on_that_server(db, settings, is_production, program):
    """The drill is held on another machine; only how it went is noted on the server."""
    settings.PRODUCTION = is_production
    said = {light.key: light.help for light in lights()}
    assert f"“{program} backup”" in said["backup"]
    assert f"“{program} verify”" in said["verification"]
    assert "another machine" in said["drill"]
    assert f"“{program} drill --went-well” on the server" in said["drill"]


def test_mail_that_waits_too_long_is_seen(db):
    queue_message(key="x", to="farid@example.org", subject="x", body="x")
    Message.objects.update(state="queued")
    assert level_of("mail") is Level.WELL
    with later(0.2):
        assert level_of("mail") is Level.LOOK
    with later(1.1):
        assert level_of("mail") is Level.ACT
        Message.objects.update(not_before=clock.now())
        assert level_of("mail") is Level.WELL


def test_a_disk_that_fills_up_is_seen(db, monkeypatch):
    for free, level in ((0.5, Level.WELL), (0.1, Level.LOOK), (0.01, Level.ACT)):
        monkeypatch.setattr(watching, "disks", lambda free=free: {"data": free})
        assert level_of("disk-data") is level


def test_redis_that_is_away_is_to_act_on(db, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert level_of("redis") is Level.ACT


def test_a_worker_is_missed_where_there_is_one(db, settings):
    settings.CELERY_TASK_ALWAYS_EAGER = False
    assert level_of("worker") is Level.ACT
    watch()
    assert level_of("worker") is Level.WELL
    with later(0.25):
        assert level_of("worker") is Level.ACT


def test_commands_note_how_they_went(transactional_db, edition, settings, tmp_path):
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path / "backups", tmp_path / "media"
    said = io.StringIO()
    call_command("backup", stdout=said)
    call_command("verify", stdout=said)
    assert dict(Pulse.objects.values_list("name", "is_well")) == {"backup": True, "verification": True}
    (tmp_path / "file").touch()
    settings.BACKUP_DIR = tmp_path / "file" / "backups"
    with pytest.raises(CommandError, match="There is no place to work in"):
        call_command("backup", stdout=said)
    HistoryHead.objects.update(digest="0" * 64)
    with pytest.raises(CommandError):
        call_command("verify", stdout=said, stderr=said)
    assert dict(Pulse.objects.values_list("name", "is_well")) == {"backup": False, "verification": False}


# --- The page ---------------------------------------------------------------------------------------------------------


def test_organisers_read_what_is_wrong_first_in_words(edition, amara, client_of):
    beat(Pulse.Name.VERIFICATION, well=False)
    page = client_of(amara).get(PAGE).content.decode()
    assert "1 thing needs somebody to act now." in page
    assert page.index("Something does not match the history") < page.index("No mail waits.")
    assert page.count('class="light light-') == len(lights())
    for light in lights():
        assert str(light.in_words) in page


def test_the_page_asks_the_same_however_much_mail_there_is(
    edition, amara, client_of, django_assert_max_num_queries
):
    client = client_of(amara)
    with django_assert_max_num_queries(24) as few:
        client.get(PAGE)
    Message.objects.bulk_create(
        Message(key=str(n), to="x@example.org", subject="x", body="x", created_at=clock.now())
        for n in range(30)
    )
    with django_assert_max_num_queries(len(few)):
        client.get(PAGE)


# --- Alarms -----------------------------------------------------------------------------------------------------------


def told() -> list[tuple[str, str]]:
    rows = Message.objects.filter(key__startswith="alarm:").order_by("created_at", "to")
    return list(rows.values_list("to", "subject"))


def test_an_alarm_is_told_at_once_then_less_and_less_and_when_it_is_well_again(edition, settings):
    settings.ALERT_ADDRESSES = ["office@example.org"]
    beat(Pulse.Name.BACKUP, well=False)
    begun = clock.now()
    hours = [0, 0.5, 1.1, 2, 5.2, 6, 17.3, 20, 42, 60]
    sent = []
    for hour in hours:
        with clock.set_to(begun + timedelta(hours=hour)):
            sent.append(raise_alarms())
            Message.objects.update(state="sent")
    assert sent == [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]
    with clock.set_to(begun + timedelta(hours=61)):
        beat(Pulse.Name.BACKUP)
        assert raise_alarms() == 1
        assert raise_alarms() == 0
    assert [subject for _to, subject in told()] == [
        "Act now: Backup",
        *["Still to act on: Backup"] * 4,
        "Well again: Backup",
    ]
    assert Alarm.objects.count() == 0


def test_waits_grow_to_a_day():
    assert [wait_after(n) for n in range(1, 6)] == [*alarms.WAITS, timedelta(days=1), timedelta(days=1)]


def test_administrators_are_told_otherwise_the_organisers(edition, amara, settings):
    settings.ALERT_ADDRESSES = []
    assert addresses() == ["amara@example.org"]
    root = make_user("root")
    root.is_superuser = True
    root.save()
    assert addresses() == ["root@example.org"]
    settings.ALERT_ADDRESSES = ["office@example.org"]
    assert addresses() == ["office@example.org"]
    beat(Pulse.Name.BACKUP, well=False)
    raise_alarms()
    assert [to for to, _subject in told()] == ["office@example.org"]
    assert "office@example.org" not in Message.objects.get(key__startswith="alarm:").key


# --- Figures ----------------------------------------------------------------------------------------------------------


def test_figures_are_for_this_machine_and_for_whoever_has_the_token(edition, client, settings):
    settings.METRICS_TOKEN = "t" * 32
    assert client.get("/metrics").status_code == 200
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get("/metrics", **elsewhere).status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 404
    assert (
        client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 32}"}, **elsewhere).status_code
        == 200
    )
    assert (
        client.get("/metrics", headers={"Authorization": f"Bearer {'u' * 32}"}, **elsewhere).status_code
        == 404
    )
    settings.METRICS_TOKEN = "short"
    assert client.get("/metrics", headers={"Authorization": "Bearer short"}, **elsewhere).status_code == 404


def test_requests_are_counted_by_the_name_of_their_route_and_nothing_says_who(edition, amara, client_of):
    client = client_of(amara)
    key = edition.participants.get(user=amara).pk
    client.get(f"/2022/people/{key}/?q=farid@example.org")
    client.get("/nothing/here/at/all/")
    beat(Pulse.Name.BACKUP)
    figures = client.get("/metrics").content.decode()
    assert 'academy_requests_total{method="GET",route="person",status="200"}' in figures
    assert 'academy_level{what="backup"} 0.0' in figures
    assert 'academy_age_seconds{what="backup"}' in figures
    names = "\n".join(line.rpartition(" ")[0] for line in figures.splitlines())  # a number may be any number
    for secret in (str(key), "farid", "amara", "example.org", "/nothing", "2022"):
        assert secret not in names


def test_processes_share_what_they_count(db, tmp_path):
    code = "from academy.counting import count_request; count_request('home', 'GET', 200, 0.1)"
    read = (
        "from prometheus_client import CollectorRegistry, generate_latest\n"
        "from prometheus_client.multiprocess import MultiProcessCollector\n"
        "r = CollectorRegistry(); MultiProcessCollector(r); print(generate_latest(r).decode())"
    )
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for words in (code, code, read):
        done = subprocess.run(
            [sys.executable, "-c", words],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    assert 'academy_requests_total{method="GET",route="home",status="200"} 2.0' in done.stdout


def test_a_folder_without_a_name_is_none(tmp_path):
    code = "import sys; sys.path.insert(0, %r); from academy.counting import count_request as c; c('h', 'GET', 200, 1)"
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": ""}
    subprocess.run([sys.executable, "-c", code % str(ROOT)], cwd=tmp_path, env=environment, check=True)
    assert list(tmp_path.iterdir()) == []


def test_what_sentry_is_told_is_scrubbed():
    event = {
        "request": {
            "url": "https://academy.example.org/2022/invitation/s3cret/?q=farid",
            "method": "POST",
            "cookies": {"sessionid": "s3cret"},
            "data": {"password": "s3cret"},
            "headers": {"Authorization": "s3cret"},
            "query_string": "q=farid",
        },
        "user": {"email": "farid@example.org"},
        "breadcrumbs": [{"message": "s3cret"}],
        "server_name": "host",
        "exception": {
            "values": [
                {
                    "value": "no mail to farid@example.org",
                    "stacktrace": {"frames": [{"function": "f", "vars": {"name": "farid"}}]},
                }
            ]
        },
    }
    said = repr(scrubbed(event, {}))
    assert "'function': 'f'" in said
    assert "no mail to [address]" in said
    for secret in ("farid", "s3cret", "host"):
        assert secret not in said


def test_readiness_says_what_fails_to_the_log_and_not_to_the_caller(db, client, settings, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with caplog.at_level(logging.ERROR):
        answer = client.get("/health/ready")
    assert (answer.status_code, answer.content) == (503, b"not ready\n")
    assert "not ready: redis" in caplog.text
    assert client.get("/health/live").content == b"live\n"
