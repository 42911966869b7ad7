"""The methods by which a document is adopted. Each says which positions there are, and what a count comes to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Tally:
    """The last positions of an electorate: {choice: count}, and how many electors there are."""

    counts: Mapping[str, int]
    electorate: int

    @property
    def taken(self) -> int:
        """How many took a position."""
        return sum(self.counts.values())

    def of(self, choice: str) -> int:
        return self.counts.get(choice, 0)


class Method(Protocol):
    """A way to decide."""

    @property
    def key(self) -> str: ...

    @property
    def title(self) -> str | Promise: ...

    @property
    def rule(self) -> str | Promise:
        """When a text is adopted, in a sentence."""

    @property
    def choices(self) -> Mapping[str, str | Promise]:
        """The positions that can be taken, with their words; the first one is in favour."""

    @property
    def recorded(self) -> Mapping[str, str | Promise]:
        """What the record says of those who took each position."""

    def adopts(self, tally: Tally) -> bool:
        """Whether this count adopts the text, the quorum aside."""


class Consensus:
    """Adopted when nobody objects and somebody joins."""

    key = "consensus"
    title = _("Consensus without objection")
    rule = _("Adopted if at least one person joins the consensus and nobody objects.")

    @property
    def choices(self) -> Mapping[str, Any]:
        return {
            "join": _("I join the consensus"),
            "stand-aside": _("I stand aside"),
            "object": _("I object"),
        }

    @property
    def recorded(self) -> Mapping[str, Any]:
        return {
            "join": _("joined the consensus"),
            "stand-aside": _("stood aside"),
            "object": _("objected"),
        }

    def adopts(self, tally: Tally) -> bool:
        return tally.of("join") > 0 and tally.of("object") == 0


@dataclass(frozen=True)
class Majority:
    """Adopted when more (or at least, for a share like two thirds) of a base are in favour."""

    key: str
    title: Any
    rule: Any
    share: Fraction
    of_electorate: bool
    at_least: bool

    @property
    def choices(self) -> Mapping[str, Any]:
        return {"yes": _("Yes"), "no": _("No"), "abstain": _("I abstain")}

    @property
    def recorded(self) -> Mapping[str, Any]:
        return {"yes": _("voted yes"), "no": _("voted no"), "abstain": _("abstained")}

    def adopts(self, tally: Tally) -> bool:
        base = tally.electorate if self.of_electorate else tally.of("yes") + tally.of("no")
        if not tally.of("yes"):
            return False
        reached = Fraction(tally.of("yes"), base)
        return reached >= self.share if self.at_least else reached > self.share


METHODS: dict[str, Method] = {
    method.key: method
    for method in (
        Consensus(),
        Majority(
            "simple-majority",
            _("Simple majority"),
            _("Adopted if more vote yes than no; abstentions are not counted."),
            Fraction(1, 2),
            of_electorate=False,
            at_least=False,
        ),
        Majority(
            "absolute-majority",
            _("Absolute majority"),
            _("Adopted if more than half of the whole electorate vote yes."),
            Fraction(1, 2),
            of_electorate=True,
            at_least=False,
        ),
        Majority(
            "two-thirds",
            _("Two-thirds majority"),
            _("Adopted if at least two thirds of the votes are yes; abstentions are not counted."),
            Fraction(2, 3),
            of_electorate=False,
            at_least=True,
        ),
    )
}
