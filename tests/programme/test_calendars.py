"""Calendars: two programs that we did not write read from them what the release says, to the second."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from icalendar import Calendar

from bin.frontend import node_folder
from programme.calendar_history import follow
from programme.calendar_zone import changes, rules_of
from programme.calendars import Subject, calendar_of, events_for, events_of, with_lost
from programme.cleaning import one_line
from programme.entries import entries_of
from programme.filtering import Filters, sift
from tests.programme.contents import AWKWARD, TO, at, autumn, awkward, content_of, contents, identified, node

HERE = Path(__file__).parent
FIRST = datetime(2021, 11, 9, 12, tzinfo=UTC)
ZONES = ["Europe/Vienna", "Pacific/Auckland", "America/Lima", "Asia/Kathmandu", "Europe/Dublin", "Africa/Casablanca",
         "Australia/Lord_Howe", "America/St_Johns", "UTC"]  # fmt: skip

# All that an event of ours may say.
PROPERTIES = {
    "categories", "color", "conference", "description", "dtend", "dtstamp", "dtstart", "last-modified", "location",
    "sequence", "status", "summary", "transp", "uid", "url",
}  # fmt: skip


def subject(zone="Europe/Vienna", name="Academy"):
    return Subject(
        name, "https://academy.example/calendar.ics", ZoneInfo(zone), date(2022, 2, 1), date(2022, 2, 8)
    )


def history_of(*contents):
    """The traces after these releases, a day apart."""
    traces, before = {}, None
    for number, content in enumerate(contents):
        traces = follow(traces, before, content, FIRST + timedelta(days=number))
        before = content
    return traces


def file_of(*contents, entries=None, name="Academy"):
    """The calendar after these releases."""
    traces, content = history_of(*contents), contents[-1]
    entries = events_of(with_lost(content, traces), traces) if entries is None else entries
    return calendar_of(subject(content["edition"]["time_zone"], name), entries, content, traces, TO)


def by_javascript(file):
    """What ical.js reads."""
    program = [str(node_folder() / "node"), str(HERE / "read_calendar.mjs")]
    run = subprocess.run(program, input=file, capture_output=True, check=True, timeout=60)
    return json.loads(run.stdout)


def by_python(file):
    """{uid: (starts, ends)} as the icalendar package reads it, by the zone's rules that stand in the file itself."""
    calendar = Calendar.from_ical(file)
    zones = {zone.tz_name: zone.to_tz(lookup_tzid=False) for zone in calendar.timezones}

    def instant(event, key):
        if key not in event:
            return None
        value = event[key].dt
        if not isinstance(value, datetime):
            return value.isoformat()
        if tzid := event[key].params.get("TZID"):
            value = value.replace(tzinfo=zones[tzid])
        return value.astimezone(UTC)

    return {
        str(event["uid"]): (instant(event, "dtstart"), instant(event, "dtend")) for event in calendar.events
    }


def from_javascript(text):
    return text if text is None or len(text) == 10 else datetime.fromisoformat(text)


def said(content):
    """{uid: (starts, ends)} as the release says it, for what is an event in a calendar of the whole."""
    return {
        f"{entry.id}@2022": (entry.starts, entry.ends)
        if entry.starts
        else (entry.date.isoformat(), (entry.date + timedelta(days=1)).isoformat())
        for entry in entries_of(content)
        if entry.has_own_time
    }


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("made", [awkward, autumn])
def test_both_readers_find_the_moments_of_the_release(made, zone):
    content = made(zone)
    file = file_of(content)
    script = {
        e["uid"]: (from_javascript(e["starts"]), from_javascript(e["ends"]))
        for e in by_javascript(file)["events"]
    }
    assert script == said(content)
    assert by_python(file) == said(content)


def test_both_readers_find_the_2022_edition(edition):
    content = edition.releases.get(number=1).content
    file = file_of(content)
    script = by_javascript(file)
    assert len(script["events"]) == 27
    assert {
        e["uid"]: (from_javascript(e["starts"]), from_javascript(e["ends"])) for e in script["events"]
    } == said(content)
    assert by_python(file) == said(content)


