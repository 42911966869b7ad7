"""Filters: an address narrows the programme to what it names, and to nothing else."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from programme.filtering import Filters, NoSuchFilter, choices_of, sift
from programme.people import Shown
from tests.programme.contents import all_nodes, at, content_of, contents, identified, node

VIENNA = ZoneInfo("Europe/Vienna")
GUEST = {"role": "speaker", "guest": "Zoë Ädams", "affiliation": "City of Łódź", "biography": ""}
MEMBER = {"role": "moderator", "participant": "p-1"}


@pytest.fixture
def content():
    group = node("group-1", kind="group", title="Group 1", people=[MEMBER])
    other = node("group-2", kind="group", title="Group 2")
    workshop = {
        "number": 1,
        "title": "",
        "aim": "",
        "parts": [{"letter": "A", "title": "", "questions": ["Who pays?"]}],
    }
    return content_of(
        [
            node("opening", kind="ceremony", strand="drivers", language="en", **at("2022-02-01T11:30")),
            node("panel", kind="panel", people=[GUEST], language="en", interpretation=["fr"], **at("2022-02-01T13:00")),
            node("late", kind="closing", **at("2022-02-01T23:30")),
        ],
        [
            node("workshop", kind="workshop", strand="tools", workshop=workshop, children=[group, other],
                 **at("2022-02-02T10:00")),
            node("untimed", kind="conference", title="Budget conference"),
        ],
    )  # fmt: skip


def found(content, people=None, zone=VIENNA, own=(), starred=(), **query):
    """The addresses of what is left, a frame in brackets."""
    filters = Filters.parse(query, content)
    own, starred = frozenset(map(identified, own)), frozenset(map(identified, starred))
    left = sift(content, filters, zone=zone, people=people or {}, own=own, starred=starred)
    return [f"({one['slug']})" if one.get("is_frame") else one["slug"] for one in all_nodes(left)]


@pytest.mark.parametrize(
    ("query", "left"),
    [
        ({"strand": "drivers"}, ["opening"]),
        ({"strand": "tools"}, ["workshop", "group-1", "group-2"]),
        ({"kind": "panel"}, ["panel"]),
        ({"kind": "group"}, ["(workshop)", "group-1", "group-2"]),
        ({"language": "EN"}, ["opening", "panel"]),
        ({"language": "fr"}, ["panel"]),
        ({"language": "de"}, []),
        ({"person": "zoe adams"}, ["panel"]),
        ({"person": "Zoë"}, []),
        ({"q": "city zoe"}, ["panel"]),
        ({"q": "budget"}, ["untimed"]),
        ({"q": "who PAYS"}, ["workshop", "group-1", "group-2"]),
        ({"q": "pays nobody"}, []),
        ({"day": "2022-02-01"}, ["opening", "panel", "late"]),
        ({"day": "2022-02-02"}, ["workshop", "group-1", "group-2", "untimed"]),
        ({"show": "workshops"}, ["workshop", "group-1", "group-2"]),
        ({"show": "plenaries"}, ["opening", "late", "untimed"]),
        ({"show": "interpretation"}, ["panel"]),
        ({"show": "mine"}, ["(workshop)", "group-2"]),
        ({"show": "starred"}, ["opening"]),
        ({"day": "2022-02-01", "language": "en", "kind": "panel"}, ["panel"]),
        ({"tz": "Asia/Dhaka", "times": "mine"}, None),
    ],
)
def test_an_address_narrows_to_what_it_names(content, query, left):
    everything = [one["slug"] for one in all_nodes(content)]
    assert found(content, own=["group-2"], starred=["opening"], **query) == (
        everything if left is None else left
    )


@pytest.mark.parametrize(
    "query",
    [
        {"day": "tomorrow"}, {"day": "2022-02-30"}, {"day": "20220201"}, {"day": "2022-02-05"}, {"strand": "none"},
        {"kind": "party"}, {"language": "klingon!"}, {"language": "e"}, {"show": "everything"}, {"q": "x" * 201},
        {"q": "a\x00b"}, {"person": "\u202eada"}, {"strand": "drivers\x07"},
    ],
)  # fmt: skip
def test_what_cannot_be_asked_for_is_refused_in_words(content, query):
    with pytest.raises(NoSuchFilter) as refusal:
        found(content, **query)
    assert (refusal.value.status, str(refusal.value).endswith(".")) == (404, True)


def test_a_day_is_that_of_the_zone(content):
    assert found(content, zone=ZoneInfo("Asia/Tokyo"), day="2022-02-02") == [
        "late",
        "workshop",
        "group-1",
        "group-2",
        "untimed",
    ]


def test_somebody_is_found_by_the_name_that_is_shown_and_by_no_other(content):
    shown = {"p-1": Shown("Kingfisher", "")}
    assert found(content, people=shown, person="Kingfisher") == ["(workshop)", "group-1"]
    assert found(content, people=shown, q="kingfisher") == ["(workshop)", "group-1"]
    assert found(content, people={}, person="Kingfisher") == []


def test_filters_say_the_query_that_asks_for_the_same(content):
    filters = Filters.parse({"q": "a & b", "day": "2022-02-01", "other": "x", "show": ""}, content)
    assert (str(filters), bool(filters), filters.day) == ("day=2022-02-01&q=a+%26+b", True, date(2022, 2, 1))
    assert (str(Filters()), bool(Filters())) == ("", False)


def test_choices_offer_only_what_finds_something(content):
    choices = choices_of(content, {"p-1": Shown("Kingfisher", "")})
    assert choices.languages == ["en", "fr"]
    assert choices.people == ["Kingfisher", "Zoë Ädams"]
    assert choices.kinds == ["ceremony", "panel", "workshop", "group", "closing", "conference"]
    assert [strand["slug"] for strand in choices.strands] == ["drivers", "tools"]
    assert choices.days == [date(2022, 2, 1), date(2022, 2, 2)]
    assert choices.has_interpretation is True


@settings(max_examples=60, deadline=None)
@given(content=contents(), kind=st.sampled_from(["panel", "group", "workshop", "break"]))
def test_every_session_of_a_kind_is_found_once_and_nothing_else_stands_alone(content, kind):
    left = sift(content, Filters(kind=kind), zone=VIENNA, people={})
    named = [one["id"] for one in all_nodes(left) if one["kind"] == kind]
    assert sorted(named) == sorted(one["id"] for one in all_nodes(content) if one["kind"] == kind)
    assert all(day["sessions"] for day in left["days"])
    for frame in (one for one in all_nodes(left) if one.get("is_frame")):
        assert kind in {one["kind"] for one in all_nodes({"days": [{"sessions": frame["children"]}]})}
