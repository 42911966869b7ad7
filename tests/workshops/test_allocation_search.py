"""The search for a plan: what it counts, what it keeps, and how near it comes to the best there is."""

import io
import json
import random
from itertools import combinations, product

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from academy.management.content import content
from academy.regions import region_of
from workshops.allocation import (
    Candidate,
    Impossible,
    Room,
    Task,
    by_lot,
    cost_of,
    even_rooms,
    least_possible,
    search,
)
from workshops.allocation.instances import Grouping, Instance, Unreadable, group, read_instance
from workshops.allocation.proving import prove
from workshops.allocation.swapping import Rooms, drawn

WITHIN = 1.02  # of what is proven


@st.composite
def tasks(draw):
    """A few people over one to three days, with fixed seats, rules and wishes."""
    count = draw(st.integers(2, 14))
    kinds = st.lists(
        st.sampled_from(["actor:a", "actor:b", "region:x", "region:y", "met:1"]), max_size=4, unique=True
    )
    people = [Candidate(f"p{number}", tuple(draw(kinds))) for number in range(count)]
    names = [person.id for person in people]
    days, fixed = [], []
    for _day in range(draw(st.integers(1, 3))):
        rooms = [f"r{number}" for number in range(draw(st.integers(1, 3)))]
        seats = draw(st.dictionaries(st.sampled_from(names), st.sampled_from(rooms), max_size=3))
        days.append(even_rooms(count, dict.fromkeys(rooms), seats.values()))
        fixed.append(seats)
    pairs = st.lists(st.sampled_from(list(combinations(names, 2))), max_size=2, unique=True)
    wishes = draw(
        st.dictionaries(
            st.tuples(st.sampled_from(names), st.sampled_from(["r0", "r1"])), st.integers(-3, 9), max_size=4
        )
    )
    return Task(
        people,
        tuple(days),
        weights={"actor": 3, "region": 2},
        fixed=tuple(fixed),
        together=tuple(draw(pairs)),
        apart=tuple(draw(pairs)),
        wishes=wishes,
    )


@settings(deadline=None, max_examples=60)
@given(tasks(), st.integers(0, 1_000))
def test_every_step_changes_the_cost_by_what_it_says(task, seed):
    draw = random.Random(seed)
    rooms = Rooms(task, drawn(task, draw))
    assert rooms.cost == cost_of(task, by_lot(task, seed=seed).plan)
    for _step in range(40):
        found = rooms.step(draw)
        if found:
            rooms.take(*found)
    counted = Rooms(task, rooms.keep())
    assert (rooms.cost, rooms.counts, rooms.sizes, rooms.met) == (
        counted.cost,
        counted.counts,
        counted.sizes,
        counted.met,
    )


@settings(deadline=None, max_examples=60)
@given(tasks(), st.integers(0, 1_000))
def test_a_plan_seats_everybody_keeps_fixed_seats_and_is_never_below_the_bound(task, seed):
    found = search(task, seed=seed, steps=600)
    assert found == search(task, seed=seed, steps=600)
    assert found.cost == cost_of(task, found.plan)
    assert found.cost >= found.bound == least_possible(task)
    for number, (day, seats) in enumerate(zip(task.days, found.plan, strict=True)):
        assert seats.keys() == {person.id for person in task.people}
        assert {person: seats[person] for person in task.seats_fixed(number)} == task.seats_fixed(number)
        for room in day:
            assert room.least <= list(seats.values()).count(room.id) <= room.most


def every_plan(task):
    """All plans of one day whose sizes are allowed."""
    (day,) = task.days
    for rooms in product([room.id for room in day], repeat=len(task.people)):
        if all(room.least <= rooms.count(room.id) <= room.most for room in day):
            yield dict(zip([person.id for person in task.people], rooms, strict=True))


@settings(deadline=None, max_examples=25)
@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=3, unique=True), min_size=2, max_size=8))
def test_a_small_plan_is_the_best_of_all(kinds):
    people = [Candidate(f"p{number}", tuple(traits)) for number, traits in enumerate(kinds)]
    task = Task(people, (even_rooms(len(people), {"one": None, "two": None}),))
    assert search(task, seed=1).cost == min(cost_of(task, (seats,)) for seats in every_plan(task))


