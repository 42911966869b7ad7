"""What people need to take part: under a consent of its own, in a table of its own, read by organisers only.

The list of needs is read on purpose, and that somebody read it is recorded; nowhere else do they appear.
"""

from django.db import transaction

from academy import clock
from academy.consent import ACCESS_NEEDS, end_consent, give_consent
from academy.history import record
from academy.models import AccessNeed, Edition, Participant, User
from academy.permissions import insist, is_organiser


@transaction.atomic
def keep_need(participant: Participant, text: str, *, is_new: bool = False) -> None:
    """Keep what a participant needs, and the consent to it; nothing written takes both back at once.

    Part of a change of the registration, whose history entry stands for it.

    Args:
        is_new: the registration begins with it.
    """
    if text:
        give_consent(participant, ACCESS_NEEDS, is_new=is_new)
        AccessNeed.objects.update_or_create(
            participant=participant, defaults={"text": text, "written_at": clock.now()}
        )
    else:
        end_consent(participant, ACCESS_NEEDS)
        AccessNeed.objects.filter(participant=participant).delete()


def need_of(participant: Participant) -> str:
    """What the participant wrote, for the own page; empty for nothing."""
    return AccessNeed.objects.filter(participant=participant).values_list("text", flat=True).first() or ""


def count_needs(edition: Edition) -> int:
    """How many people of an edition wrote something: known to organisers without reading it."""
    return AccessNeed.objects.filter(participant__edition=edition).count()


@transaction.atomic
def read_needs(edition: Edition, *, by: User) -> list[AccessNeed]:
    """All access needs of an edition, by the names of those who wrote them; that they were read is recorded.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
    """
    insist(is_organiser(by, edition))
    needs = list(
        AccessNeed.objects.filter(participant__edition=edition)
        .select_related("participant__user")
        .order_by("participant__name_key", "pk")
    )
    record(edition, "access needs read", edition, by=by, data={"count": len(needs)})
    return needs
