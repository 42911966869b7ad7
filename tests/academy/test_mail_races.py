"""While mail is written nobody is erased or unsubscribes: everybody locks the edition's row first, then the rest."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy import clock, outbox
from academy.mail import letters, turns
from academy.mail.letters import Words, begin_letter, plan, write_letter
from academy.mail.standing import turn_off, turn_on, write_standing
from academy.mail.stopping import choose_news
from academy.mail.trying import send_trial
from academy.models import Edition, Mailing, Message, Participant, User
from academy.privacy.erasure import erase
from programme.calendar_keys import give_key, revoke_key
from programme.certificates import make_certificate, withdraw_certificate
from programme.joining import check_in
from programme.models import Session
from tests.factories import make_participant, make_user

NAME = "Canary Zzyzx"
AFTER = datetime(2022, 2, 20, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _row_locks(db):
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one transaction write at a time, with and without our locks")


def begun(edition: Edition, amara: User) -> Mailing:
    return begin_letter(
        edition, Words("en", "News", "Hello {name}"), audience={"state": "confirmed"}, by=amara
    )


def while_written(
    letter: Mailing, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch, patience: float
) -> bool:
    """Act while a letter is written, after its recipients were read; returns whether the act had to wait."""
    read, go_on, acted = Event(), Event(), Event()
    queue_all = outbox.queue_all

    def pause(messages: Any) -> int:
        written = list(messages)
        read.set()
        go_on.wait(30)
        return queue_all(written)

    def closing(action: Callable[[], object]) -> None:
        try:
            action()
        finally:
            connection.close()

    def act_and_say() -> None:
        act()
        acted.set()

    monkeypatch.setattr(letters, "queue_all", pause)
    with ThreadPoolExecutor(2) as pool:
        writing = pool.submit(closing, lambda: write_letter(letter.pk))
        assert read.wait(10)
        acting = pool.submit(closing, act_and_say)
        had_to_wait = not acted.wait(patience)
        go_on.set()
        writing.result(20)
        acting.result(20)
    return had_to_wait


def race(
    edition: Edition, amara: User, monkeypatch: pytest.MonkeyPatch, *, erased: bool, patience: float
) -> tuple[bool, int]:
    """(whether who is erased or unsubscribes had to wait, how many mails to them are kept or go out)."""
    user = make_user("canary")
    person = make_participant(user, edition, name=NAME)
    letter = plan(begun(edition, amara), by=amara)
    Mailing.objects.filter(pk=letter.pk).update(send_at=datetime.now(UTC) - timedelta(minutes=1))
    chosen = (lambda: erase(user, by=user)) if erased else (lambda: choose_news(person, False, by=user))
    waited = while_written(letter, chosen, monkeypatch, patience)
    named = Message.objects.filter(body__contains=NAME)
    return waited, named.count() if erased else named.filter(state="queued").count()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("erased", [True, False])
def test_who_is_erased_or_unsubscribes_while_a_letter_is_written_gets_none(
    edition, amara, monkeypatch, erased
):
    monkeypatch.setattr("academy.outbox.announce", lambda _what: None)
    assert race(edition, amara, monkeypatch, erased=erased, patience=1.5) == (True, 0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("erased", [True, False])
def test_without_the_turn_of_the_edition_they_would(edition, amara, monkeypatch, erased):
    """The control: the recipients were read, and whoever leaves is not waited for."""
    monkeypatch.setattr(turns, "in_turn", lambda edition: edition)
    monkeypatch.setattr("academy.outbox.announce", lambda _what: None)
    waited, left = race(edition, amara, monkeypatch, erased=erased, patience=20)
    assert (waited, left) == (False, 1)


def locked_by(action: Callable[[], object]) -> list[str]:
    """The tables whose rows an action locks, in this order."""
    with CaptureQueriesContext(connection) as seen:
        action()
    locking = [query["sql"] for query in seen if " FOR " in query["sql"] and "SELECT" in query["sql"]]
    return [sql.split(' FROM "')[1].split('"')[0] for sql in locking]


def actions(edition: Edition, amara: User, person: Participant) -> dict[str, Callable[[], object]]:
    letter, planned = begun(edition, amara), plan(begun(edition, amara), by=amara)
    reminder = turn_on(edition, "reminder", minutes=60, by=amara)
    return {
        "begin": lambda: begun(edition, amara),
        "plan": lambda: plan(letter, by=amara),
        "trial": lambda: send_trial(letter, person, by=amara),
        "write": lambda: write_letter(planned.pk),
        "reminders": lambda: write_standing(reminder.pk),
        "turn on": lambda: turn_on(edition, "summary", minutes=1080, by=amara),
        "turn off": lambda: turn_off(edition, "reminder", by=amara),
        "key": lambda: give_key(person, by=person.user),
        "revoke": lambda: revoke_key(person, by=person.user),
        "certify": lambda: make_certificate(person, with_pseudonym=False, by=person.user),
        "withdraw": lambda: withdraw_certificate(person, by=person.user),
    }


def test_whoever_locks_anything_here_locks_the_edition_first(edition, amara, dawit):
    check_in(dawit, Session.objects.get(edition=edition, slug="day-1-opening"))
    person = dawit.participations.get()
    with clock.set_to(AFTER):
        found = {name: locked_by(act) for name, act in actions(edition, amara, person).items()}
    assert {name: tables[:1] for name, tables in found.items()} == {
        name: ["academy_edition"] for name in found
    }
