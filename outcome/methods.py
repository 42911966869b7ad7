"""The methods by which a document is adopted. Each says which positions there are, and what a count comes to. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Protocol

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

ASIDE, COUNTED = "aside", "counted"
ABSTENTIONS: dict[str, Any] = {
    ASIDE: _("Abstentions are set aside: only yes and no are counted."),
    COUNTED: _("Abstentions are counted as votes: a majority is one of all who voted."),
}


@dataclass(frozen=True)
class Tally:
    """The last positions of an electorate: {choice: count}, how many electors there are, how many are present."""

    counts: Mapping[str, int]
    electorate: int
    present: int = 0

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
        """The positions that can be taken, with their words; the most favourable one is the first."""

    @property
    def recorded(self) -> Mapping[str, str | Promise]:
        """What the record says of those who took each position."""

    @property
    def decides(self) -> bool:
        """Whether a text can be adopted by it; a straw poll only shows where people stand."""

    @property
    def by_silence(self) -> bool:
        """Whether a deadline passes in silence: no quorum, no early closing, a reason for breaking it."""

    @property
    def asks_abstentions(self) -> bool:
        """Whether it makes a difference how abstentions are counted."""

    def adopts(self, tally: Tally, abstentions: str = ASIDE) -> bool:
        """Whether this count adopts the text, the quorum aside."""


class Consensus:
    """Adopted when nobody objects and somebody joins."""

    key = "consensus"
    title = _("Consensus without objection")
    rule = _("Adopted if at least one person joins the consensus and nobody objects.")
    decides, by_silence, asks_abstentions = True, False, False
    choices: Mapping[str, Any] = {
        "join": _("I join the consensus"),
        "stand-aside": _("I stand aside"),
        "object": _("I object"),
    }
    recorded: Mapping[str, Any] = {
        "join": _("joined the consensus"),
        "stand-aside": _("stood aside"),
        "object": _("objected"),
    }

    def adopts(self, tally: Tally, abstentions: str = ASIDE) -> bool:
        return tally.of("join") > 0 and tally.of("object") == 0


class Silence:
    """Adopted when the deadline passes and nobody broke the silence."""

    key = "silence"
    title = _("Silence procedure")
    rule = _(
        "Adopted if nobody breaks the silence before the deadline. Breaking it needs a reason, and ends it."
    )
    decides, by_silence, asks_abstentions = True, True, False
    choices: Mapping[str, Any] = {"break": _("I break the silence")}
    recorded: Mapping[str, Any] = {"break": _("broke the silence")}

    def adopts(self, tally: Tally, abstentions: str = ASIDE) -> bool:
        return tally.of("break") == 0


@dataclass(frozen=True)
class Majority:
    """Adopted when more (or at least, for a share like two thirds) of a base are in favour."""

    key: str
    title: Any
    rule: Any
    share: Fraction
    of_electorate: bool = False
    at_least: bool = False
    decides: bool = True
    by_silence: bool = False
    choices: Mapping[str, Any] = field(
        default_factory=lambda: {"yes": _("Yes"), "no": _("No"), "abstain": _("I abstain")}
    )
    recorded: Mapping[str, Any] = field(
        default_factory=lambda: {"yes": _("voted yes"), "no": _("voted no"), "abstain": _("abstained")}
    )

    @property
    def asks_abstentions(self) -> bool:
        return not self.of_electorate

    def base(self, tally: Tally, abstentions: str) -> int:
        """What the share is one of: the electorate, or the votes, with or without the abstentions."""
        if self.of_electorate:
            return tally.electorate
        return tally.of("yes") + tally.of("no") + (tally.of("abstain") if abstentions == COUNTED else 0)

    def adopts(self, tally: Tally, abstentions: str = ASIDE) -> bool:
        if not tally.of("yes"):
            return False
        reached = Fraction(tally.of("yes"), self.base(tally, abstentions))
        return reached >= self.share if self.at_least else reached > self.share


class Gradients:
    """A straw poll before an adoption: five degrees of agreement. No adoption follows from it."""

    key = "gradients"
    title = _("Gradients of agreement, a straw poll")
    rule = _("Shows how far people agree, before an adoption. Nothing is adopted by it, whatever it shows.")
    decides, by_silence, asks_abstentions = False, False, False
    choices: Mapping[str, Any] = {
        "endorse": _("I agree fully"),
        "minor": _("I agree, with a minor point"),
        "live-with": _("I can live with it"),
        "concerned": _("I have serious concerns"),
        "against": _("I cannot agree"),
    }
    recorded: Mapping[str, Any] = {
        "endorse": _("agreed fully"),
        "minor": _("agreed, with a minor point"),
        "live-with": _("can live with it"),
        "concerned": _("had serious concerns"),
        "against": _("could not agree"),
    }

    def adopts(self, tally: Tally, abstentions: str = ASIDE) -> bool:
        return False


METHODS: dict[str, Method] = {
    method.key: method
    for method in (
        Consensus(),
        Silence(),
        Majority(
            "simple-majority",
            _("Simple majority"),
            _("Adopted if more than half of the votes are yes."),
            Fraction(1, 2),
        ),
        Majority(
            "absolute-majority",
            _("Absolute majority"),
            _("Adopted if more than half of the whole electorate vote yes."),
            Fraction(1, 2),
            of_electorate=True,
        ),
        Majority(
            "two-thirds",
            _("Two-thirds majority"),
            _("Adopted if at least two thirds of the votes are yes."),
            Fraction(2, 3),
            at_least=True,
        ),
        Gradients(),
    )
}
