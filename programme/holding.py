"""What hangs on a session: the reasons why it cannot be taken out, and what would be lost with it.

Other apps add what they know with `hold`, as they add to a release with `programme.releases.contribute`.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import ngettext

from programme.models import Attendance, JoinLink, Material, SessionRole, Star


@dataclass(frozen=True)
class Held:
    """One thing that hangs on sessions, in words ("3 findings"); `refuses` if they cannot go because of it."""

    words: str
    refuses: bool


# From the ids of sessions to what hangs on them.
Holder = Callable[[Collection[UUID]], list[Held]]
_holders: list[Holder] = []


def hold(holder: Holder) -> None:
    """Have this function asked before sessions are taken out."""
    if holder not in _holders:
        _holders.append(holder)


def what_hangs_on(sessions: Collection[UUID]) -> list[Held]:
    """Everything that hangs on these sessions, what refuses first."""
    held = _of_the_programme(sessions)
    for holder in _holders:
        held += holder(sessions)
    return sorted(held, key=lambda one: not one.refuses)


def counted(one: str, many: str, number: int, *, refuses: bool = False) -> list[Held]:
    """`number` things in words, translated by `ngettext`; nothing for none."""
    return [Held(ngettext(one, many, number) % {"count": number}, refuses)] if number else []


def _of_the_programme(sessions: Collection[UUID]) -> list[Held]:
    people = SessionRole.objects.filter(session__in=sessions).count()
    links = JoinLink.objects.filter(session__in=sessions).count()
    materials = Material.objects.filter(session__in=sessions, removed_at=None).count()
    stars = Star.objects.filter(session__in=sessions).count()
    attended = Attendance.objects.filter(session__in=sessions).count()
    return [
        *counted("%(count)s person with a role in it", "%(count)s people with a role in it", people),
        *counted("%(count)s link to join", "%(count)s links to join", links),
        *counted("%(count)s material", "%(count)s materials", materials),
        *counted("%(count)s participant who marked it", "%(count)s marks that participants set on it", stars),
        *counted(
            "%(count)s person who joined it already",
            "%(count)s people who joined it already",
            attended,
            refuses=True,
        ),
    ]
