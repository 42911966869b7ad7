"""The Celery application: `celery -A academy worker`, `celery -A academy beat`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init, task_failure, task_success

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")

app = Celery("academy")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect
@beat_init.connect
def insist_on_whole(**_about: Any) -> None:
    """No worker and no beat start on a database that was filled half."""
    from academy.safekeeping.marking import insist_on_whole_at_start

    insist_on_whole_at_start()


@task_success.connect
def count_success(sender: Any = None, **_about: Any) -> None:
    from academy.counting import TASKS

    TASKS.labels(task=getattr(sender, "name", "unknown"), state="well").inc()


@task_failure.connect
def count_failure(sender: Any = None, **_about: Any) -> None:
    from academy.counting import TASKS

    TASKS.labels(task=getattr(sender, "name", "unknown"), state="failed").inc()
