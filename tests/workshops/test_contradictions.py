"""Rules that cannot hold together are found before anything is searched; what can hold is never refused."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshops.allocation import Clash, Contradiction, contradictions_in

PEOPLE = ["a", "b", "c", "d"]
OPEN = {"r1": None, "r2": None}


def kinds(days=(OPEN,), people=PEOPLE, **rules):
    return [found.kind for found in contradictions_in(people, list(days), **rules)]


def test_rules_that_can_hold_are_no_contradiction():
    rules = {"together": [("a", "b")], "apart": [("b", "c")], "fixed": [{"a": "r1", "d": "r2"}]}
    assert kinds(**rules) == []


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"days": [{"r1": 1, "r2": 2}]}, Clash.TOO_FEW_PLACES),
        ({"days": [{"r1": 1, "r2": None}], "fixed": [{"a": "r1", "b": "r1"}]}, Clash.OVERFULL),
        ({"together": [("a", "b"), ("b", "c")], "apart": [("c", "a")]}, Clash.BOTH),
        ({"together": [("a", "b")], "fixed": [{"a": "r1", "b": "r2"}]}, Clash.TORN),
        ({"together": [("a", "b"), ("b", "c")], "fixed": [{"a": "r1", "c": "r2"}]}, Clash.TORN),
        ({"apart": [("a", "b")], "fixed": [{"a": "r1", "b": "r1"}]}, Clash.FORCED),
        ({"days": [{"r1": 2, "r2": 2}], "together": [("a", "b"), ("c", "b")]}, Clash.TOO_MANY_TOGETHER),
        ({"apart": [("a", "b"), ("b", "c"), ("a", "c")]}, Clash.TOO_FEW_GROUPS),
        # A chain whose ends are kept where the chain does not lead to.
        ({"apart": [("a", "b"), ("b", "c")], "fixed": [{"a": "r1", "c": "r2"}]}, Clash.TOO_FEW_GROUPS),
    ],
)
def test_each_contradiction_is_found_once_and_named(rules, expected):
    assert kinds(**rules) == [expected]


def test_it_is_said_who_and_where():
    found = contradictions_in(PEOPLE, [OPEN], apart=[("b", "a")], fixed=[{"a": "r1", "b": "r1"}])
    assert found == [Contradiction(Clash.FORCED, 0, ("a", "b"), ("r1",))]


def test_rules_about_people_who_left_count_for_nothing():
    assert kinds(together=[("a", "gone")], apart=[("gone", "a")], fixed=[{"gone": "r1"}]) == []


@st.composite
def rules(draw):
    pairs = st.lists(
        st.tuples(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)).filter(lambda p: p[0] != p[1]), max_size=4
    )
    rooms = {f"r{number}": draw(st.none() | st.integers(0, 4)) for number in range(draw(st.integers(1, 3)))}
    fixed = draw(st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(sorted(rooms)), max_size=2))
    return rooms, fixed, draw(pairs), draw(pairs)


def holds(plan, rooms, fixed, together, apart):
    return (
        all(plan[person] == room for person, room in fixed.items())
        and all(plan[one] == plan[other] for one, other in together)
        and all(plan[one] != plan[other] for one, other in apart)
        and all(size is None or list(plan.values()).count(room) <= size for room, size in rooms.items())
    )


@settings(deadline=None, max_examples=300)
@given(rules())
def test_whatever_can_hold_is_never_called_a_contradiction(drawn):
    """Against every plan that there is: where one holds all rules, nothing is found."""
    rooms, fixed, together, apart = drawn
    plans = (dict(zip(PEOPLE, seats, strict=True)) for seats in product(rooms, repeat=len(PEOPLE)))
    if any(holds(plan, rooms, fixed, together, apart) for plan in plans):
        assert contradictions_in(PEOPLE, [rooms], fixed=[fixed], together=together, apart=apart) == []


@settings(deadline=None, max_examples=300)
@given(rules())
def test_without_limits_of_size_what_cannot_hold_is_always_found(drawn):
    rooms, fixed, together, apart = drawn
    rooms = dict.fromkeys(rooms)
    plans = (dict(zip(PEOPLE, seats, strict=True)) for seats in product(rooms, repeat=len(PEOPLE)))
    if not any(holds(plan, rooms, fixed, together, apart) for plan in plans):
        assert contradictions_in(PEOPLE, [rooms], fixed=[fixed], together=together, apart=apart) != []
