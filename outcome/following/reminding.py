"""Reminders of reviews: two weeks before, and from the date on. Each goes out once, however often it is asked."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models.functions import Coalesce

from academy.models import Edition
from outcome.following.committing import today_in
from outcome.following.telling import remind
from outcome.models import Commitment, Endorsement, Progress

BEFORE = timedelta(days=14)
# A review that was missed for longer is not mentioned by mail any more; the desk of the organisers shows it.
LATE = timedelta(days=30)


def remind_all() -> int:
    """Put the reminders that are due into the outbox; returns for how many commitments there is somebody to remind."""
    editions = Edition.objects.filter(endorsements__state=Endorsement.State.CONFIRMED).distinct()
    return sum(_remind_in(edition) for edition in editions)


@transaction.atomic
def _remind_in(edition: Edition) -> int:
    today, reminded = today_in(edition), 0
    for commitment in _to_review(edition, today - LATE, today + BEFORE):
        review = commitment.next_review
        reminded += remind(commitment, review, before=review > today)
    return reminded


def _to_review(edition: Edition, first: date, last: date) -> list[Commitment]:
    """What is going on, and is to be reviewed between these days."""
    rows = Commitment.objects.filter(
        endorsement__edition=edition,
        endorsement__state=Endorsement.State.CONFIRMED,
        state__in=(Progress.PLANNED, Progress.UNDER_WAY),
    )
    rows = rows.annotate(review=Coalesce("review_on", "due")).filter(review__gte=first, review__lte=last)
    return list(rows.select_related("endorsement__account", "endorsement__edition").order_by("review", "pk"))
