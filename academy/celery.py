"""The Celery application: `celery -A academy worker`, `celery -A academy beat`."""

import logging.config
import os
from pathlib import Path
from typing import Any

from celery import Celery, Task
from celery.signals import (
    beat_init,
    celeryd_init,
    heartbeat_sent,
    setup_logging,
    task_failure,
    task_success,
)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")

log = logging.getLogger(__name__)


class WholeTask(Task):  # type: ignore[type-arg]  # generic to the type checker alone
    """A task that does nothing while the database is not whole; beat asks for each again."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        from academy.safekeeping.marking import is_unfinished

        if is_unfinished():
            log.warning("%s did nothing: the database is not whole.", self.name)
            return None
        return super().__call__(*args, **kwargs)


app = Celery("academy", task_cls=WholeTask)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_every_process(loglevel: int | None = None, **_about: Any) -> None:
    """Worker and beat write what every process writes: JSON without secrets, where Celery has a form of its own.

    Args:
        loglevel: what Celery itself is asked to write from (`--loglevel`).
    """
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
    if loglevel is not None:
        logging.getLogger("celery").setLevel(loglevel)


@celeryd_init.connect
@beat_init.connect
def insist_on_whole(**_about: Any) -> None:
    """No worker and no beat start on a database that was filled half.

    What else is raised here, Celery would write into the log and pass over.
    """
    from academy.safekeeping.marking import insist_on_whole_at_start
    from academy.safekeeping.refusals import Unfinished

    try:
        insist_on_whole_at_start()
    except Unfinished as error:
        raise SystemExit(str(error)) from error


@heartbeat_sent.connect
def sign_of_life(**_about: Any) -> None:
    """Touch the file that is named by WORKER_ALIVE, for whoever asks cheaply whether the worker is well."""
    if named := os.environ.get("WORKER_ALIVE"):
        Path(named).touch()


@task_success.connect
def count_success(sender: Any = None, **_about: Any) -> None:
    from academy.counting import TASKS

    TASKS.labels(task=getattr(sender, "name", "unknown"), state="well").inc()


@task_failure.connect
def count_failure(sender: Any = None, **_about: Any) -> None:
    from academy.counting import TASKS

    TASKS.labels(task=getattr(sender, "name", "unknown"), state="failed").inc()
