"""The live board's socket: closed to outsiders, told of every new number, gone soon after logout."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError
from prometheus_client import REGISTRY

from academy.consumers.watching import watch_of
from tests.factories import make_finding, open_room
from tests.lines import ACCEPTED, HOME, Line, login, store
from workshops.closing import go_to_part
from workshops.dots import give_dots
from workshops.ledger import snapshot
from workshops.models import Group
from workshops.seating import pin

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_connection_stays")]


def path_of(room):
    return f"/ws/boards/{room.pk}/"


async def line_of(room, user=None, *, origin=HOME):
    """A browser's end of the socket of a board, in a session of this person; not yet connected."""
    return Line(path_of(room), await login(user), origin)


@sync_to_async
def log_out(session):
    store(session).flush()


@pytest.fixture
def room(edition, bruno):
    return open_room(edition, by=bruno)


async def test_outsiders_and_other_origins_are_refused(room, bruno, dawit, farid):
    for user in (None, farid, dawit):
        connected = await (await line_of(room, user)).connect()
        assert connected != ACCEPTED
    connected = await (await line_of(room, bruno, origin="https://evil.example")).connect()
    assert connected != ACCEPTED


async def test_the_log_hears_of_a_known_person_who_is_refused_by_key_and_of_nobody_else(room, farid, caplog):
    for user in (None, farid):
        await (await line_of(room, user)).connect()
    lines = [record.getMessage() for record in caplog.records if record.name == "academy.security"]
    assert lines == [f"Refused: account {farid.pk}, socket BoardConsumer"]


async def test_a_board_that_does_not_exist_is_refused(edition, bruno):
    connected = await (await line_of(Group(), bruno)).connect()
    assert connected != ACCEPTED


async def test_those_in_the_group_are_told_of_every_new_number(room, bruno, dawit, amara):
    await sync_to_async(lambda: pin(dawit.participations.get(), room, reason="Test", by=amara))()
    line = await line_of(room, dawit)
    assert await line.connect() == ACCEPTED
    assert await line.heard() == {"number": 0, "state": "open"}
    finding = await sync_to_async(make_finding)(room, by=bruno)
    told = await line.heard()
    assert (told["number"], told["head"], told["part"]["letter"]) == (1, 1, "A")
    assert told["events"] == [{"number": 1, "verb": "noted", "finding": snapshot(finding)}]
    part = await sync_to_async(lambda: room.workshop.parts.get(letter="B"))()
    await sync_to_async(go_to_part)(room, part, by=bruno)
    told = await line.heard()
    assert (told["number"], told["head"], told["part"]["letter"]) == (1, 1, "B")
    await line.say("{}")
    assert await line.heard() == {"number": 1, "state": "open"}
    await line.leave()


async def test_a_page_that_missed_something_asks_the_socket_for_it(room, bruno):
    line = await line_of(room, bruno)
    for text in ("One.", "Two.", "Three."):
        await sync_to_async(make_finding)(room, by=bruno, text=text)
    await line.connect()
    assert await line.heard() == {"number": 3, "state": "open"}
    healed = REGISTRY.get_sample_value("academy_ledger_gaps_healed_total", {"page": "board"}) or 0
    for after in (3, 1):  # nothing was missed, and then something
        await line.say(json.dumps({"after": after}))
        told = await line.heard()
    assert REGISTRY.get_sample_value("academy_ledger_gaps_healed_total", {"page": "board"}) == healed + 1
    assert [(event["number"], event["finding"]["text"]) for event in told["events"]] == [
        (2, "Two."),
        (3, "Three."),
    ]
    for nonsense in (
        '{"after": "1"}',
        '{"after": -1}',
        '{"after": true}',
        "[]",
        "x",
        '{"after": 1e9}',
        "[" * 900,
    ):
        await line.say(nonsense)
        assert await line.heard() == {"number": 3, "state": "open"}
    await line.leave()


async def test_what_is_told_says_nothing_of_who_and_of_dots_before_they_are_counted(
    room, bruno, dawit, amara
):
    """Frames go to everybody in the room: they hold no author, nobody's dots, and no sum of them."""

    def happen():
        for user in (bruno, dawit):
            pin(user.participations.get(), room, reason="Test", by=amara)
        finding = make_finding(room, by=bruno)
        give_dots(finding, 2, by=dawit)
        return finding

    line = await line_of(room, bruno)
    await line.connect()
    await line.heard()
    finding = await sync_to_async(happen)()
    told = await line.heard()
    assert (told["tally"], told["names"]) == ({}, {})
    assert await line.receive_nothing(timeout=0.3)
    await line.say('{"after": 0}')
    told = await line.heard()
    people = await sync_to_async(lambda: [str(u.participations.get().pk) for u in (bruno, dawit)])()
    assert (told["tally"], [one for one in people if one in str(told)]) == ({}, [])
    part = await sync_to_async(lambda: room.workshop.parts.get(letter="B"))()
    await sync_to_async(go_to_part)(room, part, by=bruno)
    assert (await line.heard())["tally"] == {str(finding.pk): 2}
    await line.leave()


