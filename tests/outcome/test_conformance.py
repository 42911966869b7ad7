"""The rules of deciding, as tables that a lawyer can read, and the academy held to every line of them.

The tables are written from the rules of procedure, not from the code:

- Consensus: adopted if at least one joins and nobody objects. Standing aside is no objection.
- Silence: adopted if nobody breaks the silence before the deadline; saying nothing is agreeing.
- Simple majority: more than half of the votes are yes. A tie is no majority.
- Absolute majority: more than half of the electorate is yes, whoever votes. Abstaining helps as little as staying away.
- Two thirds: at least two thirds of the votes are yes. Exactly two thirds are enough.
- Abstentions are either set aside (the votes are yes and no) or counted (they are votes too, and none in favour).
- Without a single yes nothing is adopted.
- Gradients of agreement are a straw poll: nothing is ever adopted by them.
- A quorum counts every position that was taken, abstentions too. Half and two thirds are rounded up. If it is missed,
  nothing is adopted, however the positions fell; silence has no quorum.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import pytest

from outcome.deciding import Rules, decide, quorum_needed
from outcome.methods import ABSTENTIONS, METHODS, Tally
from outcome.quorums import QUORUMS

if TYPE_CHECKING:
    from collections.abc import Iterator

# Votes in an electorate of 12, without a quorum. + is adopted, - is not.
#                                     simple majority   absolute     two thirds
#                     yes  no  abst.  aside  counted    majority   aside  counted
VOTES = """
nobody votes            0   0      0      -        -           -       -        -
all abstain             0   0     12      -        -           -       -        -
all vote no             0  12      0      -        -           -       -        -
all vote yes           12   0      0      +        +           +       +        +
one yes, nobody else    1   0      0      +        +           -       +        +
one no, nobody else     0   1      0      -        -           -       -        -
one yes, others abstain 1   0     11      +        -           -       +        -
a tie of all            6   6      0      -        -           -       -        -
a tie of two            1   1      0      -        -           -       -        -
a tie with abstentions  4   4      4      -        -           -       -        -
one more than a tie     7   5      0      +        +           +       -        -
half yes, half abstain  6   0      6      +        -           -       +        -
half of all, no others  6   0      0      +        +           -       +        +
one over half of all    7   0      0      +        +           +       +        +
seven of twelve         7   0      5      +        +           +       +        -
exactly two thirds      8   4      0      +        +           +       +        +
one under two thirds    7   4      0      +        +           +       -        -
two thirds of six       4   2      0      +        +           -       +        +
two thirds, one abst.   4   2      1      +        +           -       +        -
eight and four abstain  8   0      4      +        +           +       +        +
three to two, abst.     3   2      5      +        -           -       -        -
five to four, abst.     5   4      1      +        -           -       -        -
"""
COLUMNS = (
    ("simple-majority", "aside"),
    ("simple-majority", "counted"),
    ("absolute-majority", "any"),
    ("two-thirds", "aside"),
    ("two-thirds", "counted"),
)

# Votes of an electorate of one, without a quorum.
VOTES_OF_ONE = """
says nothing            0   0      0      -        -           -       -        -
says yes                1   0      0      +        +           +       +        +
says no                 0   1      0      -        -           -       -        -
abstains                0   0      1      -        -           -       -        -
"""

# Consensus in an electorate of 12.   join  aside  object  adopted
CONSENSUS = """
nobody speaks                            0      0       0        -
all join                                12      0       0        +
one joins, nobody else speaks            1      0       0        +
one joins, eleven stand aside            1     11       0        +
all stand aside                          0     12       0        -
eleven join, one objects                11      0       1        -
one objects, nobody else                 0      0       1        -
six join, six object                     6      0       6        -
"""

# Silence in an electorate of 12.     broken by  adopted
SILENCE = """
nobody breaks it                              0        +
one breaks it                                 1        -
all break it                                 12        -
"""

# How many positions a quorum needs.    of the electorate, who number:      1   2   3  11  12  13 300
NEEDED = """
none                                                                        0   0   0   0   0   0   0
half                                                                        1   1   2   6   6   7 150
two-thirds                                                                  1   2   2   8   8   9 200
"""
PEOPLE = (1, 2, 3, 11, 12, 13, 300)


def lines_of(table: str, numbers: int) -> Iterator[tuple[str, list[int], list[bool]]]:
    """Each line of a table: what it is called, its numbers, and what is adopted."""
    for line in table.strip().splitlines():
        words = line.split()
        signs = [word for word in words if word in ("+", "-")]
        rest = words[: len(words) - len(signs)]
        yield (
            " ".join(rest[:-numbers]),
            [int(word) for word in rest[-numbers:]],
            [sign == "+" for sign in signs],
        )


def cases() -> Iterator[tuple[str, str, str, Tally, bool]]:
    """Every line x every column: (what, method, abstentions, count, adopted)."""
    for table, electorate in ((VOTES, 12), (VOTES_OF_ONE, 1)):
        for what, (yes, no, abstain), adopted in lines_of(table, 3):
            tally = Tally({"yes": yes, "no": no, "abstain": abstain}, electorate, electorate)
            for (method, counted), expected in zip(COLUMNS, adopted, strict=True):
                for abstentions in ABSTENTIONS if counted == "any" else (counted,):
                    yield what, method, abstentions, tally, expected
    for what, (join, aside, against), adopted in lines_of(CONSENSUS, 3):
        tally = Tally({"join": join, "stand-aside": aside, "object": against}, 12, 12)
        for abstentions in ABSTENTIONS:
            yield what, "consensus", abstentions, tally, adopted[0]
    for what, (broken,), adopted in lines_of(SILENCE, 1):
        for abstentions in ABSTENTIONS:
            yield what, "silence", abstentions, Tally({"break": broken}, 12, 12), adopted[0]


CASES = list(cases())
NEEDS = {
    (quorum, people): needed
    for quorum, numbers, _signs in lines_of(NEEDED, len(PEOPLE))
    for people, needed in zip(PEOPLE, numbers, strict=True)
}


@pytest.mark.parametrize(
    ("what", "method", "abstentions", "tally", "adopted"),
    CASES,
    ids=[
        f"{method}-{abstentions}-{what}-of-{tally.electorate}"
        for what, method, abstentions, tally, _ in CASES
    ],
)
def test_a_count_comes_to_what_the_table_says(
    what: str, method: str, abstentions: str, tally: Tally, adopted: bool
) -> None:
    assert decide(Rules(method, abstentions=abstentions), tally).adopted is adopted


@pytest.mark.parametrize(("quorum", "people"), NEEDS)
def test_a_quorum_needs_what_the_table_says(quorum: str, people: int) -> None:
    of_all = quorum_needed(Rules("consensus", quorum), Tally({}, people, 0))
    of_those_present = quorum_needed(Rules("consensus", quorum, "present"), Tally({}, people + 50, people))
    assert (of_all, of_those_present) == (NEEDS[quorum, people], NEEDS[quorum, people])


@pytest.mark.parametrize("base", ["electorate", "present"])
@pytest.mark.parametrize("number", [1, 7, 12])
def test_a_quorum_by_number_is_that_number_whoever_is_present(base: str, number: int) -> None:
    assert quorum_needed(Rules("consensus", "number", base, number), Tally({}, 12, 3)) == number


FAVOURS = {"consensus": "join", "simple-majority": "yes", "absolute-majority": "yes", "two-thirds": "yes"}
# Quorum, of whom, the number, how many are present of an electorate of 300, and how many positions are needed.
QUORUM_CASES = [
    ("none", "electorate", None, 300, 0),
    ("half", "electorate", None, 20, 150),
    ("half", "present", None, 300, 150),
    ("two-thirds", "electorate", None, 20, 200),
    ("two-thirds", "present", None, 300, 200),
    ("number", "electorate", 160, 300, 160),
    ("number", "present", 160, 200, 160),
]


@pytest.mark.parametrize(("method", "rule", "abstentions"), list(product(FAVOURS, QUORUM_CASES, ABSTENTIONS)))
def test_every_method_under_every_quorum_reached_and_missed_by_one(
    method: str, rule: tuple[str, str, int | None, int, int], abstentions: str
) -> None:
    """All who take a position are in favour: what is decided is decided by the quorum.

    An absolute majority of 300 is 151, so that for it 151 positions are taken where fewer would do.
    """
    quorum, base, number, present, needed = rule
    rules = Rules(method, quorum, base, number, abstentions)
    enough = max(needed, 151 if method == "absolute-majority" else 1)
    reached = decide(rules, Tally({FAVOURS[method]: enough}, 300, present))
    missed = decide(rules, Tally({FAVOURS[method]: needed - 1}, 300, present)) if needed else None
    assert (reached.needed, reached.is_quorate, reached.adopted) == (needed, True, True)
    assert missed is None or (missed.needed, missed.is_quorate, missed.adopted) == (needed, False, False)


@pytest.mark.parametrize(("quorum", "reached"), [("half", True), ("two-thirds", False)])
def test_abstentions_count_for_the_quorum_but_adopt_nothing(quorum: str, reached: bool) -> None:
    for abstentions in ABSTENTIONS:
        found = decide(
            Rules("simple-majority", quorum, abstentions=abstentions), Tally({"abstain": 6}, 12, 12)
        )
        assert (found.is_quorate, found.adopted) == (reached, False)


def test_nobody_at_all_reaches_no_quorum_of_those_present() -> None:
    found = decide(Rules("consensus", "half", "present"), Tally({}, 12, 0))
    assert (found.needed, found.is_quorate, found.adopted) == (1, False, False)


@pytest.mark.parametrize("choice", ["endorse", "minor", "live-with", "concerned", "against"])
@pytest.mark.parametrize("quorum", ["none", "half", "two-thirds"])
def test_a_straw_poll_adopts_nothing_whatever_it_shows(choice: str, quorum: str) -> None:
    assert decide(Rules("gradients", quorum), Tally({choice: 12}, 12, 12)).adopted is False


def test_the_tables_speak_of_every_method_and_every_quorum() -> None:
    assert {method for _what, method, *_rest in CASES} | {"gradients"} == set(METHODS)
    assert {quorum for quorum, _people in NEEDS} | {"number"} == set(QUORUMS)
