"""Work done behind the pages of the outcome document. Tasks take primitives, call one rule, and may run twice."""

from celery import shared_task

from outcome.adoption.timing import catch_up_all
from outcome.following.reminding import remind_all


@shared_task(name="outcome.tasks.catch_up_adoptions")
def catch_up_adoptions() -> int:
    """Open, close and seal the adoptions whose time has come; returns on how many something was done."""
    return catch_up_all()


@shared_task(name="outcome.tasks.remind_of_reviews")
def remind_of_reviews() -> int:
    """Remind who made commitments of the reviews that are near; returns of how many."""
    return remind_all()
