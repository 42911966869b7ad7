"""The outbox: a mail is a row, written in the same transaction as its cause, and sent by a task.

A mail of a transaction that was rolled back never existed; one that cannot be sent is tried again, and is shown as
failed after `ATTEMPTS` tries.
"""

import smtplib
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import Q

from academy import clock
from academy.announcements import announce
from academy.models import Edition, Message

ATTEMPTS = 5
# Mails whose key starts so hold a link that lets somebody in; their text is not kept once they are sent.
LETS_IN = "account:"
STUCK_AFTER = timedelta(minutes=10)


def queue_message(*, key: str, to: str, subject: str, body: str, edition: Edition | None = None) -> Message:
    """Put a mail into the outbox; the same key twice is the same mail.

    Args:
        key: names the cause, such as "confirmed:<participant>"; unique over all mails.
        subject: one line; line breaks become spaces.
    """
    message, fresh = Message.objects.get_or_create(
        key=key,
        defaults={
            "edition": edition,
            "to": to,
            "subject": " ".join(subject.split())[:200],
            "body": body,
            "created_at": clock.now(),
        },
    )
    if fresh:
        announce("message queued")
    return message


def send_message(message_id: str) -> bool:
    """Send one mail of the outbox; returns whether it was sent by this call.

    A mail belongs to the worker that claimed it. If that worker dies, another one takes it up after `STUCK_AFTER`;
    then it may arrive twice, under the same Message-ID.
    """
    moment = clock.now()
    claimable = Q(state=Message.State.QUEUED) | Q(
        state=Message.State.SENDING, claimed_at__lt=moment - STUCK_AFTER
    )
    with transaction.atomic():
        message = Message.objects.select_for_update(skip_locked=True).filter(claimable, pk=message_id).first()
        if message is None:
            return False
        message.state, message.attempts = Message.State.SENDING, message.attempts + 1
        message.claimed_at = moment
        if message.attempts > ATTEMPTS:
            message.state = Message.State.FAILED
            message.save(update_fields=["state"])
            return False
        message.save(update_fields=["state", "attempts", "claimed_at"])
    try:
        # The Message-ID is the row's, so that a mail sent twice after a crash is recognised as the same one.
        EmailMessage(
            message.subject,
            message.body,
            settings.DEFAULT_FROM_EMAIL,
            [message.to],
            headers={"Message-ID": f"<{message.pk}@academy>"},
        ).send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        message.state = Message.State.FAILED if message.attempts >= ATTEMPTS else Message.State.QUEUED
        message.error = type(error).__name__
        message.save(update_fields=["state", "error"])
        return False
    message.state, message.sent_at, message.error = Message.State.SENT, clock.now(), ""
    if message.key.startswith(LETS_IN):
        message.body = ""
    message.save(update_fields=["state", "sent_at", "error", "body"])
    return True


def waiting_messages() -> list[str]:
    """The mails that are to be sent, oldest first."""
    return [
        str(key)
        for key in Message.objects.filter(state__in=(Message.State.QUEUED, Message.State.SENDING))
        .order_by("created_at")
        .values_list("pk", flat=True)
    ]
