"""The outbox: written with its cause, sent once, tried again later, given up when it is refused for good."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from academy import clock
from academy.models import Mailing, Message, Participant
from academy.outbox import (
    ATTEMPTS,
    LETS_IN,
    LONGEST_WAIT,
    STUCK_AFTER,
    queue_all,
    queue_message,
    send_again,
    send_message,
    send_waiting,
    undelivered,
    wait_after,
    waiting_messages,
)
from tests.factories import make_edition, make_participant, make_user
from tests.postbox import Postbox, postbox

START = datetime(2031, 2, 1, 12, tzinfo=UTC)
__all__ = ["postbox"]


def queue(key: str = "welcome:1", subject: str = "Welcome", **fields) -> Message:
    fields = {"to": "dawit@example.org", "body": "Hello", **fields}
    return queue_message(key=key, subject=subject, **fields)


def test_a_mail_is_sent_once(db):
    message = queue()
    assert send_message(str(message.pk)) is True
    assert send_message(str(message.pk)) is False
    assert [m.subject for m in mail.outbox] == ["Welcome"]
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{message.pk}@localhost>"
    assert Message.objects.get().state == "sent"


def test_the_same_cause_is_the_same_mail(db):
    assert queue().pk == queue().pk
    assert Message.objects.count() == 1


def test_many_mails_are_written_at_once_and_never_twice(db, django_assert_max_num_queries):
    def rows():
        return [
            Message(key=f"m:{n}", to="dawit@example.org", subject="s", body="b", created_at=START)
            for n in range(120)
        ]

    with django_assert_max_num_queries(4):
        assert queue_all(rows()) == 120
    assert queue_all([*rows(), *rows()]) == 0
    assert Message.objects.count() == 120


def test_a_mail_belongs_to_whoever_logs_in_with_its_address(db):
    dawit = make_user("dawit")
    assert queue().user == dawit
    assert queue(key="other", to="nobody@example.org").user is None


def test_a_line_break_in_a_subject_makes_no_header(db):
    message = queue(subject="Hello\r\nBcc: everybody@example.org")
    send_message(str(message.pk))
    assert mail.outbox[0].subject == "Hello Bcc: everybody@example.org"
    assert mail.outbox[0].recipients() == ["dawit@example.org"]


def test_what_leaves_has_both_forms_and_says_that_nobody_typed_it(db):
    edition = make_edition(contact="team@example.org")
    send_message(
        str(queue(edition=edition, body="Come.\n\n- <b>one</b>\n- https://example.org/a?b=1&c=2.").pk)
    )
    sent = mail.outbox[0]
    page, kind = sent.alternatives[0]
    assert sent.body.startswith("Come.\n\n- <b>one</b>\n- https://example.org/a?b=1&c=2.\n\n-- \n")
    assert kind == "text/html"
    assert "&lt;b&gt;one&lt;/b&gt;" in page
    assert 'href="https://example.org/a?b=1&amp;c=2"' in page
    assert (sent.extra_headers["Auto-Submitted"], sent.reply_to) == ("auto-generated", ["team@example.org"])
    assert "List-Unsubscribe" not in sent.extra_headers


def test_the_sender_of_the_envelope_can_be_another_for_what_comes_back(db, settings):
    settings.BOUNCE_ADDRESS = "bounces@example.org"
    send_message(str(queue().pk))
    assert mail.outbox[0].from_email == "bounces@example.org"
    assert mail.outbox[0].message()["From"] == "academy@localhost"


def test_waiting_doubles_and_ends_at_an_hour():
    waits = [wait_after(attempt).total_seconds() / 60 for attempt in range(1, ATTEMPTS + 1)]
    expected = [min(2**n, LONGEST_WAIT.total_seconds() / 60) for n in range(ATTEMPTS)]
    assert all(0.8 * e <= w <= 1.2 * e for w, e in zip(waits, expected, strict=True))
    assert len({round(wait_after(5).total_seconds(), 3) for _ in range(20)}) > 15


def test_a_mail_that_cannot_leave_is_tried_again_later_each_time_and_then_failed(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    message, moment = queue(), START
    for attempt in range(ATTEMPTS):
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("queued", attempt)
        with clock.set_to(moment):
            assert send_message(str(message.pk)) is False
            assert send_message(str(message.pk)) is False, "it is not tried again before its time"
        moment += LONGEST_WAIT * 1.2
    message.refresh_from_db()
    assert (message.state, message.attempts, message.error) == ("failed", ATTEMPTS, "ConnectionRefusedError")
    assert list(waiting_messages()) == []


def test_while_the_mail_server_is_away_no_mail_loses_an_attempt(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    queue()
    for _try in range(ATTEMPTS + 1):
        assert send_waiting() == 0
    assert list(Message.objects.values_list("state", "attempts")) == [("queued", 0)]


def test_a_refusal_for_good_fails_at_once_a_passing_one_is_tried_again_and_neither_stops_the_rest(
    db, postbox: Postbox
):
    for name in ("gone", "later", "poison", "big", "fine"):
        queue(key=name, to=f"{name}@example.org")
    queue(key="cannot", to="not an address\n")
    assert send_waiting() == 1
    found = {m.key: (m.state, m.error, m.not_before is not None) for m in Message.objects.all()}
    assert found == {
        "gone": ("failed", "550 5.1.1", False),
        "later": ("queued", "451 4.7.1", True),
        "poison": ("queued", "SMTPServerDisconnected", True),
        "big": ("failed", "554 5.7.1", False),
        "cannot": ("failed", "ValueError", False),
        "fine": ("sent", "", False),
    }
    assert [m["To"] for m in postbox.mails] == ["fine@example.org"]


def test_a_slow_mail_does_not_stop_the_rest(db, postbox: Postbox, settings):
    settings.EMAIL_TIMEOUT = 0.5
    queue(key="slow", to="slow@example.org")
    queue(key="fine", to="fine@example.org")
    started = time.monotonic()
    assert send_waiting() == 1
    assert time.monotonic() - started < 5
    assert [m["To"] for m in postbox.mails] == ["fine@example.org"]


def test_more_than_one_run_can_send_goes_on_in_the_next(db, postbox: Postbox):
    for number in range(130):
        queue(key=f"m:{number}")
    assert send_waiting(within=timedelta(seconds=-1)) == 0
    assert send_waiting() == 130
    assert len({m["Message-ID"] for m in postbox.mails}) == 130


def test_essential_mail_goes_before_letters(db):
    for number in range(3):
        queue(key=f"letter:{number}", subject="letter", is_essential=False)
    queue(key="account", subject="account")
    send_waiting()
    assert [m.subject for m in mail.outbox] == ["account", "letter", "letter", "letter"]


def test_a_login_code_does_not_wait_behind_letters_nor_behind_other_mails(db):
    edition = make_edition()
    letter = Mailing.objects.create(edition=edition, created_at=START)
    rows = [
        Message(
            key=f"mailing:{n}",
            mailing=letter,
            to="a@example.org",
            subject="letter",
            body="b",
            created_at=START,
        )
        for n in range(2)
    ]
    queue_all(rows)
    queue(key="confirmed:1", subject="confirmed")
    queue(key=f"{LETS_IN}code:1", subject="code")
    send_waiting()
    assert [m.subject for m in mail.outbox] == ["code", "confirmed", "letter", "letter"]


ERASED = {"state": "cancelled", "to": "", "subject": "", "body": "", "user": None}
CLOSED = {"state": "failed", "error": "closed"}


@pytest.mark.parametrize("is_sent", [True, False])
@pytest.mark.parametrize("meanwhile", [ERASED, {"state": "cancelled"}, CLOSED, {"state": "bounced"}])
def test_what_is_erased_or_kept_back_while_it_is_sent_stays_so_unless_it_is_sent(
    db, monkeypatch, meanwhile, is_sent
):
    """The sender holds the whole row in memory, and writes none of it back."""
    message = queue(body="Dear Canary")

    def send(_mail):
        Message.objects.filter(pk=message.pk).update(**meanwhile)
        if not is_sent:
            raise TimeoutError

    monkeypatch.setattr(EmailMultiAlternatives, "send", send)
    send_message(str(message.pk))
    message.refresh_from_db()
    if is_sent and meanwhile not in (ERASED, {"state": "bounced"}):
        assert (message.state, message.error) == ("sent", "")
        return
    assert {name: getattr(message, name) for name in meanwhile} == meanwhile
    assert send_waiting() == 0


def test_a_link_is_forgotten_also_if_the_mail_came_back_before_it_was_marked_as_sent(db, monkeypatch):
    message = queue(key="invitation:1:2", body="https://example.org/in")
    bounce = Message.objects.filter(pk=message.pk)
    monkeypatch.setattr(EmailMultiAlternatives, "send", lambda _mail: bounce.update(state="bounced"))
    send_message(str(message.pk))
    message.refresh_from_db()
    assert (message.state, message.body) == ("bounced", "")


CHOSE: list[dict[str, Any]] = [{"wants_news": False}, {"state": "withdrawn"}, {"erased_at": START}]


@pytest.mark.parametrize("chose", [*CHOSE, {"state": "declined"}])
def test_what_failed_is_not_sent_again_to_who_does_not_want_it_any_more(db, chose):
    edition, user = make_edition(), make_user("dawit")
    person = make_participant(user, edition)
    for name, is_essential in (("news", False), ("essential", True)):
        queue(key=name, edition=edition, user=user, is_essential=is_essential)
    Message.objects.update(state="failed")
    Participant.objects.filter(pk=person.pk).update(**chose)
    assert send_again(undelivered(edition)) == 1
    assert undelivered(edition).get().key == "news"


@pytest.mark.parametrize("chose", CHOSE)
def test_what_waits_is_kept_back_if_it_is_not_wanted_when_its_turn_comes(db, chose):
    edition, user = make_edition(), make_user("dawit")
    person = make_participant(user, edition)
    for name, is_essential in (("news", False), ("essential", True)):
        queue(key=name, edition=edition, user=user, is_essential=is_essential)
    Participant.objects.filter(pk=person.pk).update(**chose)
    assert send_waiting() == 1
    assert set(Message.objects.values_list("key", "state")) == {("news", "cancelled"), ("essential", "sent")}


def test_what_a_dead_worker_had_is_taken_up_later_and_not_before(db):
    message = queue()
    with clock.set_to(START):
        Message.objects.update(state="sending", attempts=1, claimed_at=START)
        assert send_waiting() == 0
    with clock.set_to(START + STUCK_AFTER + timedelta(seconds=1)):
        assert send_waiting() == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("sent", 2)


@pytest.mark.parametrize("to", ["fine@example.org", "gone@example.org"])
def test_a_link_that_lets_in_is_not_kept(db, postbox: Postbox, to):
    queue(key=f"{LETS_IN}code:1", to=to, body="https://example.org/in")
    queue(key="invitation:1:2", to=to, body="https://example.org/in")
    queue(key="other", to=to, body="kept")
    send_waiting()
    found = {m.key: m.body for m in Message.objects.all()}
    assert found == {f"{LETS_IN}code:1": "", "invitation:1:2": "", "other": "kept"}


def test_what_failed_is_sent_again_to_the_address_of_today(db, postbox: Postbox):
    edition, user = make_edition(), make_user("gone")
    queue(key="a", to=user.email, edition=edition)
    queue(key=f"{LETS_IN}b", to=user.email, edition=edition)
    send_waiting()
    assert undelivered(edition).count() == 2
    user.email = "fine@example.org"
    user.save()
    assert send_again(undelivered(edition)) == 1
    send_waiting()
    assert [m["To"] for m in postbox.mails] == ["fine@example.org"]
    assert undelivered(edition).get().key == f"{LETS_IN}b"


@pytest.mark.django_db(transaction=True)
def test_a_mail_of_a_rolled_back_cause_never_existed():
    class Regret(Exception):
        pass

    @transaction.atomic
    def cause():
        queue()
        raise Regret

    with pytest.raises(Regret):
        cause()
    assert (Message.objects.count(), mail.outbox) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_several_workers_send_a_mail_once(at_once):
    message = queue(key="once")
    Message.objects.update(state="queued", attempts=0)
    mail.outbox.clear()
    results = at_once(4, lambda: send_message(str(message.pk)))
    assert sorted(results, key=str) == [False, False, False, True]
    assert len(mail.outbox) == 1
