"""Work done behind the pages. Tasks take primitives, call one rule, and may run twice."""

import time
from uuid import UUID

from celery import shared_task
from django.conf import settings

from academy.alarms import raise_alarms
from academy.invitations.long_lists import wake_left_lists, work_on
from academy.mail.due import write_what_is_due
from academy.models import Pulse
from academy.outbox import send_waiting, waiting_messages
from academy.registration import hand_on_all
from academy.watching import beat

# For so long one run works on a list.
SECONDS = 4.0


@shared_task(name="academy.tasks.send_waiting_mail")
def send_waiting_mail() -> int:
    """Send what waits in the outbox, and have another run go on if there is more; returns how many were sent."""
    sent = send_waiting()
    if sent and waiting_messages().exists():
        send_waiting_mail.delay()
    return sent


@shared_task(name="academy.tasks.write_due_letters")
def write_due_letters() -> int:
    """Put the letters, reminders and summaries whose time has come into the outbox; returns how many mails."""
    return write_what_is_due()


@shared_task(name="academy.tasks.hand_on_places")
def hand_on_places() -> int:
    """Take back the offers that ran out, and offer free places to those who wait; returns how many changed."""
    return len(hand_on_all())


@shared_task(name="academy.tasks.work_on_list")
def work_on_list(key: str) -> None:
    """Read a long list, or invite from it, for some seconds, and have another run go on if there is more."""
    until = time.monotonic() + SECONDS
    is_more = True
    while is_more and time.monotonic() < until:
        is_more = work_on(UUID(key))
    # In one process nobody waits for the whole: the page that shows the progress wakes it again.
    if is_more and not settings.CELERY_TASK_ALWAYS_EAGER:
        work_on_list.delay(key)


@shared_task(name="academy.tasks.take_up_lists")
def take_up_lists() -> None:
    """Go on with lists whose worker was killed."""
    wake_left_lists()


def wake_list(key: str) -> None:
    """Have a long list worked on."""
    work_on_list.delay(key)


@shared_task(name="academy.tasks.watch")
def watch() -> int:
    """Note that beat and a worker run, and tell what needs somebody to act; returns how many things were told."""
    beat(Pulse.Name.WORKER)
    return raise_alarms()


def wake_mail() -> None:
    """Have the outbox sent soon: at once in one process, by a worker where there is a broker."""
    send_waiting_mail.delay()


def wake_letters() -> None:
    """Have the letters written whose time has come."""
    write_due_letters.delay()
