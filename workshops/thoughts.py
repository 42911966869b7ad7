"""Thoughts on the day: a guest's short comment, written down as a draft, published beside the day's summary."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from academy import clock
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, User
from academy.permissions import insist
from academy.text import tidy
from programme.models import Day
from workshops.models import Thought
from workshops.permissions import may_keep_thoughts

SPEAKER_LENGTH, AFFILIATION_LENGTH, THOUGHTS_LENGTH = 120, 160, 4000


@transaction.atomic
def keep_thoughts(
    day: Day, *, speaker: str, affiliation: str, text: str, publish: bool = False, by: User
) -> Thought:
    """Keep a guest's thoughts on the day; said again, the same guest's are replaced.

    Args:
        publish: show them to everybody who takes part; what is published already stays so.

    Raises:
        NotAllowed: `by` is no organiser and does not lead the day's closing.
        Invalid
    """
    insist(may_keep_thoughts(by, day))
    name = tidy(speaker, limit=SPEAKER_LENGTH, what=_("The speaker"))
    house = affiliation.strip() and tidy(affiliation, limit=AFFILIATION_LENGTH, what=_("The affiliation"))
    said = tidy(text, limit=THOUGHTS_LENGTH, what=_("The thoughts"))
    thought, _fresh = Thought.objects.select_for_update().get_or_create(day=day, speaker=name)
    thought.affiliation, thought.text = house, said
    if publish and not thought.published_at:
        thought.published_at = clock.now()
    thought.save()
    record(day.edition, "thoughts kept", thought, by=by, content=thought_words(thought))
    return thought


@transaction.atomic
def publish_thoughts(thought: Thought, *, by: User) -> Thought:
    """Show a guest's thoughts to everybody who takes part; published twice is published once.

    Raises:
        NotAllowed
    """
    return _shown(thought, True, by=by)


@transaction.atomic
def withdraw_thoughts(thought: Thought, *, by: User) -> Thought:
    """Make a draft of a guest's thoughts again: only those who keep them see them.

    Raises:
        NotAllowed
    """
    return _shown(thought, False, by=by)


def _shown(thought: Thought, shown: bool, *, by: User) -> Thought:
    insist(may_keep_thoughts(by, thought.day))
    row = Thought.objects.select_for_update().select_related("day__edition").get(pk=thought.pk)
    if bool(row.published_at) == shown:
        return row
    row.published_at = clock.now() if shown else None
    row.save(update_fields=["published_at"])
    verb = "thoughts published" if shown else "thoughts taken back"
    record(row.day.edition, verb, row, by=by, content=thought_words(row))
    return row


def published_thoughts(day: Day) -> QuerySet[Thought]:
    """The thoughts on a day that everybody who takes part may read."""
    return day.thoughts.exclude(published_at=None).order_by("speaker")


def thought_words(thought: Thought) -> dict[str, str]:
    """What the history commits to of thoughts on a day."""
    words = {"day": str(thought.day_id), "affiliation": thought.affiliation, "text": thought.text}
    return words if thought.published_at else words | {"state": "draft"}


def verify_thoughts(edition: Edition) -> Iterator[Mismatch]:
    """Yield the thoughts that are not as they were written."""
    rows = Thought.objects.filter(day__edition=edition)
    yield from verify_contents(edition, Thought, {str(row.pk): thought_words(row) for row in rows})
