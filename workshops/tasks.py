"""Work of the workshops done behind the pages. Tasks take primitives, call one rule, and may run twice."""

from uuid import UUID

from celery import shared_task

from workshops.plans.running import carry_out


@shared_task(name="workshops.tasks.search_groups")
def search_groups(run: str) -> None:
    """Carry out a search over a draft of groups."""
    carry_out(UUID(run))


def wake_search(run: str) -> None:
    """Have a search begin: at once in one process, by a worker where there is a broker."""
    search_groups.delay(run)
