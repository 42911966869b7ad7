"""Work done behind the pages. Tasks take primitives, call one rule, and may run twice."""

import time
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.conf import settings

from academy.alarms import raise_alarms
from academy.background import works_behind
from academy.invitations.long_lists import lists_at_work, wake_left_lists, work_on
from academy.mail.due import write_what_is_due
from academy.models import Pulse
from academy.outbox import send_waiting, waiting_messages
from academy.privacy.erased import write_pending
from academy.registration import hand_on_all
from academy.watching import beat

# For so long one run works on a list, or sends where one process does everything in turn.
SECONDS = 4.0
# For so long a page sends mails, or works on a list, where nothing works behind it; what was begun is ended.
SHARE = 1.0


@shared_task(name="academy.tasks.send_waiting_mail")
def send_waiting_mail() -> int:
    """Send what waits in the outbox, and have another run go on if there is more; returns how many were sent."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        return send_waiting(within=timedelta(seconds=SECONDS))
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
    if _work_on(key, SECONDS):
        work_on_list.delay(key)


@shared_task(name="academy.tasks.take_up_lists")
def take_up_lists() -> None:
    """Go on with lists whose worker was killed; where one process does everything, with each that is at work."""
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        wake_left_lists()
        return
    for key in lists_at_work():
        _work_on(str(key), SECONDS)


def _work_on(key: str, seconds: float) -> bool:
    """Do parts of a list until the time is over; whether there is more to do."""
    until = time.monotonic() + seconds
    is_more = True
    while is_more and time.monotonic() < until:
        is_more = work_on(UUID(key))
    return is_more


def wake_list(key: str) -> None:
    """Have a long list worked on; without a broker and anything behind the pages, do a share of it here.

    Nobody waits for the whole: the page that shows the progress wakes it again.
    """
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        work_on_list.delay(key)
    elif not works_behind():
        _work_on(key, SHARE)


@shared_task(name="academy.tasks.watch")
def watch() -> int:
    """Note that beat and a worker run, and tell what needs somebody to act; returns how many things were told.

    What could not be written into the list of erasures is tried again before that.
    """
    beat(Pulse.Name.WORKER)
    write_pending()
    return raise_alarms()


def wake_mail() -> None:
    """Have the outbox sent soon; without a broker and anything behind the pages, send a share of it here."""
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        send_waiting_mail.delay()
    elif not works_behind():
        send_waiting(within=timedelta(seconds=SHARE))


def go_on_with_mail() -> None:
    """Somebody looks at mails that wait: send a share of them, where nobody else would."""
    if settings.CELERY_TASK_ALWAYS_EAGER and not works_behind():
        wake_mail()


def wake_letters() -> None:
    """Have the letters written whose time has come; here only where there is no broker and nothing behind the pages."""
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        write_due_letters.delay()
    elif not works_behind():
        write_what_is_due()
