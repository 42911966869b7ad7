"""The agenda in every zone: days regroup, nothing is lost, parallel items stand side by side."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from academy.zones import zone_names
from programme.agenda import agenda_days, all_sessions, next_row, now_and_next


def item(slug, starts, minutes=60, kind="plenary", **extra):
    begin = datetime.fromisoformat(starts) if starts else None
    end = begin.timestamp() + 60 * minutes if begin else None
    return {
        "id": slug,
        "slug": slug,
        "kind": kind,
        "title": slug,
        "strand": "drivers",
        "starts": begin and begin.astimezone(UTC).isoformat(),
        "ends": end and datetime.fromtimestamp(end, UTC).isoformat(),
        "children": [],
        **extra,
    }


def programme(*days):
    return {
        "strands": [{"slug": "drivers", "colour": "teal"}],
        "days": [
            {"slug": f"day-{n}", "date": date, "title": f"Day {n}", "colour": "teal", "sessions": items}
            for n, (date, items) in enumerate(days, start=1)
        ],
    }


CONTENT = programme(
    (
        "2022-02-01",
        [item("opening", "2022-02-01T11:30+01:00", 30), item("closing", "2022-02-01T15:00+01:00", 30)],
    ),
    ("2022-02-02", [item("plenary", "2022-02-02T12:00+01:00")]),
    ("2022-02-08", [item("conference", None)]),
)


def slugs(zone):
    days = agenda_days(CONTENT, ZoneInfo(zone))
    return [(str(day.date), [i["slug"] for row in day.rows for i in row.items]) for day in days]


def test_in_the_academys_zone_the_days_are_the_programmes():
    assert slugs("Europe/Vienna") == [
        ("2022-02-01", ["opening", "closing"]),
        ("2022-02-02", ["plenary"]),
        ("2022-02-08", ["conference"]),
    ]


def test_thirteen_hours_ahead_the_evening_belongs_to_the_next_day():
    assert slugs("Pacific/Auckland") == [
        ("2022-02-01", ["opening"]),
        ("2022-02-02", ["closing"]),
        ("2022-02-03", ["plenary"]),
        ("2022-02-08", ["conference"]),
    ]


def test_ten_hours_behind_everything_starts_in_the_night():
    assert slugs("Pacific/Honolulu") == [
        ("2022-02-01", ["opening", "closing"]),
        ("2022-02-02", ["plenary"]),
        ("2022-02-08", ["conference"]),
    ]


def test_over_a_clock_change_the_moment_stays_the_same():
    content = programme(("2022-03-27", [item("early", "2022-03-27T01:30+01:00", 90)]))
    (day,) = agenda_days(content, ZoneInfo("Europe/Vienna"))
    (row,) = day.rows
    assert (f"{row.starts.astimezone(day.zone):%H:%M}", f"{row.ends.astimezone(day.zone):%H:%M}") == (
        "01:30",
        "04:00",
    )
    assert row.minutes == 90


@given(st.sampled_from(zone_names()))
def test_no_zone_loses_or_doubles_a_session(zone):
    shown = sorted(slug for _day, found in slugs(zone) for slug in found)
    assert shown == ["closing", "conference", "opening", "plenary"]


@given(
    st.sampled_from(zone_names()),
    st.dates(date(1990, 1, 1), date(2060, 12, 31)),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 24 * 60 - 1), st.integers(1, 600)), max_size=25),
)
@settings(max_examples=300, deadline=None)
def test_no_zone_and_no_date_loses_or_doubles_a_session(zone, first, placed):
    """Also over a change of the clocks, and for sessions that go on over midnight."""
    vienna = ZoneInfo("Europe/Vienna")
    days: dict[int, list] = {n: [] for n in range(7)}
    for number, (day, minute, length) in enumerate(placed):
        local = datetime.combine(first + timedelta(days=day), time(minute // 60, minute % 60), vienna)
        days[day].append(item(f"s{number}", local.isoformat(), length))
    content = programme(*((str(first + timedelta(days=n)), items) for n, items in days.items()))
    regrouped = agenda_days(content, ZoneInfo(zone))
    shown = [(day.date, i) for day in regrouped for row in day.rows for i in row.items]
    assert sorted(i["slug"] for _date, i in shown) == sorted(f"s{n}" for n in range(len(placed)))
    assert all(datetime.fromisoformat(i["starts"]).astimezone(ZoneInfo(zone)).date() == on for on, i in shown)
    assert [day.date for day in regrouped] == sorted({day.date for day in regrouped})
    for day in regrouped:
        starts = [row.starts for row in day.rows if row.starts]
        assert starts == sorted(set(starts))


def test_what_starts_together_stands_side_by_side():
    content = programme(
        ("2022-02-01", [item("one", "2022-02-01T13:30+01:00"), item("two", "2022-02-01T13:30+01:00", 45)])
    )
    (day,) = agenda_days(content, ZoneInfo("UTC"))
    (row,) = day.rows
    assert ([i["slug"] for i in row.items], row.minutes) == (["one", "two"], 60)


def test_what_has_not_ended_stands_beside_what_starts_later():
    content = programme(
        (
            "2022-02-01",
            [
                item("long", "2022-02-01T13:00+01:00", 120),
                item("short", "2022-02-01T14:00+01:00", 30),
                item("late", "2022-02-01T15:00+01:00"),
            ],
        )
    )
    (day,) = agenda_days(content, ZoneInfo("UTC"))
    assert [[i["slug"] for i in row.running] for row in day.rows] == [[], ["long"], []]
    assert day.rows[1].running[0]["until"] == datetime(2022, 2, 1, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("present", "running", "following"),
    [
        ("2022-01-31T10:00+00:00", [], ["opening"]),
        ("2022-02-01T10:30+00:00", ["opening"], ["closing"]),
        ("2022-02-01T11:00+00:00", [], ["closing"]),
        ("2022-02-02T12:30+00:00", [], []),
    ],
)
def test_now_and_next(present, running, following):
    found = now_and_next(CONTENT, datetime.fromisoformat(present))
    assert tuple([i["slug"] for i in side] for side in found) == (running, following)


def test_the_now_line_stands_above_what_comes_next_today():
    days = agenda_days(CONTENT, ZoneInfo("Europe/Vienna"))
    row = next_row(days, datetime(2022, 2, 1, 11, 0, tzinfo=UTC))
    assert row is not None
    assert row.items[0]["slug"] == "closing"
    assert next_row(days, datetime(2022, 2, 1, 9, 0, tzinfo=UTC)) is None
    assert next_row(days, datetime(2022, 2, 5, 9, 0, tzinfo=UTC)) is None


def test_sessions_know_their_day_and_their_parent():
    group = item("group", None, kind="group")
    content = programme(("2022-02-01", [item("top", "2022-02-01T13:30+01:00", children=[group])]))
    assert [
        (s["slug"], s["day"]["slug"], (s["parent"] or {}).get("slug")) for s in all_sessions(content)
    ] == [
        ("top", "day-1", None),
        ("group", "day-1", "top"),
    ]
