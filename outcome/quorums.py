"""Quorums: how many electors must have taken a position for a result to stand. Pure."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ELECTORATE, PRESENT = "electorate", "present"
BASES: dict[str, Any] = {ELECTORATE: _("of the whole electorate"), PRESENT: _("of the electors present")}


class Quorum(Protocol):
    """A rule that turns a number of people into the number of positions needed."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str | Promise: ...

    @property
    def is_share(self) -> bool:
        """Whether it makes a difference whose share it is: the electorate's, or that of those present."""

    def needed(self, people: int, number: int | None) -> int:
        """How many positions are needed; `number` is what the organiser set, for a quorum by number."""


class Nothing:
    """Whoever takes a position decides."""

    key = "none"
    title = _("No quorum")
    is_share = False

    def needed(self, people: int, number: int | None) -> int:
        return 0


@dataclass(frozen=True)
class Share:
    """A share of the people, rounded up; where a quorum is set, nobody at all is never enough."""

    key: str
    title: Any
    share: Fraction
    is_share: bool = True

    def needed(self, people: int, number: int | None) -> int:
        return max(1, ceil(people * self.share))


class Number:
    """A number that the organiser sets."""

    key = "number"
    title = _("A number of electors")
    is_share = False

    def needed(self, people: int, number: int | None) -> int:
        return number or 0


QUORUMS: dict[str, Quorum] = {
    quorum.key: quorum
    for quorum in (
        Nothing(),
        Share("half", _("Half"), Fraction(1, 2)),
        Share("two-thirds", _("Two thirds"), Fraction(2, 3)),
        Number(),
    )
}
