"""Clashes are warnings about what probably is a mistake; each has a control that looks alike and is none."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from programme.clashes import Clash, clashes
from programme.editing import add_session
from programme.guests import cast_guest, cast_participant
from programme.models import Session
from programme.releases import programme_content
from programme.views.at_desk import listed, warnings_of

VIENNA = ZoneInfo("Europe/Vienna")


def clock(text):
    """A time of day on 1 February 2031 as a release writes it; "2 09:00" is one on the second."""
    day, _, time = text.rpartition(" ")
    local = datetime.fromisoformat(f"2031-02-{int(day or 1):02}T{time}").replace(tzinfo=VIENNA)
    return local.astimezone(ZoneInfo("UTC")).isoformat()


def node(title, times="", *, kind="plenary", strand="drivers", people=(), children=()):
    starts, ends = times.split("-") if times else (None, None)
    return {
        "id": title,
        "title": title,
        "kind": kind,
        "strand": strand,
        "starts": starts and clock(starts),
        "ends": ends and clock(ends),
        "people": list(people),
        "children": list(children),
    }


def programme(*sessions):
    return {
        "edition": {"time_zone": "Europe/Vienna"},
        "strands": [],
        "days": [{"date": "2031-02-01", "sessions": list(sessions)}],
    }


def found(*sessions):
    return [(clash.kind, clash.session, clash.other) for clash in clashes(programme(*sessions))]


def participant(key, role="speaker"):
    return {"role": role, "participant": key}


def guest(name, role="speaker"):
    return {"role": role, "guest": name, "affiliation": ""}


# --- A person in two places ---


def test_a_participant_in_two_overlapping_sessions_is_in_two_places():
    sessions = (
        node("One", "10:00-11:00", people=[participant("dawit")]),
        node("Two", "10:30-11:30", strand="other", people=[participant("dawit", "moderator")]),
    )
    assert clashes(programme(*sessions)) == [Clash("person", "Two", "One", "One", who="dawit")]


def test_a_clash_of_two_sessions_is_said_beside_both_and_counted_once():
    lead = [guest("Noor", "moderator")]
    warnings = warnings_of(
        programme(node("One", "10:00-11:00", people=lead), node("Two", "10:30-11:30", people=lead))
    )
    assert {key: {caution.words for caution in cautions} for key, cautions in warnings.items()} == {
        "One": {"Noor is in “Two” at the same time.", "Overlaps with “Two” of the same strand."},
        "Two": {"Noor is in “One” at the same time.", "Overlaps with “One” of the same strand."},
    }
    assert [caution.session for caution in listed(warnings)] == ["Two", "Two"]


@pytest.mark.parametrize("name", ["Noor Haddad", "noor  haddad"])
def test_a_guest_is_known_by_name(name):
    sessions = (
        node("One", "10:00-11:00", people=[guest("Noor Haddad")]),
        node("Two", "10:30-11:30", strand="other", people=[guest(name)]),
    )
    (clash,) = clashes(programme(*sessions))
    assert clash.words({}) == "Noor Haddad is in “One” at the same time."


def test_two_people_or_two_times_are_no_clash():
    assert (
        found(
            node("One", "10:00-11:00", people=[participant("dawit"), guest("dawit")]),
            node("Two", "11:00-12:00", people=[participant("dawit")]),
            node("Three", "10:00-11:00", strand="other", people=[participant("esi")]),
        )
        == []
    )


def test_a_session_and_its_part_are_one_place():
    panel = node("Panel", kind="discussion", people=[participant("dawit")])
    assert found(node("One", "10:00-11:00", people=[participant("dawit")], children=[panel])) == []


def test_parts_that_follow_each_other_are_no_two_places_but_parallel_groups_are():
    def one(kind):
        parts = [node(name, kind=kind, people=[participant("dawit", "moderator")]) for name in ("A", "B")]
        return node("One", "10:00-11:00", children=parts)

    assert found(one("panel")) == []
    assert found(one("group")) == [("person", "B", "A")]


def test_names_are_said_only_as_the_reader_may_see_them():
    clash = Clash("person", "Two", "One", "One", who="dawit")
    assert clash.words({"dawit": "Dawit"}) == "Dawit is in “One” at the same time."
    assert clash.words({}) == "Somebody is in “One” at the same time."


# --- Overlaps of one track ---


def test_overlapping_sessions_of_one_strand_are_a_clash():
    assert found(node("One", "10:00-11:00"), node("Two", "10:55-11:30")) == [("track", "Two", "One")]
    no_strand = (node("One", "10:00-11:00", strand=None), node("Two", "10:55-11:30", strand=None))
    assert found(*no_strand) == [("track", "Two", "One")]


def test_sessions_that_touch_or_are_of_two_strands_do_not_overlap():
    assert found(node("One", "10:00-11:00"), node("Two", "11:00-11:30")) == []
    assert found(node("One", "10:00-11:00"), node("Two", "10:30-11:30", strand="other")) == []


def test_parallel_siblings_of_one_strand_are_no_clash():
    led = [participant("dawit", "moderator")], [participant("esi", "moderator")]
    assert (
        found(
            node("One", "10:00-11:00", kind="workshop", people=led[0]),
            node("Two", "10:00-11:00", kind="workshop", people=led[1]),
        )
        == []
    )


def test_parts_that_follow_each_other_and_overlap_are_a_clash():
    parts = [
        node("A", "10:00-10:30", kind="discussion"),
        node("B", "10:20-11:00", kind="discussion", strand="other"),
    ]
    assert found(node("One", "10:00-11:00", children=parts)) == [("parts", "B", "A")]


# --- The day, the session it belongs to, the time ---


@pytest.mark.parametrize("times", ["2 10:00-2 11:00", "23:30-2 07:00"])
def test_a_session_outside_its_day_is_a_clash(times):
    assert ("day", "One", "") in found(node("One", times))


@pytest.mark.parametrize("times", ["00:00-01:00", "23:00-2 00:00", "23:30-2 00:30"])
def test_midnight_belongs_to_the_day_on_both_sides_and_an_evening_may_go_on(times):
    assert found(node("One", times)) == []


@pytest.mark.parametrize("times", ["09:50-10:20", "10:50-11:05"])
def test_a_part_outside_the_time_of_its_session_is_a_clash(times):
    assert found(node("One", "10:00-11:00", children=[node("A", times, kind="discussion")])) == [
        ("parent", "A", "One")
    ]


def test_a_part_inside_the_time_of_its_session_is_none():
    assert found(node("One", "10:00-11:00", children=[node("A", "10:00-11:00", kind="discussion")])) == []


def test_a_session_without_a_time_is_said_once_and_not_for_its_parts():
    assert found(node("One", children=[node("A", kind="discussion")])) == [("time", "One", "")]
    assert found(node("One", "10:00-11:00", children=[node("A", kind="discussion")])) == []


# --- Breaks ---


def test_more_than_120_minutes_without_a_break_are_said_where_they_become_too_many():
    sessions = [node("One", "10:00-11:00"), node("Two", "11:00-12:00"), node("Three", "12:05-12:30")]
    assert clashes(programme(*sessions)) == [Clash("break", "Three", minutes=150)]


@pytest.mark.parametrize(
    "sessions",
    [
        [node("One", "10:00-12:00")],
        [node("One", "10:00-11:00"), node("Break", "11:00-11:05", kind="break"), node("Two", "11:05-13:00")],
        [node("One", "10:00-12:00"), node("Two", "12:15-13:00")],
        [node("One", "10:00-13:00", children=[node("Break", "11:30-11:45", kind="break")])],
    ],
    ids=["exactly 120 minutes", "a break", "a gap of 15 minutes", "a break inside a session"],
)
def test_enough_rest_is_no_clash(sessions):
    assert found(*sessions) == []


def test_each_stretch_without_a_break_is_said():
    sessions = [
        node("One", "08:00-11:00"),
        node("Break", "11:00-11:30", kind="break"),
        node("Two", "11:30-14:00"),
    ]
    assert found(*sessions) == [("break", "One", ""), ("break", "Two", "")]


# --- Moderators ---


@pytest.mark.parametrize("kind", ["workshop", "group"])
def test_a_workshop_or_group_without_a_moderator_is_a_clash(kind):
    assert found(node("One", "10:00-11:00", kind=kind, people=[participant("dawit", "co-facilitator")])) == [
        ("moderator", "One", "")
    ]
    assert found(node("One", "10:00-11:00", kind=kind, people=[guest("Noor", "moderator")])) == []


def test_a_panel_needs_somebody_who_leads_it():
    assert found(node("One", "10:00-11:00", kind="panel", people=[guest("Noor")])) == [
        ("moderator", "One", "")
    ]
    for role in ("moderator", "host"):
        assert found(node("One", "10:00-11:00", kind="panel", people=[guest("Noor", role)])) == []


def test_a_workshop_with_groups_needs_moderators_in_the_groups():
    group = node("Group", "10:00-11:00", kind="group")
    assert found(node("One", "10:00-11:00", kind="workshop", children=[group])) == [
        ("moderator", "Group", "")
    ]
    assert found(node("One", "10:00-11:00")) == []


# --- The real programme ---


def test_the_2022_programme_lacks_only_moderators_and_one_time(edition):
    content = programme_content(edition)
    assert [(clash.kind, clash.session) for clash in clashes(content) if clash.kind != "moderator"] == [
        ("time", str(Session.objects.get(slug="day-6-conference").pk))
    ]
    assert sum(clash.kind == "moderator" for clash in clashes(content)) == 11


def test_people_who_are_cast_clash_by_reference(edition, amara, dawit):
    day = edition.days.get(slug="day-1")
    times = {
        "starts_at": datetime(2022, 2, 1, 11, tzinfo=VIENNA),
        "ends_at": datetime(2022, 2, 1, 11, 45, tzinfo=VIENNA),
    }
    talk = add_session(day, title="Talk", kind="plenary", by=amara, **times)
    opening = Session.objects.get(slug="day-1-opening")
    for session in (talk, opening):
        cast_participant(session, edition.participants.get(user=dawit), "speaker", by=amara)
        cast_guest(session, "Noor Haddad", "speaker", by=amara)
    kinds = [clash.kind for clash in clashes(programme_content(edition)) if clash.session == str(opening.pk)]
    assert sorted(kinds) == ["person", "person", "track"]


def test_whoever_is_everywhere_at_once_is_said_once_a_session():
    sessions = [node(f"S{n}", "10:00-11:00", people=[guest("Noor")]) for n in range(300)]
    kinds = [kind for kind, _session, _other in found(*sessions)]
    assert (kinds.count("person"), kinds.count("track")) == (299, 299)
