"""The outbox: written with its cause, sent once, tried again."""

import pytest
from django.core import mail
from django.db import transaction

from academy.models import Message
from academy.outbox import ATTEMPTS, queue_message, send_message, waiting_messages


def queue(key: str = "welcome:1", subject: str = "Welcome") -> Message:
    return queue_message(key=key, to="dawit@example.org", subject=subject, body="Hello")


def test_a_mail_is_sent_once(db):
    message = queue()
    assert send_message(str(message.pk)) is True
    assert send_message(str(message.pk)) is False
    assert [m.subject for m in mail.outbox] == ["Welcome"]
    assert mail.outbox[0].extra_headers["Message-ID"] == f"<{message.pk}@academy>"
    assert Message.objects.get().state == "sent"


def test_the_same_cause_is_the_same_mail(db):
    assert queue().pk == queue().pk
    assert Message.objects.count() == 1


def test_a_line_break_in_a_subject_makes_no_header(db):
    message = queue(subject="Hello\r\nBcc: everybody@example.org")
    send_message(str(message.pk))
    assert mail.outbox[0].subject == "Hello Bcc: everybody@example.org"
    assert mail.outbox[0].recipients() == ["dawit@example.org"]


def test_a_mail_that_cannot_leave_is_tried_again_and_then_failed(db, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    message = queue()
    for attempt in range(ATTEMPTS):
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("queued", attempt)
        assert send_message(str(message.pk)) is False
    message.refresh_from_db()
    assert (message.state, message.error) == ("failed", "ConnectionRefusedError")
    assert waiting_messages() == []


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
