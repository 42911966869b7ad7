"""What a count comes to under the rules of an adoption: inputs and result, as they stand in the record. Pure."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from outcome.methods import ASIDE, METHODS, Tally
from outcome.quorums import BASES, ELECTORATE, PRESENT, QUORUMS


@dataclass(frozen=True)
class Rules:
    """By what a text is adopted: the method, how abstentions are counted, the quorum and whose share it is."""

    method: str
    quorum: str = "none"
    quorum_of: str = ELECTORATE
    quorum_number: int | None = None
    abstentions: str = ASIDE


@dataclass(frozen=True)
class Result:
    """What a count came to, with what it was found from."""

    tally: Tally
    needed: int
    is_quorate: bool
    adopted: bool


def quorum_needed(rules: Rules, tally: Tally) -> int:
    """How many positions the quorum needs, given who is in the electorate and who is present."""
    people = tally.present if rules.quorum_of == PRESENT else tally.electorate
    return QUORUMS[rules.quorum].needed(people, rules.quorum_number)


def decide(rules: Rules, tally: Tally) -> Result:
    """Whether this count adopts the text: the quorum is reached, and the method says so."""
    needed = quorum_needed(rules, tally)
    is_quorate = tally.taken >= needed
    adopted = is_quorate and METHODS[rules.method].adopts(tally, rules.abstentions)
    return Result(tally, needed, is_quorate, adopted)


def quorum_words(rules: Rules) -> str:
    """The quorum as it stands among the rules: "Half of the electors present"."""
    quorum = QUORUMS[rules.quorum]
    if quorum.is_share:
        return _("%(share)s %(base)s") % {"share": quorum.title, "base": BASES[rules.quorum_of]}
    return str(quorum.title)


def rules_content(rules: Rules) -> dict[str, Any]:
    """The rules as a JSON value, for the history and the record."""
    return {
        "method": rules.method,
        "abstentions": rules.abstentions,
        "quorum": rules.quorum,
        "quorum_of": rules.quorum_of,
        "quorum_number": rules.quorum_number,
    }
