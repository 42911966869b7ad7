"""What other apps show of people until it is ended, such as a name at a finding; each app says how it is ended again.

A backup from before the end brings it back. The apps register with `know`, as they offer a column of the desk with
`academy.people.columns.offer`; the list beside the database takes no other kinds.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction

from academy.errors import DomainError
from academy.models import User

# Ends what has this key by a rule of its app, for nobody; whether there was anything to end. It may be called again.
Ending = Callable[[UUID], bool]
# The keys of all that shows somebody by name whatever their registrations say, edition after edition.
Whose = Callable[[User], Iterable[UUID]]
# A kind, and the key of what is shown.
Shown = tuple[str, UUID]
_endings: dict[str, Ending] = {}
_whose: dict[str, Whose] = {}


def know(kind: str, ending: Ending, *, whose: Whose | None = None) -> None:
    """Have this kind noted for a restore, and ended again by this function.

    Args:
        whose: for a kind that does not follow how somebody is seen; so that it ends, too, when less is shown of them.
    """
    _endings[kind] = ending
    if whose:
        _whose[kind] = whose


def is_known(kind: str) -> bool:
    """Whether an app knows how this kind is ended."""
    return kind in _endings


def end_all_of(user: User) -> list[str]:
    """End what shows this account by name though its registrations say otherwise; returns the kind of each."""
    return [kind for kind, whose in _whose.items() for key in whose(user) if _endings[kind](key)]


@dataclass
class Ended:
    """What was ended again, and what could not be: {what is shown: why}."""

    done: list[Shown] = field(default_factory=list)
    refused: dict[Shown, str] = field(default_factory=dict)


def end_again(shown: Mapping[Shown, bool]) -> Ended:
    """End what was ended last; what was shown last stays as it is, shown or not."""
    found = Ended()
    for (kind, key), stands in sorted(shown.items()):
        if stands:
            continue
        try:
            with transaction.atomic():
                was_shown = _endings[kind](key)
        except DomainError as error:
            found.refused[kind, key] = str(error)
            continue
        if was_shown:
            found.done.append((kind, key))
    return found
