"""Work done behind the pages. Tasks take primitives, call one rule, and may run twice."""

from celery import shared_task

from academy.outbox import send_message, waiting_messages


@shared_task(name="academy.tasks.send_waiting_mail")
def send_waiting_mail() -> int:
    """Send what waits in the outbox; returns how many mails were sent."""
    return sum(send_message(message) for message in waiting_messages())


def wake_mail() -> None:
    """Have the outbox sent soon: at once in one process, by a worker where there is a broker."""
    send_waiting_mail.delay()
