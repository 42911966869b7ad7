"""schedule.json and schedule.xml keep every rule of their formats, whatever the programme holds."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings

from programme.cleaning import clean, one_line
from programme.entries import entries_of
from programme.exchange import acronym_of, numbers_of, schedule_of
from programme.exchange_json import schedule_json
from programme.exchange_xml import schedule_xml
from programme.people import Shown
from tests.programme.contents import TO, at, awkward, content_of, contents, identified, node
from tests.programme.frab_rules import faults_of_json, faults_of_xml, moment

RELEASE = SimpleNamespace(number=3, label="version: 9 November 2021")

TEXTS = (
    "room", "title", "subtitle", "type", "date", "start", "duration", "abstract", "slug", "track", "language",
    "description",
)  # fmt: skip


def files_of(content, shown=None):
    schedule = schedule_of(RELEASE, content, shown or {}, TO)
    return schedule_json(schedule), schedule_xml(schedule)


def events_in(file):
    days = json.loads(file)["schedule"]["conference"]["days"]
    return [event for day in days for room in day["rooms"].values() for event in room]


def test_the_2022_edition_keeps_every_rule(edition):
    content = edition.releases.get(number=1).content
    as_json, as_xml = files_of(content)
    assert (faults_of_json(as_json), faults_of_xml(as_xml)) == ([], [])
    conference = json.loads(as_json)["schedule"]["conference"]
    assert (conference["acronym"], conference["daysCount"], conference["timeslot_duration"]) == (
        "academy_2022",
        6,
        "00:15",
    )
    # Twenty-six timed sessions, six groups, three workshops and three roundtables side by side.
    assert len(events_in(as_json)) == 38
    said = {entry.id: entry.starts for entry in entries_of(content)}
    assert {event["guid"]: moment(event["date"]) for event in events_in(as_json)} == {
        event["guid"]: said[event["guid"]] for event in events_in(as_json)
    }


def test_an_awkward_programme_keeps_every_rule():
    as_json, as_xml = files_of(awkward())
    assert (faults_of_json(as_json), faults_of_xml(as_xml)) == ([], [])


@settings(max_examples=80, deadline=None)
@given(content=contents())
def test_any_programme_keeps_every_rule(content):
    as_json, as_xml = files_of(content)
    assert (faults_of_json(as_json), faults_of_xml(as_xml)) == ([], [])


@settings(max_examples=40, deadline=None)
@given(content=contents())
def test_both_forms_say_the_same(content):
    as_json, as_xml = files_of(content)
    from_json = [[event["guid"], *(event[name] for name in TEXTS)] for event in events_in(as_json)]
    from_xml = [
        [event.get("guid"), *(event.findtext(name) for name in TEXTS)]
        for event in ET.fromstring(as_xml).findall("day/room/event")
    ]
    assert from_xml == from_json


@settings(max_examples=40, deadline=None)
@given(content=contents())
def test_nothing_with_a_time_of_its_own_is_lost_or_doubled(content):
    timed = [
        entry.id
        for entry in entries_of(content)
        if entry.starts and (entry.has_own_time or entry.is_parallel)
    ]
    assert sorted(event["guid"] for event in events_in(files_of(content)[0])) == sorted(timed)


def test_parallel_groups_have_rooms_of_their_own_and_a_long_evening_stays_one():
    content = awkward()
    rooms = {event["guid"]: event["room"] for event in events_in(files_of(content)[0])}
    assert [rooms[identified(f"group-{n}")] for n in range(5)] == [f"Parallel room {n}" for n in range(2, 7)]
    assert (rooms[identified("deep")], rooms[identified("overlap")]) == ("Plenary", "Plenary 2")
    assert (rooms[identified("panel-b")], identified("panel-a") in rooms, identified("untimed") in rooms) == (
        "Parts",
        False,
        False,
    )
    days = json.loads(files_of(content)[0])["schedule"]["conference"]["days"]
    night = next(event for event in events_in(files_of(content)[0]) if event["guid"] == identified("night"))
    assert (days[1]["day_start"], night["date"], night["duration"]) == (
        "2022-03-26T23:30:00+01:00",
        "2022-03-26T23:30:00+01:00",
        "04:00",
    )


def test_texts_arrive_as_they_were_written():
    content = awkward()
    events = {event["guid"]: event for event in events_in(files_of(content)[0])}
    for entry in entries_of(content):
        if entry.id in events:
            assert events[entry.id]["title"] == one_line(entry.node["title"])
            assert events[entry.id]["abstract"] == clean(entry.node["description"]).strip()


def test_people_appear_as_they_may_be_shown_and_once():
    people = [
        {"role": "speaker", "participant": "p-1"},
        {"role": "moderator", "participant": "p-1"},
        {"role": "speaker", "participant": "hidden"},
        {"role": "speaker", "guest": "Ada", "affiliation": "", "biography": "Wrote programs."},
        {"role": "host", "guest": "Bo", "affiliation": ""},
    ]
    content = content_of([node("talk", people=people, **at("2022-02-01T10:00"))])
    as_json, as_xml = files_of(content, {"p-1": Shown("Kingfisher", "")})
    assert events_in(as_json)[0]["persons"] == [
        {"name": "Kingfisher"},
        {"name": "Ada", "biography": "Wrote programs."},
        {"name": "Bo"},
    ]
    assert [p.text for p in ET.fromstring(as_xml).iter("person")] == ["Kingfisher", "Ada", "Bo"]


@pytest.mark.parametrize("slug", ["2022", "a", "A-b", "x" * 32, "-", "Über"])
def test_any_edition_has_a_short_name_that_the_format_allows(slug):
    assert re.fullmatch(r"[a-z0-9_-][a-z0-9_]{3,}(-2[0-9]{3}-[a-z]+)?", acronym_of(slug))


def test_numbers_stay_the_same_and_are_different():
    clash = [f"00000000-0000-4000-8000-{number:012x}" for number in (5, 5 + 2**31 - 1, 6)]
    numbers = numbers_of(clash)
    assert len(set(numbers.values())) == 3
    assert all(0 < number < 2**31 for number in numbers.values())
    alone = identified("talk")
    assert numbers_of([alone]) == {alone: numbers_of([alone, identified("other")])[alone]}


# --- The rules bite --------------------------------------------------------------------------------------------------

WRONG = [
    (lambda c: c.update(extra=1), "conference: extra is not allowed"),
    (lambda c: c.pop("acronym") and c.update(acronym="A"), "acronym"),
    (lambda c: c.update(daysCount=9), "daysCount"),
    (lambda c: c["days"][0].update(index=2), "index"),
    (lambda c: c["days"][0].update(day_start="2022-02-01"), "day_start"),
    (lambda c: first_of(c).update(slug="Ends-"), "event slug"),
    (lambda c: first_of(c).update(id=0), "event id"),
    (lambda c: first_of(c).update(date="2022-02-01T11:30:00"), "event date"),
    (lambda c: first_of(c).update(start="11:31"), "event start"),
    (lambda c: first_of(c).update(duration="90"), "event duration"),
    (lambda c: first_of(c).update(extra=""), "event: extra is not allowed"),
    (lambda c: first_of(c).pop("abstract"), "event: abstract is missing"),
    (lambda c: first_of(c).update(persons=[{"id": 1}]), "person"),
    (lambda c: second_of(c).update(id=first_of(c)["id"]), "id is not unique"),
    (
        lambda c: second_of(c).update(date=first_of(c)["date"], start=first_of(c)["start"]),
        "two things at once in Plenary",
    ),
]


def first_of(conference):
    return conference["days"][0]["rooms"]["Plenary"][0]


def second_of(conference):
    return conference["days"][0]["rooms"]["Plenary"][1]


@pytest.mark.parametrize(("spoil", "fault"), WRONG, ids=[fault for _spoil, fault in WRONG])
def test_the_rules_find_what_breaks_them(spoil, fault):
    content = content_of([node("one", **at("2022-02-01T10:00")), node("two", **at("2022-02-01T12:00"))])
    value = json.loads(files_of(content)[0])
    assert faults_of_json(json.dumps(value).encode()) == []
    spoil(value["schedule"]["conference"])
    assert fault in faults_of_json(json.dumps(value).encode())


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("<version>", "<version/><version>", "order"),
        ('index="1"', 'index="0"', "index"),
        ("<duration>01:00", "<duration>100:00", "event duration"),
        ("<abstract />", "", "event holds"),
        ("<title>One", "<title>x</title><title>One", "event holds each once"),
        ("</schedule>", "", "no XML"),
    ],
)
def test_the_rules_of_the_other_form_find_what_breaks_them(old, new, fault):
    content = content_of([node("one", **at("2022-02-01T10:00"))])
    file = files_of(content)[1].decode()
    assert faults_of_xml(file.encode()) == []
    assert any(found.startswith(fault) for found in faults_of_xml(file.replace(old, new, 1).encode()))
