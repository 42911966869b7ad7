from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from academy.alarms import raise_alarms, send_alarms
from academy.outbox import quietly
from academy.safekeeping.marking import insist_on_whole
from academy.safekeeping.refusals import UNREADABLE, Unfinished
from academy.watching import Level, lights


class Command(BaseCommand):
    help = (
        "Looks at everything on the operations page and sends the alarms that are due, without Redis and without a "
        "worker: run it every few minutes, so that somebody is told when these are gone. Ends with 1 if somebody has "
        "to act now."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            insist_on_whole(connection)
            # Where nothing works behind, each alarm that is written would have this process send all that waits.
            with quietly():
                raise_alarms()
            send_alarms()
            urgent = [light for light in lights() if light.level is Level.ACT]
        except Unfinished as error:
            raise CommandError(str(error)) from error
        except UNREADABLE as error:
            raise CommandError(f"The database does not answer: {type(error).__name__}.") from error
        for light in urgent:
            self.stdout.write(f"{light.title}: {light.about} {light.help}")
        if urgent:
            raise CommandError(f"{len(urgent)} to act on now.")
        self.stdout.write("Nobody has to act now.")
