"""Methods, quorums and house rules as pure tables."""

from __future__ import annotations

import pytest

from outcome.house_rules import beginnings_of, hints, named
from outcome.methods import METHODS, Tally
from outcome.quorums import QUORUMS


@pytest.mark.parametrize(
    ("method", "counts", "electorate", "adopted"),
    [
        ("consensus", {}, 10, False),
        ("consensus", {"join": 1}, 10, True),
        ("consensus", {"join": 1, "stand-aside": 9}, 10, True),
        ("consensus", {"join": 9, "object": 1}, 10, False),
        ("consensus", {"stand-aside": 10}, 10, False),
        ("simple-majority", {}, 10, False),
        ("simple-majority", {"abstain": 10}, 10, False),
        ("simple-majority", {"yes": 1, "abstain": 9}, 10, True),
        ("simple-majority", {"yes": 5, "no": 5}, 10, False),
        ("simple-majority", {"yes": 5, "no": 4}, 10, True),
        ("absolute-majority", {"yes": 5}, 10, False),
        ("absolute-majority", {"yes": 6, "no": 4}, 10, True),
        ("absolute-majority", {"yes": 5, "no": 0, "abstain": 1}, 11, False),
        ("two-thirds", {"yes": 2, "no": 1}, 10, True),
        ("two-thirds", {"yes": 66, "no": 34}, 100, False),
        ("two-thirds", {"yes": 67, "no": 33}, 100, True),
        ("two-thirds", {"yes": 6, "no": 3, "abstain": 50}, 100, True),
    ],
)
def test_a_method_adopts(method: str, counts: dict[str, int], electorate: int, adopted: bool) -> None:
    assert METHODS[method].adopts(Tally(counts, electorate)) is adopted


@pytest.mark.parametrize(
    ("quorum", "electorate", "number", "needed"),
    [
        ("none", 25, None, 0),
        ("half", 25, None, 13),
        ("half", 24, None, 12),
        ("two-thirds", 25, None, 17),
        ("two-thirds", 24, None, 16),
        ("two-thirds", 3, None, 2),
        ("number", 25, 7, 7),
    ],
)
def test_a_quorum_needs(quorum: str, electorate: int, number: int | None, needed: int) -> None:
    assert QUORUMS[quorum].needed(electorate, number) == needed


def test_the_first_choice_of_every_method() -> None:
    assert [next(iter(method.choices)) for method in METHODS.values()] == [
        "join",
        "break",
        "yes",
        "yes",
        "yes",
        "endorse",
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("to act together;", 0),
        ("To act together.", 0),
        ("act together;", 1),
        ("to act. Then to report.", 1),
        (f"to {'act ' * 59};", 1),
        (f"to {'act ' * 57}now;", 0),
        ("Act. Then report!", 2),
    ],
)
def test_the_house_rules_hint(text: str, count: int) -> None:
    assert len(hints("encouragement", text=text, heading="Act")) == count


@pytest.mark.parametrize(
    ("kept", "text", "begins"),
    [
        (None, "to act;", True),
        (None, "together we act;", False),
        (None, "to", False),
        ("to, not to", "Not to wait;", True),
        ("zu, nicht zu", "Nicht zu warten;", True),
        ("zu, nicht zu", "zusammen zu handeln;", False),
        ("à, d’", "d’agir ensemble ;", True),
        ("à, d’", "À renforcer ;", True),
        ("鼓励", "鼓励地方政府采取行动；", True),
        ("", "Anything goes;", True),
    ],
)
def test_the_beginning_is_the_one_that_the_document_asks_for(
    kept: str | None, text: str, begins: bool
) -> None:
    found = hints("encouragement", text=text, heading="Act", beginnings=beginnings_of(kept))
    assert found == [said for said in found if named(beginnings_of(kept)) in said]
    assert len(found) == (0 if begins else 1)


def test_the_house_rules_leave_the_preamble_alone() -> None:
    assert hints("preamble", text="We met. We spoke.") == []


def test_a_clause_without_title_remark_and_sources_gets_three_hints() -> None:
    assert len(hints("encouragement", text="to act;", has_remark=False, sources=0)) == 3
