"""Spreading people over groups, as a pure function: even, fair to pins and capacities, the same for the same number."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from workshops import allocation
from workshops.allocation import Candidate

searching = settings(deadline=None, max_examples=30)
traits = st.tuples(
    st.sampled_from(("local_authority", "research", "civil_society")), st.sampled_from(("AT", "NG", "CL"))
)
people = st.lists(traits, max_size=60).map(
    lambda rows: [Candidate(f"person {number}", row) for number, row in enumerate(rows)]
)
groups = st.integers(1, 5).map(lambda count: {f"group {number}": None for number in range(count)})
seeds = st.integers(0, 2**31 - 1)


def spread(people, groups, *, pinned, seed):
    return allocation.spread(people, groups, pinned=pinned, seed=seed).plan[0]


def sizes(seats, groups):
    counts = Counter(seats.values())
    return [counts[group] for group in groups]


@searching
@given(people, groups, seeds)
def test_everybody_is_seated_and_sizes_differ_by_one_at_most(people, groups, seed):
    seats = spread(people, groups, pinned={}, seed=seed)
    assert set(seats) == {person.id for person in people}
    assert max(sizes(seats, groups)) - min(sizes(seats, groups)) <= 1


@searching
@given(people, groups, seeds, st.data())
def test_pinned_seats_are_kept(people, groups, seed, data):
    ids = [person.id for person in people]
    pinned = {
        person: data.draw(st.sampled_from(sorted(groups)))
        for person in (data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else [])
    }
    seats = spread(people, groups, pinned=pinned, seed=seed)
    assert {person: seats[person] for person in pinned} == pinned
    assert set(seats) == set(ids)


@searching
@given(people, groups, seeds)
def test_the_same_number_gives_the_same_seats_in_whatever_order_people_come(people, groups, seed):
    assert spread(people, groups, pinned={}, seed=seed) == spread(people[::-1], groups, pinned={}, seed=seed)


@searching
@given(people, st.lists(st.integers(0, 12), min_size=1, max_size=4), seeds)
def test_no_group_is_fuller_than_its_capacity_and_no_seat_stays_free_while_somebody_waits(people, room, seed):
    capacities = {f"group {number}": capacity for number, capacity in enumerate(room)}
    seats = spread(people, capacities, pinned={}, seed=seed)
    assert all(size <= capacity for size, capacity in zip(sizes(seats, capacities), room, strict=True))
    assert len(seats) == min(len(people), sum(room))


@searching
@given(st.integers(0, 40), seeds)
def test_a_kind_of_actor_alternates_between_two_groups(count, seed):
    people = [Candidate(f"person {number}", ("research",)) for number in range(count)]
    seats = spread(people, {"one": None, "two": None}, pinned={}, seed=seed)
    assert abs(sizes(seats, ["one"])[0] - sizes(seats, ["two"])[0]) <= 1


def test_another_number_gives_other_seats():
    people = [Candidate(f"person {number}", ("research", "AT")) for number in range(40)]
    draws = {
        tuple(sorted(spread(people, {"a": None, "b": None}, pinned={}, seed=n).items())) for n in range(5)
    }
    assert len(draws) == 5
