"""What search engines are told: events that take place online, with offsets, and no way out of the block."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from django.utils import translation
from hypothesis import given, settings

from programme.entries import entries_of
from programme.people import Shown
from programme.structured import MANY, edition_card, edition_event, session_card, session_event, shortened
from programme.templatetags.structured import structured_data
from tests.programme.contents import AWKWARD, BASE, TO, at, awkward, content_of, contents, node

ONLINE = "https://schema.org/OnlineEventAttendanceMode"


def events_within(value):
    """The event itself and every event that it names."""
    if isinstance(value, list):
        return [found for one in value for found in events_within(one)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("@type") == "Event" else []
    return own + [found for one in value.values() for found in events_within(one)]


def insist_on_events(value):
    """What schema.org and the search engines ask of an event."""
    for event in events_within(value):
        assert event["name"]
        assert event["startDate"]
        assert event["url"] == event["@id"]
        if "T" in event["startDate"]:
            assert datetime.fromisoformat(event["startDate"]).utcoffset() is not None
        if "endDate" in event and "eventStatus" in event:
            assert (event["eventAttendanceMode"], event["location"]["@type"]) == (ONLINE, "VirtualLocation")


def test_the_edition_is_an_event_with_its_sessions():
    content = content_of(
        [
            node("talk", language="en", interpretation=["fr"], **at("2022-02-01T11:30")),
            node("pause", kind="break"),
        ]
    )
    value = edition_event(content, TO)
    assert (value["@context"], value["@type"], value["eventAttendanceMode"]) == (
        "https://schema.org",
        "Event",
        ONLINE,
    )
    assert (value["startDate"], value["endDate"]) == (
        "2022-02-01T11:30:00+01:00",
        "2022-02-01T12:30:00+01:00",
    )
    assert value["inLanguage"] == ["en", "fr"]
    assert [part["@id"] for part in value["subEvent"]] == [f"{BASE}talk/"]


def test_a_long_programme_is_told_by_its_days():
    content = content_of([node(f"talk-{n}", **at("2022-02-01T11:30")) for n in range(MANY + 1)], [])
    assert [part["url"] for part in edition_event(content, TO)["subEvent"]] == [
        f"{BASE}?day=2022-02-01",
        f"{BASE}?day=2022-02-02",
    ]


def test_a_session_belongs_to_the_academy_and_a_part_to_its_session():
    people = [{"role": "speaker", "participant": "p"}, {"role": "speaker", "participant": "hidden"},
              {"role": "interpreter", "guest": "Ada", "affiliation": ""}]  # fmt: skip
    part = node("part", kind="panel", people=people)
    content = content_of([node("talk", children=[part], language="en", **at("2022-02-01T11:30"))])
    whole, inner = (
        session_event(entry, content, {"p": Shown("Kingfisher", "")}, TO) for entry in entries_of(content)
    )
    assert (whole["superEvent"]["@id"], [e["@id"] for e in whole["subEvent"]]) == (BASE, [f"{BASE}part/"])
    assert (inner["superEvent"]["@id"], inner["inLanguage"]) == (f"{BASE}talk/", ["en"])
    assert inner["performer"] == [{"@type": "Person", "name": "Kingfisher"}]


@settings(max_examples=40, deadline=None)
@given(content=contents())
def test_any_programme_makes_events(content):
    for value in (
        edition_event(content, TO),
        *(session_event(e, content, {}, TO) for e in entries_of(content)[:5]),
    ):
        insist_on_events(value)


def test_the_awkward_programme_makes_events():
    content = awkward()
    insist_on_events(edition_event(content, TO))


@pytest.mark.parametrize("text", [text for text in AWKWARD if text != "\ud83d"])
def test_no_text_breaks_out_of_the_block(text):
    block = structured_data({"name": text})
    inside = re.fullmatch(r'<script type="application/ld\+json">([^<>&]*)</script>', str(block))
    assert inside
    assert json.loads(inside[1]) == {"name": text}


def test_cards_say_the_page_in_a_line():
    content = content_of(
        [node("talk", title="Talk", description="Long words " * 40, **at("2022-02-01T11:30"))]
    )
    card = session_card(entries_of(content)[0], content, TO)
    assert (card.title, card.url, card.site) == ("Talk", f"{BASE}talk/", "Academy")
    assert len(card.description) <= 200
    assert card.description.endswith((" words…", " Long…"))
    assert edition_card(content, "What\nfor", TO).description == "What for"
    assert shortened("x" * 500) == "x" * 199 + "…"


def test_a_card_says_its_language_as_open_graph_writes_it():
    with translation.override("en-gb"):
        assert edition_card(awkward(), "What for", TO).locale == "en_GB"
