import os
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from academy.background import Rounds, Sign, swift
from academy.celery import app
from academy.safekeeping.marking import insist_on_whole
from academy.safekeeping.refusals import Unfinished

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    help = (
        "Does in one process what Celery's beat and workers do elsewhere: mail, letters, lists, offers, adoptions. "
        "For an academy without Redis; it runs until it is stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--beside",
            type=int,
            metavar="PID",
            help="end when this process, which started this one, has ended",
        )

    def handle(self, *args: Any, beside: int | None, **options: Any) -> None:
        if not settings.CELERY_TASK_ALWAYS_EAGER:
            raise CommandError("There is a broker here: run `celery worker` and `celery beat` instead.")
        try:
            insist_on_whole(connection)
        except Unfinished as error:
            raise CommandError(str(error)) from error
        app.loader.import_default_modules()
        schedule = swift(settings.CELERY_BEAT_SCHEDULE)
        rounds = Rounds(schedule, lambda name: app.tasks[name].apply(), time.monotonic)
        sign = Sign()
        try:
            while beside is None or os.getppid() == beside:
                # Another process, or a page that looks at this moment, may hold it.
                if not sign.is_up:
                    sign.put_up()
                rounds.go()
                time.sleep(PAUSE_SECONDS)
        except KeyboardInterrupt:
            pass
        finally:
            sign.take_down()
