"""Work of the workshops done behind the pages. Tasks take primitives, call one rule, and may run twice."""

from uuid import UUID

from celery import shared_task
from django.conf import settings

from academy.background import works_behind
from workshops.plans.running import carry_out, waiting_runs


@shared_task(name="workshops.tasks.search_groups")
def search_groups(run: str) -> None:
    """Carry out a search over a draft of groups."""
    carry_out(UUID(run))


@shared_task(name="workshops.tasks.take_up_searches")
def take_up_searches() -> None:
    """Where one process does everything behind the pages, carry out the searches that wait."""
    if settings.CELERY_TASK_ALWAYS_EAGER:
        for run in waiting_runs():
            carry_out(run)


def wake_search(run: str) -> None:
    """Have a search begin by a worker, or by what works behind the pages; where there is neither, here and at once."""
    if not settings.CELERY_TASK_ALWAYS_EAGER or not works_behind():
        search_groups.delay(run)
