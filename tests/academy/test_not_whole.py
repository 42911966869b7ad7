"""A process that runs does nothing with a database that was restored under it and not brought up to date."""

from __future__ import annotations

import json
import logging
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from celery.signals import beat_init, celeryd_init
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection, connections
from django.test import Client
from django.urls import reverse

from academy.celery import app
from academy.kept_pages import forget_pages
from academy.management.verification import verify_all
from academy.models import Pulse, User
from academy.safekeeping import marking, sessions
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.marking import RESTORED, Watchman, mark, take_off_mark
from academy.safekeeping.refusals import NotSafe, Unfinished
from academy.safekeeping.restoring import Source, restore
from academy.tasks import watch
from tests.coming_back import back_up
from tests.elsewhere import empty_database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

pytestmark = pytest.mark.django_db(transaction=True)
ON_POSTGRESQL = pytest.mark.skipif(connection.vendor != "postgresql", reason="a SQLite file has no sessions")


@pytest.fixture
def asked(settings: Any) -> None:
    """Every question asks for the mark."""
    settings.MARK_ASKED_EVERY = 0


@pytest.fixture
def marked(transactional_db: None) -> Iterator[None]:
    mark(connection, {RESTORED: "2022-02-02T10:00:00+00:00"})
    yield
    take_off_mark(connection)
    forget_pages()


# --- Pages ------------------------------------------------------------------------------------------------------------

PAGES = ("/", "/accounts/login/", "/2022/programme/", "/admin/login/")


@pytest.mark.usefixtures("asked", "marked")
def test_pages_are_not_served_from_a_database_that_is_not_whole(edition, client):
    for path in PAGES:
        answer = client.get(path, headers={"accept": "text/html"})
        assert (answer.status_code, answer["Retry-After"], answer["Cache-Control"]) == (503, "30", "no-store")
        assert "The academy cannot answer just now" in answer.content.decode()
        assert answer["Content-Security-Policy"]
    answer = client.get("/api/v1/editions")
    assert (answer.status_code, json.loads(answer.content)["status"]) == (503, 503)


@pytest.mark.usefixtures("asked", "marked")
def test_what_is_sent_is_not_taken(edition, client):
    answer = client.post("/accounts/login/", {"login": "x"}, headers={"accept": "text/html"})
    assert answer.status_code == 503
    assert "may not have been kept" in answer.content.decode()


@pytest.mark.usefixtures("asked", "marked")
def test_that_the_process_lives_is_said_nevertheless_and_that_it_is_not_ready(client):
    assert client.get("/health/live").status_code == 200
    assert client.get("/health/ready").status_code == 503


@pytest.mark.usefixtures("marked")
def test_a_process_that_does_not_ask_serves_it(edition, client):
    """The control: the mark alone keeps nobody away."""
    assert client.get("/accounts/login/").status_code == 200


@pytest.mark.usefixtures("asked")
def test_a_page_that_is_kept_in_memory_is_not_answered_either(edition, settings):
    page = reverse("programme:agenda", args=[edition.slug])
    assert Client().get(page).status_code == Client().get(page).status_code == 200
    mark(connection, {RESTORED: ""})
    try:
        assert Client().get(page).status_code == 503
        settings.MARK_ASKED_EVERY = None
        assert Client().get(page).status_code == 200
    finally:
        take_off_mark(connection)


def test_a_process_that_began_while_the_database_was_away_learns_of_the_mark(
    edition, client, settings, monkeypatch
):
    def away(_wrapper: Any) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as broken:
        broken.setattr(marking, "_opened", away)
        marking.insist_on_whole_at_start()
    settings.MARK_ASKED_EVERY = 0
    mark(connection, {RESTORED: ""})
    try:
        with pytest.raises(Unfinished, match="--only-afterwards"):
            marking.insist_on_whole_at_start()
        assert client.get("/accounts/login/").status_code == 503
    finally:
        take_off_mark(connection)
    assert client.get("/accounts/login/").status_code == 200


# --- How often it is asked --------------------------------------------------------------------------------------------


class Moments:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def moments(transactional_db: None, settings: Any) -> Moments:
    settings.MARK_ASKED_EVERY = 2.0
    return Moments()


def test_the_mark_is_asked_for_once_in_two_seconds_and_its_end_as_well(moments, caplog):
    watchman = Watchman(moments)
    watchman.insist_on_whole()
    mark(connection, {RESTORED: ""})
    moments.seconds += 1.9
    watchman.insist_on_whole()
    moments.seconds += 0.2
    with caplog.at_level(logging.ERROR):
        for _time in range(3):
            with pytest.raises(Unfinished, match="--only-afterwards"):
                watchman.insist_on_whole()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    take_off_mark(connection)
    with pytest.raises(Unfinished):
        watchman.insist_on_whole()
    moments.seconds += 2.0
    watchman.insist_on_whole()


def test_asking_is_no_query_of_a_page(moments, django_assert_num_queries):
    with django_assert_num_queries(0):
        Watchman(moments).insist_on_whole()


