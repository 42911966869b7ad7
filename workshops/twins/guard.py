"""Findings that few hold, but strongly: these are kept in view, and leaving one out needs a reason. Pure.

A minority is a group that alone said a finding, a group that alone supports one strongly, or a kind of actor that does.
The kind of actor is named only where at least five of its people gave dots and at least five supported the finding, and
five others gave dots as well; and never with a number, so that nobody's dots can be worked out.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from workshops.twins.comparing import LEAST, Comparison, Share

# Strongly: at least two of five of those who gave dots, and at least three people.
STRONG_SHARE, STRONG_PEOPLE = 0.4, 3
# Not held by the others: at most one of five.
WEAK_SHARE = 0.2

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Guard:
    """Why a finding is kept in view: "group" (only one holds it strongly), "actor" (one kind of actor does),
    "opposed" (the groups contradict each other). `who` is the group's key or the kind of actor.
    """

    why: str
    who: Hashable = None


def is_strong(support: Share) -> bool:
    """Whether a finding is held strongly by those who gave dots."""
    return support.supporters >= STRONG_PEOPLE and support.share >= STRONG_SHARE


def held_by_one_group(
    support: Mapping[Key, Share], *, said_by: frozenset[Key], tests: Mapping[Key, Comparison]
) -> list[Key]:
    """The group that alone holds a finding strongly, if there is one.

    Args:
        support: of each group that said the finding.
        said_by: those groups; one alone needs no comparison with a group that was never asked.
        tests: each group compared with the others, where enough people gave dots.
    """
    strong = [key for key, each in support.items() if is_strong(each)]
    if len(strong) != 1:
        return []
    (key,) = strong
    if said_by == {key}:
        return [key]
    return [key] if key in tests and tests[key].differs and tests[key].z > 0 else []


def comparable_actors(support: Mapping[Key, Share]) -> dict[Key, tuple[Share, Share]]:
    """{kind of actor: (its support, that of all others)} where both may be spoken of: five people or more each."""
    whole = Share(
        sum(each.supporters for each in support.values()), sum(each.voters for each in support.values())
    )
    pairs = {
        key: (each, Share(whole.supporters - each.supporters, whole.voters - each.voters))
        for key, each in support.items()
    }
    return {
        key: (own, others)
        for key, (own, others) in pairs.items()
        if own.supporters >= LEAST and others.voters >= LEAST
    }


def held_by_one_actor(pairs: Mapping[Key, tuple[Share, Share]], tests: Mapping[Key, Comparison]) -> list[Key]:
    """The kind of actor that alone holds a finding strongly, if there is one.

    Args:
        pairs: as `comparable_actors` gives them.
        tests: each kind of actor compared with all others.
    """
    return [
        key
        for key, (own, others) in pairs.items()
        if is_strong(own) and others.share <= WEAK_SHARE and tests[key].differs and tests[key].z > 0
    ]
