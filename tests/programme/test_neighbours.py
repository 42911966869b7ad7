"""What comes before a session, after it and at the same time; and the page of one that is not there any more."""

from __future__ import annotations

from django.test import Client

from programme.agenda import all_sessions
from programme.models import Session
from programme.neighbours import neighbours_of
from programme.releases import current_release, release
from programme.removing import take_out

DAY = {"slug": "day-1"}


def item(name: str, starts: str = "", ends: str = "", *, kind: str = "plenary", parent=None, day=None):
    def moment(clock: str) -> str | None:
        return f"2022-02-01T{clock}:00+00:00" if clock else None

    return {
        "id": name,
        "kind": kind,
        "starts": moment(starts),
        "ends": moment(ends),
        "parent": parent,
        "day": day or DAY,
    }


def around(name, sessions):
    found = neighbours_of(next(one for one in sessions if one["id"] == name), sessions)
    return (
        found.before and found.before["id"],
        [one["id"] for one in found.parallel],
        found.after and found.after["id"],
    )


def test_neighbours_go_by_the_clock_and_not_by_the_list():
    sessions = [
        item("closing", "15:00", "15:30"),
        item("late", "13:25", "14:40"),
        item("workshops", "13:30", "14:30"),
        item("break", "11:00", "13:00", kind="break"),
        item("opening", "10:00", "11:00"),
        item("someday"),
        item("other day", "11:00", "12:00", day={"slug": "day-2"}),
    ]
    assert around("late", sessions) == ("opening", ["workshops"], "closing")
    assert around("closing", sessions) == ("late", [], None)
    assert around("opening", sessions) == (None, [], "late")
    assert around("someday", sessions) == (None, [], None)


def test_a_part_has_the_other_parts_beside_it_and_the_day_around_it():
    whole = item("panels", "12:00", "13:00")
    sessions = [
        item("before", "11:00", "12:00"),
        whole,
        item("first", parent=whole),
        item("second", parent=whole),
        item("short", "12:00", "12:20", parent=whole),
        item("rest", "12:20", "13:00", parent=whole),
        item("after", "13:00", "14:00"),
    ]
    assert around("first", sessions) == ("before", ["second", "short", "rest"], "after")
    assert around("short", sessions) == ("before", ["first", "second"], "rest")
    assert around("rest", sessions) == ("short", ["first", "second"], "after")
    assert around("panels", sessions) == ("before", [], "after")


def test_every_session_of_the_academy_stands_after_what_is_before_it(edition):
    sessions = all_sessions(current_release(edition).content)
    for one in sessions:
        found = neighbours_of(one, sessions)
        if found.before and found.after:
            assert found.before["starts"] < found.after["starts"]
        assert one["id"] not in {other["id"] for other in found.parallel}
    assert sum(bool(neighbours_of(one, sessions).after) for one in sessions) > 20


def test_a_session_that_was_taken_out_says_which_version_had_it_last(edition, amara, client_of):
    session = Session.objects.get(edition=edition, slug="day-2-closing")
    take_out(session, by=amara)
    number = current_release(edition).number
    release(edition, label="Without it", note="", by=amara)
    answer = Client().get("/2022/programme/day-2-closing/")
    text = " ".join(answer.content.decode().split())
    assert answer.status_code == 410
    assert f"The last version that has it is number {number}" in text
    assert f"/2022/programme/versions/{number}/day-2-closing/" in text
    assert Client().get("/2022/programme/never-there/").status_code == 404
    desk = client_of(amara).get(f"/2022/programme/desk/sessions/{session.pk}/").content.decode()
    assert "not released yet" in desk
