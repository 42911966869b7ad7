"""Quorums: how many electors must have taken a position for a result to stand. Pure."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Quorum(Protocol):
    """A rule that turns an electorate into the number of positions needed."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str | Promise: ...

    def needed(self, electorate: int, number: int | None) -> int:
        """How many positions are needed; `number` is what the organiser set, for a quorum by number."""


@dataclass(frozen=True)
class Share:
    """A share of the electorate, rounded up."""

    key: str
    title: Any
    share: Fraction

    def needed(self, electorate: int, number: int | None) -> int:
        return ceil(electorate * self.share)


class Number:
    """A number that the organiser sets."""

    key = "number"
    title = _("A number of electors")

    def needed(self, electorate: int, number: int | None) -> int:
        return number or 0


QUORUMS: dict[str, Quorum] = {
    quorum.key: quorum
    for quorum in (
        Share("none", _("No quorum"), Fraction(0)),
        Share("half", _("Half of the electorate"), Fraction(1, 2)),
        Share("two-thirds", _("Two thirds of the electorate"), Fraction(2, 3)),
        Number(),
    )
}