async def test_how_many_are_here_is_told_when_it_changes(room, bruno, dawit, amara, monkeypatch):
    monkeypatch.setattr("academy.consumers.watching.CHECK_SECONDS", 0.2)
    await sync_to_async(lambda: pin(dawit.participations.get(), room, reason="Test", by=amara))()
    line = await line_of(room, dawit)
    await line.connect()
    await line.heard()
    assert await line.heard() == {"here": 1}
    assert await line.receive_nothing(timeout=0.5)
    await line.leave()


async def test_another_groups_findings_are_not_announced(edition, room, bruno, amara):
    other = await sync_to_async(open_room)(edition, by=amara, slug="group-2")
    line = await line_of(room, bruno)
    await line.connect()
    await line.heard()
    await sync_to_async(make_finding)(other, by=amara)
    assert await line.receive_nothing(timeout=0.3)
    await line.leave()


async def test_the_socket_closes_within_five_seconds_of_logout(room, bruno):
    session = await login(bruno)
    line = Line(path_of(room), session)
    await line.connect()
    await line.heard()
    await log_out(session)
    closed = await line.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4403)


async def test_a_frame_that_is_too_long_closes_the_socket(room, bruno):
    line = await line_of(room, bruno)
    await line.connect()
    await line.heard()
    other = await line_of(room, bruno)
    await other.connect()
    await other.heard()
    await line.say("x" * 2000)
    closed = await line.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4408)
    await other.say("{}")
    assert await other.heard() == {"number": 0, "state": "open"}
    await other.leave()


async def test_frames_faster_than_twenty_a_second_close_that_socket_only(room, bruno):
    session = await login(bruno)
    lines = [Line(path_of(room), session), Line(path_of(room), session)]
    for line in lines:
        await line.connect()
        await line.heard()
    for _time in range(20):
        await lines[0].say("{}")
        assert await lines[0].heard() == {"number": 0, "state": "open"}
    await lines[0].say("{}")
    closed = await lines[0].receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4408)
    await lines[1].say("{}")
    assert await lines[1].heard() == {"number": 0, "state": "open"}
    await lines[1].leave()


@pytest.mark.parametrize("ends", ["logout", "deactivated", "new password", "seat", "no change"])
async def test_a_socket_closes_within_five_seconds_of_losing_its_right(room, dawit, amara, ends):
    """Somebody who only sits in the group: the login, the account, the password or the seat ends."""
    seat = await sync_to_async(lambda: pin(dawit.participations.get(), room, reason="Test", by=amara))()
    session = await login(dawit)
    line = Line(path_of(room), session)
    await line.connect()
    await line.heard()

    def end():
        if ends == "logout":
            store(session).flush()
        elif ends == "deactivated":
            type(dawit).objects.filter(pk=dawit.pk).update(is_active=False)
        elif ends == "new password":
            dawit.set_password("another-one-2022")
            dawit.save()
        elif ends == "seat":
            seat.delete()

    await sync_to_async(end)()
    said = []
    for _frame in range(2):
        try:
            said.append(await line.receive_output(timeout=5))
        except TimeoutError:
            break
        if said[-1]["type"] == "websocket.close":
            break
    closed = [(frame["type"], frame.get("code")) for frame in said if frame["type"] == "websocket.close"]
    assert closed == ([] if ends == "no change" else [("websocket.close", 4403)])


async def test_when_the_database_does_not_answer_everybody_comes_back_later(room, bruno, monkeypatch):
    monkeypatch.setattr("academy.consumers.watching.CHECK_SECONDS", 0.1)
    line = await line_of(room, bruno)
    await line.connect()
    await line.heard()

    def away(_keys):
        raise OperationalError

    monkeypatch.setattr("academy.consumers.together.people_of", away)
    said = await line.receive_output(timeout=5)
    while said["type"] != "websocket.close":
        said = await line.receive_output(timeout=5)
    assert said["code"] == 1012


async def test_one_browser_that_went_does_not_end_the_watch_over_the_others(room, bruno, dawit, monkeypatch):
    """Its server says so with an error when it is told something; whoever logs out afterwards is still cut off."""
    monkeypatch.setattr("academy.consumers.watching.CHECK_SECONDS", 0.1)
    sessions = [await login(bruno), await login(bruno)]
    gone, stays = (Line(path_of(room), session) for session in sessions)
    for line in (gone, stays):
        await line.connect()
        await line.heard()
    watch = watch_of()
    for socket in watch.sockets:
        if socket.scope["session"].session_key == sessions[0]:
            socket.told_here = None

            async def send(*_words, **_more):
                raise OSError

            monkeypatch.setattr(socket.outbox, "send", send)
            monkeypatch.setattr(socket, "close", send)
    await asyncio.sleep(0.3)
    await log_out(sessions[1])
    said = await stays.receive_output(timeout=5)
    while said["type"] != "websocket.close":
        said = await stays.receive_output(timeout=5)
    assert said["code"] == 4403
