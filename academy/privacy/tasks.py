"""What is forgotten every day."""

from celery import shared_task

from academy import clock
from academy.privacy import expiring


@shared_task(name="academy.privacy.forget_expired")
def forget_expired() -> int:
    """Forget what nobody needs any more; returns how many rows it were."""
    return expiring.forget_expired(clock.now()).total()
