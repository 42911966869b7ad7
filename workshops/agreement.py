"""How the groups of a workshop stand to each finding, once all of them have closed: for the pages that draw on it.

What few hold, but strongly, is kept in view and must not drop out of those pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from academy.models import Edition
from workshops.models import Workshop
from workshops.twins.lines import Line, Twins
from workshops.twins.reading import twins_of_all
from workshops.twins.wording import guard_words, mark_words, support_words


@dataclass(frozen=True)
class Agreement:
    """How the groups stand to what a finding says.

    `mark` is "both", "some", "only", "opposed" or "proposed" as a `Line` has it, or "" where there is one group only;
    `groups` and `supporters` count who said it and who gave it dots; `kept` says why it is kept in view.
    """

    mark: str
    words: str
    support: str
    groups: int
    supporters: int
    kept: tuple[str, ...]


def agreements_of(edition: Edition) -> dict[UUID, Agreement]:
    """{finding that stands: how the groups stand to it}, of workshops whose groups have all closed."""
    workshops = Workshop.objects.filter(edition=edition).select_related("edition", "strand")
    found: dict[UUID, Agreement] = {}
    for twins in twins_of_all(workshops):
        if twins.is_closed:
            for line in twins.lines:
                found |= dict.fromkeys(line.keys, _agreement(line, twins))
    return found


def kept_in_view(agreements: Mapping[UUID, Agreement]) -> dict[UUID, list[str]]:
    """{finding: why it is kept in view} of those that are."""
    return {key: list(each.kept) for key, each in agreements.items() if each.kept}


def _agreement(line: Line, twins: Twins) -> Agreement:
    return Agreement(
        line.mark if twins.are_several else "",
        mark_words(line) if twins.are_several else "",
        support_words(line),
        len(line.said_by),
        line.supporters,
        tuple(guard_words(guard, line) for guard in line.guards),
    )
