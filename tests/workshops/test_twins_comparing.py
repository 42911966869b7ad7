"""Support compared: the test against tables of scipy and by hand, the correction, and what is kept in view. Pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # the package has no types

from workshops.twins.comparing import RARELY, Comparison, Share, adjusted, comparable, compared, p_of, z_of
from workshops.twins.guard import comparable_actors, held_by_one_actor, held_by_one_group, is_strong

SHARES = st.integers(1, 60).flatmap(lambda voters: st.builds(Share, st.integers(0, voters), st.just(voters)))

# By hand: (supporters + 1) / (voters + 1) on both sides, pooled variance.
TABLE = [
    # 10/15 - 5/16 = 0.354167; pooled 15/31; sqrt(0.249740 * (1/15 + 1/16)) = 0.179609
    (Share(9, 14), Share(4, 15), 1.971877),
    # 9/11 - 6/11 = 0.272727; pooled 15/22; sqrt(0.216942 * 2/11) = 0.198606
    (Share(8, 10), Share(5, 10), 1.373213),
    # 15/21 - 11/21 = 0.190476; pooled 26/42; sqrt(0.235828 * 2/21) = 0.149865
    (Share(14, 20), Share(10, 20), 1.270986),
    (Share(7, 7), Share(9, 9), 0.0),
    (Share(0, 0), Share(0, 0), 0.0),
]


@pytest.mark.parametrize(("one", "other", "z"), TABLE)
def test_the_statistic_equals_the_table_made_by_hand(one, other, z):
    assert z_of(one, other) == pytest.approx(z, abs=5e-4)
    assert z_of(other, one) == pytest.approx(-z, abs=5e-4)


@given(SHARES, SHARES)
def test_p_is_that_of_the_normal_distribution_and_z_squared_that_of_the_pooled_chi_squared_test(one, other):
    z = z_of(one, other)
    assert p_of(z) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9, abs=1e-12)
    counts = [
        [one.supporters + 1, one.voters - one.supporters],
        [other.supporters + 1, other.voters - other.supporters],
    ]
    if sum(row[1] for row in counts):
        chi = stats.chi2_contingency(counts, correction=False)
        assert z**2 == pytest.approx(chi.statistic, rel=1e-9, abs=1e-12)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_the_correction_is_that_of_scipy(values):
    assert adjusted(values) == pytest.approx(list(stats.false_discovery_control(values, method="bh")))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.randoms())
def test_the_correction_is_monotone_and_knows_no_order(values, chance):
    result = adjusted(values)
    assert all(after >= before for before, after in zip(values, result, strict=True))
    assert all(
        result[one] <= result[other]
        for one in range(len(values))
        for other in range(len(values))
        if values[one] <= values[other]
    )
    order = list(range(len(values)))
    chance.shuffle(order)
    assert adjusted([values[place] for place in order]) == [result[place] for place in order]


def test_nothing_to_correct_is_nothing():
    assert (adjusted([]), compared([])) == ([], [])


def test_one_difference_among_many_counts_less():
    pair, equal = (Share(9, 14), Share(4, 15)), (Share(5, 15), Share(5, 15))
    (alone,) = compared([pair])
    among = compared([pair, *[equal] * 9])[0]
    assert (alone.differs, among.differs) == (True, False)
    assert alone.p == among.p == alone.adjusted <= RARELY


def test_few_people_are_not_compared():
    assert comparable(Share(3, 5), Share(0, 5))
    assert not comparable(Share(3, 30), Share(1, 4))


# --- The guard ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("support", "strong"),
    [
        (Share(12, 30), True),
        (Share(11, 30), False),
        (Share(2, 5), False),
        (Share(3, 5), True),
        (Share(0, 0), False),
    ],
)
def test_strong_is_two_of_five_and_three_people(support, strong):
    assert is_strong(support) is strong


def test_what_one_group_alone_said_and_holds_strongly_is_kept():
    held = {"a": Share(15, 30)}
    assert held_by_one_group(held, said_by=frozenset("a"), tests={}) == ["a"]
    assert held_by_one_group({"a": Share(5, 30)}, said_by=frozenset("a"), tests={}) == []


def test_what_both_said_is_kept_if_one_holds_it_more_than_by_chance():
    held = {"a": Share(19, 30), "b": Share(6, 30)}
    (test,) = compared([(held["a"], held["b"])])
    both = {"a": test, "b": test.reversed}
    assert held_by_one_group(held, said_by=frozenset("ab"), tests=both) == ["a"]
    assert held_by_one_group(held, said_by=frozenset("ab"), tests={}) == []
    by_chance = {"a": Comparison(1.0, 0.3, 0.6), "b": Comparison(-1.0, 0.3, 0.6)}
    assert held_by_one_group(held, said_by=frozenset("ab"), tests=by_chance) == []


def test_what_both_hold_strongly_is_no_minority():
    held = {"a": Share(19, 30), "b": Share(18, 30)}
    assert held_by_one_group(held, said_by=frozenset("ab"), tests={}) == []


def test_a_kind_of_actor_that_alone_holds_a_finding_is_named():
    held = {"civil_society": Share(6, 7), "research": Share(1, 10), "other": Share(1, 12)}
    pairs = comparable_actors(held)
    assert list(pairs) == ["civil_society"]
    tests = dict(zip(pairs, compared(list(pairs.values())), strict=True))
    assert held_by_one_actor(pairs, tests) == ["civil_society"]


@pytest.mark.parametrize(
    "held",
    [
        {"civil_society": Share(4, 4), "research": Share(0, 20)},  # four people are too few to be named
        {"civil_society": Share(4, 9), "research": Share(0, 20)},  # four supporters are, too
        {"civil_society": Share(9, 9), "research": Share(0, 4)},  # so are four others
    ],
)
def test_fewer_than_five_are_never_spoken_of(held):
    assert "civil_society" not in comparable_actors(held)
