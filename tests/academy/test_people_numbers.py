"""People in numbers: what is hidden, also from whoever subtracts; how it is drawn."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

import pytest

from academy.models import Actor, Participant
from academy.people.charts import curve_of, levels_up_to, share, spread_days
from academy.people.numbers import (
    LEAST,
    Part,
    Person,
    hidden_parts,
    numbers_of,
    overlapping_parts,
    parts_of,
    steps_of,
)
from tests.factories import make_participant, make_user

ZONE = ZoneInfo("Europe/Vienna")
FIRST = datetime(2021, 12, 1, 12, tzinfo=UTC)


def shown(counts: dict[str, int]) -> list[tuple[str, int | None, int]]:
    return [(part.key, part.count, part.hides) for part in parts_of(counts, hidden_parts(counts))]


@pytest.mark.parametrize(
    ("counts", "parts"),
    [
        ({"a": 5, "b": 12}, [("a", 5, 0), ("b", 12, 0)]),
        ({"a": 20, "b": 0}, [("a", 20, 0)]),
        ({"a": 20, "b": 4, "c": 9}, [("a", 20, 0), ("", 13, 2)]),
        ({"a": 20, "b": 4, "c": 3}, [("a", 20, 0), ("", 7, 2)]),
        ({"a": 20, "b": 1, "c": 1, "d": 30}, [("d", 30, 0), ("", 22, 3)]),
        ({"a": 20, "b": 1}, [("", 21, 2)]),
    ],
)
def test_small_parts_are_counted_together_and_the_next_smallest_with_them(counts, parts):
    assert shown(counts) == parts


def test_no_number_under_five_can_be_worked_out_from_a_whole():
    """For many wholes: what is left of the total is two parts or more, five people or more."""
    dice = random.Random(4)
    for _turn in range(2_000):
        counts = {str(n): dice.choice((0, 1, 2, 4, 5, 7, 30)) for n in range(dice.randint(1, 7))}
        if sum(counts.values()) < LEAST:
            continue
        hidden = hidden_parts(counts)
        assert all(count == 0 or count >= LEAST for key, count in counts.items() if key not in hidden)
        if hidden:
            assert len(hidden) >= 2
            assert sum(counts[key] for key in hidden) >= LEAST


def test_without_hiding_more_than_the_small_ones_a_number_could_be_worked_out():
    """The control: only what is small is left out, and the rest of the total tells it."""
    counts = {"a": 20, "b": 4, "c": 9}
    only_small = {key for key, count in counts.items() if count < LEAST}
    rest = sum(counts.values()) - sum(count for key, count in counts.items() if key not in only_small)
    assert (rest, hidden_parts(counts)) == (4, {"b", "c"})


def test_in_parts_that_overlap_few_who_lack_something_are_hidden_too():
    parts = overlapping_parts({"en": 38, "fr": 20, "de": 4, "sw": 1, "pt": 0, "es": 40}, 40)
    assert parts == [
        Part("en", None, nearly_all=True),
        Part("fr", 20),
        Part("es", 40),
        Part("", None, hides=2),
    ]


def person(number: int, **fields: object) -> Person:
    known = {
        "state": "confirmed",
        "actor": "research",
        "region": "155",
        "country": "AT",
        "languages": ("en",),
        "visibility": "listed",
        "registered_at": FIRST + timedelta(days=number),
    }
    return Person(**{**known, **fields})  # type: ignore[arg-type]  # the fields of a person


KEYS = {
    "state": ["applied", "confirmed"],
    "region": ["155", "202"],
    "actor": list(Actor.values),
    "visibility": ["listed", "protected"],
    "languages": ["en", "fr"],
}


def test_fewer_than_five_people_are_not_broken_down():
    assert numbers_of([person(n) for n in range(4)], KEYS, ZONE).by == {}
    assert numbers_of([person(n) for n in range(4)], KEYS, ZONE).total is None
    assert numbers_of([], KEYS, ZONE).total == 0


def test_what_is_hidden_in_one_table_cannot_be_read_in_another():
    """The next generation is a kind of actor and a table of its own: both hide it, or neither."""
    people = [person(n, actor="next_generation") for n in range(6)]
    people += [person(n, actor="other") for n in range(2)] + [person(n) for n in range(30)]
    by = numbers_of(people, KEYS, ZONE).by
    assert by["actor"] == [Part("research", 30), Part("", 8, hides=2)]
    assert by["next_generation"] == [Part("", 38, hides=2)]
    people += [person(n, actor="other") for n in range(3)]
    by = numbers_of(people, KEYS, ZONE).by
    assert by["next_generation"] == [Part("yes", 6), Part("no", 35)]


def test_each_step_over_time_is_at_least_five_people():
    dice = random.Random(2)
    for _turn in range(300):
        moments = [FIRST + timedelta(hours=dice.randint(0, 900)) for _ in range(dice.randint(0, 40))]
        counts = [0, *(count for _day, count in steps_of(moments, ZONE))]
        assert all(after - before >= LEAST for before, after in pairwise(counts))
        assert counts[-1] == (len(moments) if len(moments) >= LEAST else 0)


def test_days_are_those_of_the_academy():
    late = [datetime(2021, 12, 1, 23, 30, tzinfo=UTC)] * 5
    assert steps_of(late, ZONE) == [(date(2021, 12, 2), 5)]


def test_a_drawing_stays_inside_its_frame():
    steps = [(date(2021, 12, 1), 7), (date(2021, 12, 9), 31), (date(2022, 1, 8), 90)]
    drawn = curve_of(
        steps, width=340, height=200, days=[(day, "x") for day in spread_days(steps[0][0], steps[-1][0], 3)]
    )
    numbers = [float(number) for number in re.findall(r"[\d.]+", drawn.area)]
    assert max(numbers[::2]) <= 340
    assert max(numbers[1::2]) <= 200
    assert min(numbers) >= 0
    assert [tick.anchor for tick in drawn.days] == ["start", "middle", "end"]
    assert (share(3, 12), share(0, 12), share(None, 12), share(3, 0)) == ("25.00", "0", "0", "0")


@pytest.mark.parametrize(
    ("limit", "drawn_at", "end_at"), [(None, None, 26), (45, 26, 26), (90, 26, 98), (91, None, 26)]
)
def test_the_places_are_drawn_if_they_are_in_sight_and_the_curve_says_where_it_has_come(
    limit, drawn_at, end_at
):
    steps = [(date(2021, 12, 1), 7), (date(2022, 1, 8), 45)]
    drawn = curve_of(steps, width=340, height=200, days=[], limit=limit)
    assert (float(drawn.limit.at) if drawn.limit else None) == drawn_at
    assert drawn.end.words == "45"
    assert float(drawn.end.at) == end_at


@pytest.mark.parametrize("largest", [0, 1, 4, 5, 9, 10, 60, 390, 5_000])
def test_levels_are_few_and_round(largest):
    levels = levels_up_to(largest)
    assert levels[0] == 0
    assert len(levels) <= 5
    assert levels[-1] <= largest
    assert all(re.fullmatch(r"0|(1|2|4|5|10|15|20|3|6|8|[1-9]\d?)0*", str(level)) for level in levels)


def test_all_days_are_spread_evenly_and_each_is_there_once():
    assert spread_days(date(2022, 1, 1), date(2022, 1, 1), 3) == [date(2022, 1, 1)]
    assert spread_days(date(2022, 1, 1), date(2022, 1, 2), 4) == [date(2022, 1, 1), date(2022, 1, 2)]
    for first, second in combinations(spread_days(date(2022, 1, 1), date(2022, 1, 11), 6), 2):
        assert second > first


# --- The page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def crowd(edition, amara):
    for number in range(12):
        make_participant(make_user(f"crowd{number}"), edition, country="KE", actor="civil_society")
    for number in range(3):
        make_participant(
            make_user(f"few{number}"),
            edition,
            country="FJ",
            actor="other",
            visibility="protected",
            pseudonym=f"F{number}",
        )
    return edition


def test_the_page_says_its_numbers_in_words_and_names_no_small_part(crowd, client_of, amara):
    text = client_of(amara).get("/2022/people/numbers/").content.decode()
    main = text.split("<main")[1].split("</main")[0]
    assert "Sub-Saharan Africa" in main
    assert "Melanesia" not in main.split("number-cards")[1]
    assert main.count("<svg") >= 7
    assert "style=" not in main


def test_fewer_than_five_are_not_broken_down_on_the_page(crowd, client_of, amara):
    text = client_of(amara).get("/2022/people/numbers/?visibility=protected").content.decode()
    assert "Fewer than five people" in text
    assert "<svg" not in text.split("<main")[1].split("</main")[0]
    assert Participant.objects.filter(edition=crowd, visibility="protected").count() == 3


def test_the_numbers_cost_the_same_for_more_people(crowd, client_of, amara, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = client_of(amara)
    client.get("/2022/people/numbers/")
    with CaptureQueriesContext(connection) as before:
        client.get("/2022/people/numbers/")
    for number in range(9):
        make_participant(make_user(f"more{number}"), crowd, country="BR")
    with django_assert_num_queries(len(before)):
        client.get("/2022/people/numbers/")
