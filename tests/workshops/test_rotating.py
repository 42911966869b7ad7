"""Rotations over tables: nobody at a table twice, places kept, wishes met, company repeated as little as can be."""

from __future__ import annotations

import random
from itertools import combinations, permutations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workshops.allocation import Impossible
from workshops.allocation.rotating import (
    Rota,
    Tables,
    bound_of,
    company_bound,
    cost_of,
    first_seats,
    repeated,
    rotate,
)


def people(count):
    return [f"p{number}" for number in range(count)]


def tables(count, size=None):
    return {f"t{number}": size for number in range(count)}


@st.composite
def rotas(draw):
    count = draw(st.integers(1, 4))
    names, at = people(draw(st.integers(1, 12))), tables(count)
    wishes = {}
    for person in names:
        chosen = draw(st.lists(st.sampled_from(sorted(at)), max_size=3, unique=True))
        wishes |= {(person, table): rank for rank, table in enumerate(chosen, start=1)}
    return Rota(names, at, draw(st.integers(1, count)), wishes)


@settings(deadline=None, max_examples=50)
@given(rotas(), st.integers(0, 99))
def test_everybody_sits_at_another_table_each_time_and_the_numbers_are_right(rota, seed):
    found = rotate(rota, seed=seed)
    assert found == rotate(rota, seed=seed)
    assert [set(seats) for seats in found.rotations] == [set(rota.people)] * rota.count
    assert all(len({seats[one] for seats in found.rotations}) == rota.count for one in rota.people)
    assert found.cost == cost_of(rota, found.rotations) >= found.bound == bound_of(rota)
    assert found.again == repeated(found.rotations) >= found.again_bound


@settings(deadline=None, max_examples=50)
@given(rotas(), st.integers(0, 99))
def test_every_step_changes_the_cost_by_what_it_says(rota, seed):
    draw = random.Random(seed)
    limits = [len(rota.people)] * len(rota.tables)
    place = Tables(rota, first_seats(len(rota.people), limits, rota.count, draw), limits)
    for _step in range(60):
        if found := place.step(draw):
            place.take(*found)
    counted = Tables(rota, place.keep(), limits)
    assert (place.cost, place.sizes, place.cells) == (counted.cost, counted.sizes, counted.cells)


def test_what_the_search_finds_is_the_best_of_all_plans_for_a_few_people():
    names, at = people(5), tables(3)
    wishes = {("p0", "t0"): 1, ("p1", "t0"): 1, ("p2", "t1"): 1, ("p2", "t0"): 2}
    rota = Rota(names, at, 2, wishes)
    ways = list(permutations(sorted(at), 2))
    plans = (
        tuple({name: way[turn] for name, way in zip(names, chosen, strict=True)} for turn in range(2))
        for chosen in product(ways, repeat=len(names))
    )
    assert rotate(rota, seed=1).cost == min(cost_of(rota, plan) for plan in plans)


@pytest.mark.parametrize(("count", "at", "expected"), [(40, 6, 10), (60, 8, 4), (120, 12, 0), (20, 3, 24)])
def test_the_bound_of_company_is_reached(count, at, expected):
    """The bounds of the literature for balanced tables: s people who leave one of T tables need s <= T - 1."""
    rota = Rota(people(count), tables(at), 2, {})
    found = rotate(rota, seed=3)
    assert (company_bound(count, at, 2), found.again, found.is_best) == (expected, expected, True)


def test_no_rotations_of_few_people_are_below_the_bound():
    names, at = people(4), sorted(tables(3))
    for one in product(at, repeat=4):
        for other in product(at, repeat=4):
            if all(here != there for here, there in zip(one, other, strict=True)):
                plan = (dict(zip(names, one, strict=True)), dict(zip(names, other, strict=True)))
                assert repeated(plan) >= company_bound(4, 3, 2)


def test_places_are_kept_and_too_few_are_refused():
    found = rotate(Rota(people(9), {"t0": 2, "t1": 3, "t2": 4}, 2, {}), seed=1)
    for seats in found.rotations:
        assert [list(seats.values()).count(table) for table in ("t0", "t1", "t2")] == [2, 3, 4]
    with pytest.raises(Impossible):
        Rota(people(9), {"t0": 2, "t1": 3, "t2": 3}, 2, {})
    with pytest.raises(Impossible):
        Rota(people(9), tables(2), 3, {})
    with pytest.raises(Impossible):  # all six must be at each of two tables once, and one holds two
        rotate(Rota(people(6), {"t0": 2, "t1": None}, 2, {}), seed=1)


def test_repeated_company_is_counted_for_every_two_rotations():
    plan = tuple(dict.fromkeys(people(3), table) for table in ("t0", "t1", "t2"))
    assert repeated(plan) == len(list(combinations(range(3), 2))) * 3
