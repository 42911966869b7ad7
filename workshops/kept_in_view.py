"""The findings of an academy that few hold, but strongly: for the pages on which they must not drop out."""

from uuid import UUID

from academy.models import Edition
from workshops.models import Workshop
from workshops.twins.reading import twins_of_all
from workshops.twins.wording import guard_words


def kept_in_view(edition: Edition) -> dict[UUID, list[str]]:
    """{finding that stands: why it is kept in view}, of workshops whose groups have all closed."""
    workshops = Workshop.objects.filter(edition=edition).select_related("edition", "strand")
    kept: dict[UUID, list[str]] = {}
    for twins in twins_of_all(workshops):
        for line in twins.guarded:
            words = [guard_words(guard, line) for guard in line.guards]
            kept |= dict.fromkeys(line.keys, words)
    return kept