def demo_people(count):
    """So many of the demo academy's people; the first ones again after the last."""
    rows = content("demo-people")
    return [
        Candidate(
            f"person {number}",
            (
                f"actor:{row['actor']}",
                f"region:{region_of(row['country'])}",
                *(f"language:{language}" for language in row["languages"]),
            ),
        )
        for number, row in ((number, rows[number % len(rows)]) for number in range(count))
    ]


def three_days(count):
    """Three days of two groups, with pinned leads and pairs that must or must not sit together."""
    people = demo_people(count)
    names = [person.id for person in people]
    leads = {name: f"group {1 + number % 2}" for number, name in enumerate(names[: count // 10])}
    day = even_rooms(count, {"group 1": None, "group 2": None}, leads.values())
    return Task(
        people,
        (day, day, day),
        weights={"actor": 3, "region": 3, "language": 1},
        fixed=(leads, leads, leads),
        together=((names[-1], names[-2]),),
        apart=((names[-3], names[-4]), (names[-5], names[-6])),
    )


@pytest.mark.parametrize("count", [40, 70, 120])
def test_the_search_is_better_than_chance_and_within_a_fiftieth_of_the_best_that_is_proven(count):
    task = three_days(count)
    found = search(task, seed=1)
    chance = [by_lot(task, seed=seed).cost for seed in range(1_000)]
    assert found.cost <= min(chance) < sum(chance) / len(chance)
    proven = prove(task, seconds=20, hint=found.plan)
    assert cost_of(task, proven.plan) == proven.cost
    # No plan is cheaper than the bound, so whoever is near it is near the best; in time CP-SAT may find a worse one.
    assert proven.bound <= min(proven.cost, found.cost)
    assert found.cost <= WITHIN * proven.bound
    for seats in found.plan:
        assert all(seats[one] == seats[other] for one, other in task.together)
        assert all(seats[one] != seats[other] for one, other in task.apart)


def test_whoever_sat_together_before_is_parted():
    people = [Candidate(f"p{number}", (f"met:{number // 6}",)) for number in range(12)]
    task = Task(people, (even_rooms(12, {"one": None, "two": None}),))
    seats = search(task, seed=1).plan[0]
    for before in (0, 1):
        assert [seats[f"p{number}"] for number in range(6 * before, 6 * before + 6)].count("one") == 3


def test_latecomers_move_few_of_those_who_sit_already():
    people = demo_people(70)
    day = even_rooms(60, {"one": None, "two": None})
    first = search(Task(people[:60], (day,)), seed=1).plan[0]
    stay = {(person, "two" if room == "one" else "one"): 50 for person, room in first.items()}
    later = search(Task(people, (even_rooms(70, {"one": None, "two": None}),), wishes=stay), seed=2).plan[0]
    assert [person for person in first if first[person] != later[person]] == []


def test_wishes_are_met_where_there_is_room():
    people = [Candidate(f"p{number}") for number in range(6)]
    wishes = {(f"p{number}", "one"): -5 for number in range(4)}
    seats = search(Task(people, ((Room("one", 0, 3), Room("two", 0, 6)),), wishes=wishes), seed=1).plan[0]
    assert sum(seats[f"p{number}"] == "one" for number in range(4)) == 3


@pytest.mark.parametrize(
    ("capacities", "sizes"),
    [
        ({"a": None, "b": None, "c": None}, [(3, 4), (3, 4), (3, 4)]),
        ({"a": 2, "b": None, "c": None}, [(2, 2), (4, 4), (4, 4)]),
        ({"a": 1, "b": 4, "c": 5}, [(1, 1), (4, 4), (5, 5)]),
    ],
)
def test_rooms_are_as_even_as_their_capacities_allow(capacities, sizes):
    assert [(room.least, room.most) for room in even_rooms(10, capacities)] == sizes


def test_what_cannot_be_is_refused():
    people = [Candidate("a"), Candidate("b")]
    with pytest.raises(Impossible):
        even_rooms(3, {"one": 1, "two": 1})
    for wrong in (
        {"people": [*people, Candidate("a")]},
        {"days": ((Room("one", 0, 1),),)},
        {"fixed": ({"a": "nowhere"},)},
        {"fixed": ({"nobody": "one"},)},
        {"apart": (("a", "nobody"),)},
    ):
        with pytest.raises(Impossible):
            Task(**{"people": people, "days": ((Room("one", 0, 3),),), **wrong})


INSTANCE = "4 2 ss 2 2 2 2\n0 1 9\n0 2 1\n0 3 1\n1 2 1\n1 3 1\n2 3 5\n"


def best_by_hand(instance):
    """The value of the best grouping, by trying them all."""
    limits, count = instance.limits, len(instance.distances)
    allowed = (
        groups
        for groups in product(range(len(limits)), repeat=count)
        if all(low <= groups.count(number) <= high for number, (low, high) in enumerate(limits))
    )
    return max(instance.value_of(list(groups)) for groups in allowed)


@settings(deadline=None, max_examples=15)
@given(st.lists(st.integers(-20, 100), min_size=21, max_size=21), st.booleans())
def test_the_best_grouping_of_a_small_instance_is_found(distances, same):
    limits = [(3, 3), (4, 4)] if same else [(1, 5), (2, 6)]
    table = [[0.0] * 7 for _row in range(7)]
    for (one, other), distance in zip(combinations(range(7), 2), distances, strict=True):
        table[one][other] = table[other][one] = distance
    instance = Instance(limits, table)
    value, groups = group(instance, seconds=0.3)
    assert value == instance.value_of(groups) == best_by_hand(instance)


def test_each_step_of_a_grouping_changes_its_value_by_what_it_says():
    draw = random.Random(1)
    table = [[0.0] * 9 for _row in range(9)]
    for one, other in combinations(range(9), 2):
        table[one][other] = table[other][one] = draw.random()
    instance = Instance([(1, 5)] * 3, table)
    grouping = Grouping(instance, [0, 0, 0, 1, 1, 1, 2, 2, 2])
    for _step in range(300):
        found = grouping.step(draw)
        if found:
            grouping.take(*found)
            assert grouping.cost == pytest.approx(-instance.value_of(grouping.groups))
            assert all(1 <= grouping.groups.count(number) <= 5 for number in range(3))


def test_the_command_prints_the_value_and_the_groups(tmp_path):
    path = tmp_path / "instance.txt"
    path.write_text(INSTANCE)
    out = io.StringIO()
    call_command("allocate_instance", str(path), "--seconds", "0.1", stdout=out)
    first, *groups = out.getvalue().splitlines()
    assert (first, sorted(line.partition(": ")[2] for line in groups)) == ("value 14", ["0 1", "2 3"])
    out = io.StringIO()
    call_command("allocate_instance", str(path), "--seconds", "0.1", "--json", stdout=out)
    assert json.loads(out.getvalue())["value"] == 14


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Line 1 must be"),
        ("4 2 xx 2 2 2 2\n", "the type must be"),
        ("4 2 ss 2 2 2\n", "each group must have"),
        ("4 2 ss 3 2 2 2\n", "a lower size is above"),
        ("9 2 ss 2 2 2 2\n", "cannot hold"),
        ("99999999 1 ds 0 99999999\n", "elements"),
        (INSTANCE + "0 1 3\n", "stands here twice"),
        (INSTANCE + "0 9 3\n", "no such pair"),
        (INSTANCE.replace("0 1 9", "0 1 inf"), "no number"),
        (INSTANCE.replace("0 1 9", "0 1"), "Line 2 must be"),
        (INSTANCE.replace("0 1 9\n", ""), "1 pairs have no distance"),
    ],
)
def test_a_file_that_is_no_instance_is_refused_in_words(tmp_path, text, words):
    path = tmp_path / "instance.txt"
    path.write_text(text)
    with pytest.raises(CommandError, match=words):
        call_command("allocate_instance", str(path), "--seconds", "0.1")
    with pytest.raises(Unreadable, match=words):
        read_instance(text)
    with pytest.raises(CommandError):
        call_command("allocate_instance", str(path), "--seconds", "0")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("allocate_instance", str(tmp_path / "none"), "--seconds", "1")
