"""A worker that sends the outbox of a test, and asks before and after each mail whether it may live on.

It writes "before" or "after" and the Message-ID, and reads an answer; whoever tends it kills it instead of answering.
With MARKS_FIRST it does what must not be done: it says that a mail is sent, and then sends it.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import django
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend


def ask(when: str, mail: EmailMessage) -> None:
    """Say where the work stands, and wait for leave to go on."""
    print(when, mail.extra_headers["Message-ID"], flush=True)
    if not sys.stdin.readline():
        os._exit(1)


class AskingBackend(EmailBackend):
    """Sends as Django does, and asks around it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        ask("before", email_messages[0])
        count = super().send_messages(email_messages)
        ask("after", email_messages[0])
        return count or 0


def work() -> None:
    """Send until nothing is left that was not sent."""
    django.setup()
    from django.conf import settings

    from academy import outbox
    from academy.models import Message

    settings.EMAIL_BACKEND = "tests.mail_worker.AskingBackend"
    # Longer than a worker that lives takes for one mail, also on a slow machine.
    outbox.STUCK_AFTER = timedelta(seconds=10)
    if os.environ.get("MARKS_FIRST"):
        send: Any = outbox._send

        def marked_first(message: Message, connection: Any) -> bool:
            Message.objects.filter(pk=message.pk).update(state=Message.State.SENT)
            return bool(send(message, connection))

        outbox._send = marked_first
    while Message.objects.exclude(state=Message.State.SENT).exists():
        outbox.send_waiting()
        time.sleep(0.1)


if __name__ == "__main__":
    work()
