"""Who may write, and how the clock is run."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from academy import clock
from academy.errors import NotAllowed
from tests.factories import make_finding, open_room
from workshops.closing import close_group, go_to_part, open_group
from workshops.findings import WritingIsForLeads, agree_on_finding, note_finding, reword_finding
from workshops.ledger import BoardClosed, events_after, snapshot
from workshops.pacing import NoClock, extend_part, let_participants_write, start_clock, stop_clock
from workshops.reading import part_now
from workshops.seating import pin


@pytest.fixture
def room(edition, bruno, dawit, amara):
    room = open_room(edition, by=bruno)
    pin(dawit.participations.get(), room, reason="Test", by=amara)
    return room


def note(room, *, by, key=None, **kwargs):
    part = room.workshop.parts.get(letter="A")
    fields = {"part": part, "question": None, "kind": "other", "text": "Own words."}
    return note_finding(room, key=key or uuid4(), by=by, **fields, **kwargs)


def test_participants_write_while_the_moderator_lets_them(room, bruno, dawit, esi):
    with pytest.raises(WritingIsForLeads):
        note(room, by=dawit)
    let_participants_write(room, allowed=True, by=bruno)
    key = uuid4()
    finding = note(room, by=dawit, key=key)
    with pytest.raises(NotAllowed):
        note(room, by=esi)
    let_participants_write(room, allowed=False, by=bruno)
    with pytest.raises(WritingIsForLeads):
        note(room, by=dawit)
    assert note(room, by=dawit, key=key) == finding


def test_the_switch_is_for_those_who_run_the_group(room, dawit):
    with pytest.raises(NotAllowed):
        let_participants_write(room, allowed=True, by=dawit)


def test_a_participant_rewords_what_they_noted_until_the_room_agrees(room, bruno, dawit):
    let_participants_write(room, allowed=True, by=bruno)
    own, other = note(room, by=dawit), make_finding(room, by=bruno)
    assert reword_finding(own, text="Better words.", by=dawit).text == "Better words."
    with pytest.raises(NotAllowed):
        reword_finding(other, text="Better words.", by=dawit)
    agree_on_finding(own, by=bruno)
    with pytest.raises(NotAllowed):
        reword_finding(own, text="Too late.", by=dawit)
    with pytest.raises(NotAllowed):
        agree_on_finding(own, by=dawit)


def test_what_is_entered_for_somebody_has_no_author_and_says_so(room, bruno, dawit):
    let_participants_write(room, allowed=True, by=bruno)
    finding = note(room, by=bruno, on_behalf=True)
    assert (finding.author, snapshot(finding)["on_behalf"]) == (None, True)
    assert events_after(room, 0)[0]["finding"]["on_behalf"] is True
    with pytest.raises(NotAllowed):
        note(room, by=dawit, on_behalf=True)


def test_the_clock_stands_and_goes_on_with_what_was_left(room, bruno):
    moment = room.part_ends_at - timedelta(minutes=12)
    with clock.set_to(moment):
        stopped = stop_clock(room, by=bruno)
        assert (stopped.part_ends_at, stopped.part_left) == (None, 720)
        with pytest.raises(NoClock):
            stop_clock(room, by=bruno)
        assert part_now(stopped)["left"] == 720
    with clock.set_to(moment + timedelta(minutes=40)):
        started = start_clock(room, by=bruno)
        assert (started.part_ends_at, started.part_left) == (moment + timedelta(minutes=52), None)
        with pytest.raises(NoClock):
            start_clock(room, by=bruno)


def test_five_minutes_more_count_from_the_end_or_from_now(room, bruno):
    ends = room.part_ends_at
    with clock.set_to(ends - timedelta(minutes=1)):
        assert extend_part(room, by=bruno).part_ends_at == ends + timedelta(minutes=5)
    with clock.set_to(ends + timedelta(minutes=30)):
        assert extend_part(room, by=bruno).part_ends_at == ends + timedelta(minutes=35)
        stop_clock(room, by=bruno)
        assert extend_part(room, by=bruno).part_left == 600


def test_a_board_that_was_opened_again_gets_a_clock_with_five_minutes_more(room, bruno, amara, client_of):
    close_group(room, summary="All is said.", by=bruno)
    again = open_group(room, by=amara)
    assert (again.part_ends_at, again.part_left) == (None, None)
    page = client_of(bruno).get(again.get_absolute_url()).content.decode()
    assert re.search(r'data-change="stop"\s+hidden', page)
    moment = clock.now()
    with clock.set_to(moment):
        assert extend_part(again, by=bruno).part_ends_at == moment + timedelta(minutes=5)
    page = client_of(bruno).get(again.get_absolute_url()).content.decode()
    assert not re.search(r'data-change="stop"\s+hidden', page)


def test_the_clock_is_not_wound_up_for_ever(room, bruno):
    with clock.set_to(room.part_ends_at):
        for _time in range(48):
            extend_part(room, by=bruno)
        with pytest.raises(NoClock):
            extend_part(room, by=bruno)
        room.refresh_from_db()
        assert room.part_ends_at == clock.now() + timedelta(hours=4)


def test_another_part_begins_with_a_clock_that_runs(room, bruno):
    stop_clock(room, by=bruno)
    moved = go_to_part(room, room.workshop.parts.get(letter="B"), by=bruno)
    assert moved.part_left is None
    assert moved.part_ends_at is not None


def test_a_closed_board_has_no_clock(room, bruno):
    stop_clock(room, by=bruno)
    close_group(room, summary="Done.", by=bruno)
    for act in (stop_clock, start_clock, extend_part):
        with pytest.raises(BoardClosed):
            act(room, by=bruno)


def test_the_clock_is_for_those_who_run_the_group(room, dawit):
    for act in (stop_clock, start_clock, extend_part):
        with pytest.raises(NotAllowed):
            act(room, by=dawit)