@settings(max_examples=40, deadline=None)
@given(content=contents())
def test_any_programme_is_read_back_to_the_moment(content):
    assert by_python(file_of(content)) == said(content)


def test_no_text_becomes_anything_but_text():
    content = awkward()
    file = file_of(content, name="Name\r\nMETHOD:CANCEL")
    script = by_javascript(file)
    assert script["parts"] == ["vtimezone", *["vevent"] * len(said(content))]
    assert script["name"] == "Name METHOD:CANCEL"
    titles = {f"{entry.id}@2022": entry.full_title for entry in entries_of(content)}
    for event in script["events"]:
        assert (set(event["properties"]) - PROPERTIES, event["parts"]) == (set(), [])
        assert len(event["properties"]) == len(set(event["properties"]))
        assert event["summary"] == titles[event["uid"]]
    assert {str(e["uid"]): str(e["summary"]) for e in Calendar.from_ical(file).events} == {
        uid: titles[uid] for uid in said(content)
    }


def test_the_file_is_made_of_lines_as_the_standard_wants_them():
    file = file_of(awkward())
    lines = file.split(b"\r\n")
    assert lines[-1] == b""
    assert [line for line in lines if b"\n" in line or b"\r" in line or len(line) > 75] == []
    text = file.replace(b"\r\n ", b"").decode()
    assert re.findall("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text) == []
    for needed in (
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        "NAME:Academy",
        "X-WR-CALNAME:Academy",
        "X-WR-TIMEZONE:Europe/Vienna",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "SOURCE;VALUE=URI:https://academy.example/calendar.ics",
    ):
        assert text.split("\r\n").count(needed) == 1


@pytest.mark.parametrize("text", AWKWARD)
def test_a_line_holds_no_other_line(text):
    assert len(one_line(text).splitlines()) <= 1


# --- What is an event ------------------------------------------------------------------------------------------------


def test_parts_become_events_only_when_they_are_asked_for():
    group = node("group", kind="group", title="Group 1")
    content = content_of(
        [node("workshop", kind="workshop", title="Workshop", children=[group], **at("2022-02-01T10:00"))]
    )
    traces = history_of(content)
    assert [entry.slug for entry in events_of(content, traces)] == ["workshop"]
    asked = sift(content, Filters(kind="group"), zone=ZoneInfo("Europe/Vienna"), people={})
    assert [entry.full_title for entry in events_of(asked, traces)] == ["Workshop: Group 1"]
    mine = events_for(content, traces, frozenset({identified("group")}))
    assert [entry.full_title for entry in mine] == ["Workshop: Group 1"]
    assert by_python(file_of(content, entries=mine)) == {
        f"{identified('group')}@2022": (
            datetime(2022, 2, 1, 9, tzinfo=UTC),
            datetime(2022, 2, 1, 10, tzinfo=UTC),
        )
    }


def test_the_room_is_the_page_of_the_link_and_only_where_people_meet():
    group = node("group", kind="group")
    content = content_of(
        [
            node("talk", **at("2022-02-01T10:00")),
            node("pause", kind="break", **at("2022-02-01T11:00")),
            node("workshop", kind="workshop", children=[group], **at("2022-02-01T12:00")),
        ]
    )
    rooms = [event["conference"] for event in by_javascript(file_of(content))["events"]]
    assert rooms == [["VIDEO", "https://academy.example/2022/programme/talk/join/"], None, None]
    assert b"CONFERENCE;FEATURE=VIDEO;LABEL=How to join;VALUE=URI:" in file_of(content).replace(b"\r\n ", b"")


def test_a_participant_is_never_named():
    person = {"role": "speaker", "participant": "11111111-1111-4111-8111-111111111111"}
    content = content_of([node("talk", people=[person], **at("2022-02-01T10:00"))])
    assert b"11111111" not in file_of(content)


def test_a_calendar_without_sessions_still_is_one():
    content = content_of([])
    assert by_javascript(file_of(content)) == {"name": "Academy", "parts": ["vtimezone"], "events": []}


# --- From release to release -----------------------------------------------------------------------------------------


def release_with(**facts):
    return content_of(
        [node("talk", **{**at("2022-02-01T10:00"), **facts}), node("other", **at("2022-02-01T12:00"))]
    )


MOVED = release_with(**at("2022-02-01T10:30"))
RETITLED = release_with(title="Another talk")
REWORDED = release_with(description="More words.")
WITHOUT = content_of([node("other", **at("2022-02-01T12:00"))])


@pytest.mark.parametrize(
    ("releases", "sequence", "changed", "is_lost"),
    [
        ([release_with()], 0, 0, False),
        ([release_with(), release_with()], 0, 0, False),
        ([release_with(), REWORDED], 0, 1, False),
        ([release_with(), MOVED], 1, 1, False),
        ([release_with(), RETITLED], 1, 1, False),
        ([release_with(), MOVED, MOVED, release_with()], 2, 3, False),
        ([release_with(), WITHOUT], 1, 1, True),
        ([release_with(), WITHOUT, WITHOUT], 1, 1, True),
        ([release_with(), WITHOUT, release_with()], 2, 2, False),
        ([WITHOUT, release_with()], 0, 1, False),
    ],
)
def test_the_sequence_counts_the_releases_that_moved_it(releases, sequence, changed, is_lost):
    traces = history_of(*releases)
    trace = traces[identified("talk")]
    assert (trace.uid, trace.sequence) == (f"{identified('talk')}@2022", sequence)
    assert trace.changed_at == FIRST + timedelta(days=changed)
    assert (trace.lost is not None) is is_lost
    assert (traces[identified("other")].sequence, traces[identified("other")].changed_at) == (0, FIRST)


def test_the_identity_stays_when_the_editions_address_changes():
    moved = {**release_with(), "edition": {**release_with()["edition"], "slug": "2023"}}
    assert history_of(release_with(), moved)[identified("talk")].uid == f"{identified('talk')}@2022"


def test_a_cancelled_session_stays_in_the_calendar_as_cancelled():
    events = {e["summary"]: e for e in by_javascript(file_of(release_with(), WITHOUT))["events"]}
    gone = events["Talk"]
    assert (gone["status"], gone["sequence"], gone["starts"]) == ("CANCELLED", 1, "2022-02-01T09:00:00.000Z")
    assert (gone["url"], gone["conference"]) == (None, None)
    assert events["Other"]["status"] == "CONFIRMED"


def test_a_cancelled_session_is_found_by_the_filters_that_found_it():
    before = release_with(strand="drivers")
    traces = history_of(before, WITHOUT)
    content = sift(
        with_lost(WITHOUT, traces), Filters(strand="drivers"), zone=ZoneInfo("Europe/Vienna"), people={}
    )
    assert [(entry.slug, bool(traces[entry.id].lost)) for entry in events_of(content, traces)] == [
        ("talk", True)
    ]


# --- Zones -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
def test_the_rules_of_a_zone_tell_every_change_in_the_time_before_it(zone):
    there = ZoneInfo(zone)
    told = []
    for part in rules_of(zone, 2022, 2022).subcomponents:
        rdates = part["rdate"].dts if "rdate" in part else []
        starts = (part.DTSTART, *(value.dt for value in rdates))
        told += [(local - part.TZOFFSETFROM, part.TZOFFSETTO) for local in starts]
    found = [
        datetime(2021, 1, 1, tzinfo=UTC),
        *changes(there, datetime(2021, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC)),
    ]
    assert sorted(told) == [
        (moment.replace(tzinfo=None), moment.astimezone(there).utcoffset()) for moment in found
    ]


def test_times_that_a_clock_shows_twice_are_written_in_utc():
    """ical.js takes 02:30 of that night for the second, the icalendar package for the first."""
    lines = file_of(autumn()).decode().split("\r\n")
    assert [line for line in lines if line.startswith("DTSTART") and "20221030" in line] == [
        "DTSTART:20221030T003000Z",
        "DTSTART:20221030T013000Z",
        "DTSTART;TZID=Europe/Vienna:20221030T013000",
    ]
