from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from academy.mail.due import write_what_is_due
from academy.outbox import send_waiting, waiting_messages
from academy.privacy.erased import write_pending
from academy.safekeeping.marking import insist_on_whole
from academy.safekeeping.refusals import Unfinished
from outcome.following.reminding import remind_all


class Command(BaseCommand):
    help = (
        "Writes the letters, summaries and reminders (of sessions and of reviews) that are due, and sends what "
        "waits in the outbox. "
        "For installations without a Celery worker: run it every minute."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            insist_on_whole(connection)
        except Unfinished as error:
            raise CommandError(str(error)) from error
        write_pending()
        remind_all()
        written = write_what_is_due()
        sent = send_waiting()
        waiting = waiting_messages().count()
        self.stdout.write(f"{written} written, {sent} sent, {waiting} waiting.")
