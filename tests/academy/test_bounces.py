"""What comes back: notifications are read, the mail is marked, and its address shows at the desk."""

import io
from uuid import uuid4

import pytest
from django.core.management import call_command

from academy.mail.bounces import Bounce, bounces_among, mark_bounced, read_bounce, with_bounces
from academy.mail.refusals import in_words
from academy.models import Message, Participant
from academy.outbox import queue_message, send_again, send_message, undelivered
from tests.factories import make_edition, make_participant, make_user


def notification(
    key: object, *, action="failed", status="5.1.1", part="message/rfc822", domain="localhost"
) -> bytes:
    returned = f"Message-ID: <{key}@{domain}>\nSubject: News\nTo: dawit@example.org\n\nHello\n"
    return (
        "From: MAILER-DAEMON@example.org\nTo: bounces@example.org\nSubject: Undelivered\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n"
        "--x\nContent-Type: text/plain\n\nSorry.\n\n"
        "--x\nContent-Type: message/delivery-status\n\n"
        "Reporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; dawit@example.org\nAction: {action}\nStatus: {status}\n"
        "Diagnostic-Code: smtp; 550 no such user\n\n"
        f"--x\nContent-Type: {part}\n\n{returned}\n--x--\n"
    ).encode()


@pytest.mark.parametrize("part", ["message/rfc822", "text/rfc822-headers"])
def test_a_notification_names_the_mail_that_came_back_and_why(part):
    key = uuid4()
    assert read_bounce(notification(key, part=part, domain="other.example")) == Bounce(key, "5.1.1")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff" * 500,
        b"Subject: Out of office\n\nI am away.",
        notification(uuid4(), action="delayed"),
        notification(uuid4(), action="delivered", status="2.0.0"),
        notification("not-ours"),
        notification(uuid4())[:300],
    ],
)
def test_whatever_else_arrives_is_none(raw):
    assert read_bounce(raw) is None


def test_a_mail_that_came_back_is_marked_and_sent_again_when_it_is_wished(db, monkeypatch, capsys):
    edition, user = make_edition(), make_user("dawit")
    make_participant(user, edition)
    other = make_participant(make_user("esi"), edition)
    message = queue_message(key="a", to=user.email, subject="News", body="Hello", edition=edition)

    def take(raw):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))
        call_command("take_bounce")
        return capsys.readouterr().out

    assert "There is no mail" in take(notification(message.pk)), "it has not gone out"
    send_message(str(message.pk))
    assert "Marked as come back" in take(notification(message.pk))
    assert "There is no mail" in take(notification(message.pk))
    assert "of no mail of ours" in take(b"Subject: hello\n\n")
    message.refresh_from_db()
    assert (message.state, in_words(message.error)) == ("bounced", "There is no mailbox at this address.")
    found = {p.pk: p.is_bouncing for p in with_bounces(Participant.objects.all())}
    assert found == {user.participations.get().pk: True, other.pk: False}
    assert bounces_among(edition, list(Participant.objects.all())) == {
        user.participations.get().pk: "comes back"
    }
    assert send_again(undelivered(edition)) == 1
    send_message(str(message.pk))
    assert not with_bounces(Participant.objects.filter(user=user)).get().is_bouncing


def test_an_address_that_changed_or_took_a_later_mail_bounces_no_more(db):
    edition, user = make_edition(), make_user("dawit")
    make_participant(user, edition)
    first = queue_message(key="a", to=user.email, subject="News", body="Hello", edition=edition)
    send_message(str(first.pk))
    mark_bounced(Bounce(first.pk, "4.2.2"))

    def is_bouncing():
        return with_bounces(Participant.objects.all()).get().is_bouncing

    assert is_bouncing()
    second = queue_message(key="b", to=user.email, subject="News", body="Hello", edition=edition)
    send_message(str(second.pk))
    assert not is_bouncing()
    Message.objects.filter(pk=second.pk).delete()
    user.email = "new@example.org"
    user.save()
    assert not is_bouncing()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("550 5.1.1", "There is no mailbox at this address."),
        ("552 5.2.2", "The mailbox is full."),
        ("5.7.1", "The recipient’s mail server refuses our mail, perhaps as unwanted."),
        ("451", "The mail server did not take the mail now."),
        ("535", "Our mail server does not accept our password."),
        ("TimeoutError", "The mail server could not be reached, or broke off."),
        ("ValueError", "The address cannot be written to."),
        ("", ""),
    ],
)
def test_the_reason_is_said_in_words(code, words):
    assert in_words(code) == words
