"""What changed between two versions of a programme."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.word_changes import Segment
from programme.comparing import FactChange, applied, compare
from programme.releases import programme_content

TEXT = st.text("ab \n…é", max_size=8)
MOMENT = st.sampled_from([None, "2022-02-01T10:00:00+00:00", "2022-02-01T11:00:00+00:00"])
PERSON = st.one_of(
    st.fixed_dictionaries({"role": st.just("speaker"), "participant": st.sampled_from("pq")}),
    st.fixed_dictionaries({"role": st.just("host"), "guest": TEXT, "affiliation": TEXT}),
)
WORKSHOP = st.fixed_dictionaries(
    {
        "number": st.integers(1, 3),
        "title": TEXT,
        "aim": TEXT,
        "parts": st.lists(
            st.fixed_dictionaries(
                {"letter": st.sampled_from("AB"), "title": TEXT, "questions": st.lists(TEXT)}
            ),
            max_size=2,
            unique_by=lambda part: part["letter"],
        ),
    }
)


def session_of(key: str) -> st.SearchStrategy[dict[str, Any]]:
    """A session without parts; what newer releases hold may be missing, as in old ones."""
    return st.fixed_dictionaries(
        {
            "id": st.just(key),
            "slug": st.just(f"session-{key}"),
            "kind": st.sampled_from(["panel", "workshop"]),
            "title": TEXT,
            "subtitle": TEXT,
            "description": TEXT,
            "footnote": TEXT,
            "hosts": TEXT,
            "points": st.lists(TEXT, max_size=2),
            "minutes": st.one_of(st.none(), st.integers(5, 90)),
            "strand": st.sampled_from([None, "s", "t"]),
            "starts": MOMENT,
            "ends": MOMENT,
            "people": st.lists(PERSON, max_size=2),
        },
        optional={
            "language": st.sampled_from(["", "en"]),
            "interpretation": st.lists(st.sampled_from(["fr", "es"]), unique=True),
            "materials": st.lists(
                st.fixed_dictionaries({"id": TEXT, "title": TEXT, "url": TEXT}), max_size=2
            ),
            "workshop": WORKSHOP,
        },
    )


@st.composite
def contents(draw: st.DrawFn) -> dict[str, Any]:
    """A programme of up to three days and five sessions, nested anyhow."""
    days = draw(st.lists(st.sampled_from(["day-1", "day-2", "day-3"]), min_size=1, max_size=3, unique=True))
    content: dict[str, Any] = {
        "edition": {"slug": "x", "title": draw(TEXT)},
        "strands": [
            {"slug": slug, "title": draw(TEXT)} for slug in draw(st.lists(st.sampled_from("st"), unique=True))
        ],
        "days": [{"slug": slug, "date": "2022-02-01", "title": draw(TEXT), "sessions": []} for slug in days],
    }
    places = [day["sessions"] for day in content["days"]]
    for key in draw(st.permutations("abcde"))[: draw(st.integers(0, 5))]:
        made = {**draw(session_of(key)), "children": []}
        draw(st.sampled_from(places)).append(made)
        places.append(made["children"])
    return content


@given(contents())
def test_a_version_compared_with_itself_is_empty(content):
    assert not compare(content, copy.deepcopy(content))


@given(contents(), contents())
def test_the_changes_applied_to_the_old_version_give_the_new_one(old, new):
    comparison = compare(old, new)
    assert applied(old, comparison) == new
    assert bool(comparison) is (old != new)


@pytest.fixture
def content(edition):
    return programme_content(edition)


def at(content: dict[str, Any], slug: str) -> dict[str, Any]:
    return next(item for day in content["days"] for item in day["sessions"] if item["slug"] == slug)


def test_each_kind_of_change_is_named_and_counted(content):
    new = copy.deepcopy(content)
    opening, plenary, workshop = (at(new, f"day-1-{name}") for name in ("opening", "plenary-a", "workshop-1"))
    opening["starts"] = "2022-02-01T10:15:00+00:00"
    plenary["title"] = "Plenary session One"
    plenary["people"] = [{"role": "speaker", "guest": "Ada Example", "affiliation": "", "biography": ""}]
    workshop["workshop"]["parts"][0]["questions"][0] += " And why?"
    workshop["interpretation"] = ["fr"]
    gone = new["days"][0]["sessions"].pop()
    new["days"][5]["sessions"].append({**gone, "id": "another", "slug": "another"})
    comparison = compare(content, new)
    assert comparison.counts == {
        "new": 1, "cancelled": 1, "moved": 1, "retitled": 1, "people": 1, "reworded": 1, "other": 1,
    }  # fmt: skip
    changed = {change.session["slug"]: change for change in comparison.sessions}
    assert changed["day-1-opening"].is_moved
    assert changed["day-1-plenary-a"].texts[0].segments == [
        Segment("same", "Plenary session "),
        Segment("deleted", "A"),
        Segment("inserted", "One"),
    ]
    assert [person["guest"] for person in changed["day-1-plenary-a"].came] == ["Ada Example"]
    assert [text.name for text in changed["day-1-workshop-1"].reworded] == ["Part A"]
    assert changed["day-1-workshop-1"].facts == [FactChange("interpretation", [], ["fr"])]
    assert changed["another"].what == "new"
    assert changed[gone["slug"]].what == "cancelled"


def test_a_session_on_another_day_is_moved_and_not_new(content):
    new = copy.deepcopy(content)
    moved = new["days"][0]["sessions"].pop()
    new["days"][1]["sessions"].append(moved)
    comparison = compare(content, new)
    assert next((change.what, change.is_moved) for change in comparison.sessions) == ("changed", True)
    assert comparison.counts["new"] == comparison.counts["cancelled"] == 0


def test_what_an_old_release_did_not_know_yet_is_no_change_of_a_fact(content):
    old = copy.deepcopy(content)
    for day in old["days"]:
        for item in day["sessions"]:
            for name in ("language", "interpretation", "materials"):
                item.pop(name)
    assert [change for change in compare(old, content).sessions if change.is_seen] == []
