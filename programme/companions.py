"""What goes along with a session: other apps keep something of their own for it, such as a workshop with its board.

They register with `accompany`, as they add to a release with `programme.releases.contribute`.
"""

from collections.abc import Callable, Iterable

from academy.models import Edition
from programme.models import Session

# From the edition and sessions of its draft as they are saved now; it runs in the transaction of the edit.
Companion = Callable[[Edition, list[Session]], None]
_companions: list[Companion] = []
# What a companion can depend on; a session that only moves in time concerns none.
TELLING = frozenset({"kind", "title", "subtitle", "parent", "strand", "language", "removed_at"})


def accompany(companion: Companion) -> None:
    """Have this function told of every session that was added, changed or brought back."""
    if companion not in _companions:
        _companions.append(companion)


def tell_companions(edition: Edition, sessions: Iterable[Session]) -> None:
    """Let what goes along with these sessions follow; those that are out of the draft are left as they were.

    Raises:
        DomainError: something that hangs on a session does not go with the change.
    """
    planned = [session for session in sessions if session.removed_at is None]
    for companion in _companions if planned else ():
        companion(edition, planned)
