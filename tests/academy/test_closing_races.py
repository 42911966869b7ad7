"""An account is closed or opened at once with a write by the very person: one waits for the other."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from academy import closing
from academy.closing import close_account, open_account
from academy.history import record
from academy.models import HistoryEntry, Role, User

if TYPE_CHECKING:
    from collections.abc import Callable

NEW = "amara.new@example.org"


def wait_for_somebody_who_waits() -> None:
    """Until somebody in this database stands behind a lock."""
    asks = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    until = time.monotonic() + 15
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            if cursor.execute(asks).fetchone():
                return
        time.sleep(0.05)


def while_writing(user: User, act: Callable[[], object]) -> None:
    """Act while a transaction of the person has the history and names the account."""
    role = Role.objects.active().filter(user=user).select_related("edition").get()
    written, go_on = Event(), Event()

    def write() -> None:
        try:
            with transaction.atomic():
                record(role.edition, "tried", role, by=user)
                written.set()
                go_on.wait(20)
        finally:
            connection.close()

    def act_and_close() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(write)
        assert written.wait(10)
        acts = pool.submit(act_and_close)
        wait_for_somebody_who_waits()
        go_on.set()
        writing.result(20)
        acts.result(20)


@pytest.fixture
def _row_locks() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time, with and without our locks")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_row_locks")
def test_a_closing_waits_for_what_the_person_writes_and_not_the_other_way_round(edition, amara):
    while_writing(amara, lambda: close_account(amara))
    while_writing(amara, lambda: open_account(amara, NEW))
    assert User.objects.get(email=NEW) == amara
    verbs = HistoryEntry.objects.order_by("-number").values_list("verb", flat=True)[:4]
    assert list(verbs) == ["account opened", "tried", "account closed", "tried"]


@pytest.mark.usefixtures("_row_locks")
def test_the_edition_comes_first_then_the_account_then_the_history(edition, amara):
    for act in (lambda: close_account(amara), lambda: open_account(amara, NEW)):
        with CaptureQueriesContext(connection) as seen:
            act()
        locks = [query["sql"] for query in seen if " FOR " in query["sql"] and "SELECT" in query["sql"]]
        tables = [sql.split(' FROM "')[1].split('"')[0] for sql in locks]
        assert tables[:3] == ["academy_edition", "academy_user", "academy_historyhead"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_row_locks")
def test_with_the_account_locked_against_whoever_names_it_one_of_both_is_broken_off(
    edition, amara, monkeypatch
):
    """The control."""
    monkeypatch.setattr(closing, "_in_hand", lambda user: User.objects.select_for_update().get(pk=user.pk))
    with pytest.raises(OperationalError, match="deadlock"):
        while_writing(amara, lambda: close_account(amara))