@pytest.fixture
def away(tmp_path: Path) -> Callable[[], AbstractContextManager[None]]:
    """The database does not answer in the block."""

    def nowhere() -> AbstractContextManager[None]:
        own = connections[DEFAULT_DB_ALIAS]
        settings = {**own.settings_dict, "HOST": "127.0.0.1", "PORT": "1"}
        if connection.vendor == "sqlite":
            settings["NAME"] = str(tmp_path / "none" / "x.sqlite3")
        return as_default(type(own)(settings, DEFAULT_DB_ALIAS))

    return nowhere


def test_a_database_that_never_answered_is_asked_again_at_once(moments, away):
    """What it holds is not known; whatever else asks it is told so by itself."""
    watchman = Watchman(moments)
    with away():
        with pytest.raises(OperationalError):
            User.objects.exists()
        watchman.insist_on_whole()
    mark(connection, {RESTORED: ""})
    try:
        with pytest.raises(Unfinished):
            watchman.insist_on_whole()
    finally:
        take_off_mark(connection)


@pytest.mark.parametrize("is_marked", [False, True])
def test_a_database_that_answered_once_is_not_asked_by_each_while_it_is_away(
    moments, away, monkeypatch, is_marked
):
    """Each request waited for a connection, also for a page that is kept in memory."""
    asked, ask = [], Watchman._ask
    monkeypatch.setattr(Watchman, "_ask", lambda self: (asked.append(moments.seconds), ask(self)))
    watchman = Watchman(moments)
    refused = pytest.raises(Unfinished) if is_marked else nullcontext()
    if is_marked:
        mark(connection, {RESTORED: ""})
    try:
        for place in (nullcontext(), away(), away()):
            with place:
                for _request in range(3):
                    with refused:
                        watchman.insist_on_whole()
            moments.seconds += 2.0
        assert asked == [100.0, 102.0, 104.0]
    finally:
        if is_marked:
            take_off_mark(connection)
    # The control: it is asked again when its time has come, and goes by the new answer.
    watchman.insist_on_whole()
    assert asked == [100.0, 102.0, 104.0, 106.0]


# --- Work behind the pages --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("asked")
def test_tasks_do_nothing_until_the_database_is_whole(db):
    mark(connection, {RESTORED: ""})
    try:
        watch()
        app.tasks["academy.tasks.watch"].apply()
        assert not Pulse.objects.exists()
    finally:
        take_off_mark(connection)
    app.tasks["academy.tasks.watch"].apply()
    assert Pulse.objects.get().is_well


@pytest.mark.parametrize("begins", [celeryd_init, beat_init], ids=["worker", "beat"])
def test_no_worker_and_no_beat_begin_while_the_database_is_not_whole(owing, begins):
    """Celery writes what a receiver raises into the log, and goes on."""
    with pytest.raises(SystemExit, match="--only-afterwards"):
        begins.send(sender=None)
    take_off_mark(connection)
    begins.send(sender=None)


def test_any_other_error_would_not_have_kept_them(caplog):
    """The control."""

    def refuses(**_about: Any) -> None:
        raise Unfinished("not whole")

    celeryd_init.connect(refuses)
    try:
        celeryd_init.send(sender=None)
    finally:
        celeryd_init.disconnect(refuses)
    assert "not whole" in caplog.text


# --- Who is in the database when it is restored -----------------------------------------------------------------------


@pytest.fixture
def backup(edition: Any, noted_in: Path) -> Path:
    back_up()
    (path,) = (noted_in.parents[1] / "backups").glob("academy-*")
    return path


@ON_POSTGRESQL
def test_a_database_in_which_somebody_else_is_is_not_restored(backup, tmp_path):
    with empty_database(tmp_path) as address, psycopg.connect(address, application_name="a worker"):
        with pytest.raises(
            NotSafe, match=r"is in use: 1 other session is open \(a worker\)\. Stop the academy"
        ):
            restore(Source(backup), settings_for(address), tmp_path / "m", verify=verify_all)
        with another(settings_for(address), "seen") as seen:
            assert seen.introspection.table_names() == []


@ON_POSTGRESQL
def test_whoever_was_not_asked_to_leave_would_have_been_served_everybody(backup, tmp_path, monkeypatch):
    """The control: what the refusal keeps from happening."""
    monkeypatch.setattr(sessions, "ATTEMPTS", 1)
    monkeypatch.setattr(sessions, "OTHERS", "SELECT 1, 'nobody' WHERE false")
    with empty_database(tmp_path) as address, psycopg.connect(address, autocommit=True) as worker:
        restore(Source(backup), settings_for(address), tmp_path / "m", verify=verify_all, owing=RESTORED)
        found = worker.execute("SELECT count(*) FROM academy_user").fetchone()
        assert found == (User.objects.count(),)


@ON_POSTGRESQL
def test_the_sessions_of_this_process_are_none_of_others(backup, tmp_path):
    with empty_database(tmp_path) as address, another(settings_for(address), "own"):
        restore(Source(backup), settings_for(address), tmp_path / "m", verify=verify_all)
