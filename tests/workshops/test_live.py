"""The live board's socket: closed to outsiders, told of every new number, gone soon after logout."""

import json
from importlib import import_module

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connections

from academy.asgi import application
from tests.factories import make_finding, open_room
from workshops.closing import go_to_part
from workshops.models import Group
from workshops.seating import pin

pytestmark = pytest.mark.django_db(transaction=True)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def session_of(user):
    """A login as the browser holds it."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return session


class Socket(ApplicationCommunicator):
    """A browser's end of the socket of a board."""

    def __init__(self, group, session=None, origin="http://localhost"):
        headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
        if session:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session.session_key}".encode()))
        path = f"/ws/boards/{group.pk}/"
        scope = {
            "type": "websocket",
            "path": path,
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self):
        """Whether the server took the call."""
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(timeout=5))["type"] == "websocket.accept"

    async def heard(self):
        return json.loads((await self.receive_output(timeout=5))["text"])

    async def say(self, text):
        await self.send_input({"type": "websocket.receive", "text": text})

    async def leave(self):
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()


@pytest.fixture(autouse=True)
async def _no_connection_stays():
    """The consumers ask the database from a thread of their own, whose connection would outlive the tests."""
    yield
    await sync_to_async(connections.close_all)()


@pytest.fixture
def room(edition, bruno):
    return open_room(edition, by=bruno)


async def test_outsiders_and_other_origins_are_refused(room, bruno, dawit, farid):
    for user in (None, farid, dawit):
        session = await sync_to_async(session_of)(user) if user else None
        connected = await Socket(room, session).connect()
        assert connected is False
    session = await sync_to_async(session_of)(bruno)
    connected = await Socket(room, session, origin="https://evil.example").connect()
    assert connected is False


async def test_a_board_that_does_not_exist_is_refused(edition, bruno):
    session = await sync_to_async(session_of)(bruno)
    connected = await Socket(Group(), session).connect()
    assert connected is False


async def test_those_in_the_group_are_told_of_every_new_number(room, bruno, dawit, amara):
    await sync_to_async(lambda: pin(dawit.participations.get(), room, reason="Test", by=amara))()
    line = Socket(room, await sync_to_async(session_of)(dawit))
    assert await line.connect() is True
    assert await line.heard() == {"number": 0, "state": "open"}
    await sync_to_async(make_finding)(room, by=bruno)
    assert await line.heard() == {"number": 1}
    part = await sync_to_async(lambda: room.workshop.parts.get(letter="B"))()
    await sync_to_async(go_to_part)(room, part, by=bruno)
    assert await line.heard() == {"number": 1}
    await line.say("{}")
    assert await line.heard() == {"number": 1, "state": "open"}
    await line.leave()


async def test_another_groups_findings_are_not_announced(edition, room, bruno, amara):
    other = await sync_to_async(open_room)(edition, by=amara, slug="group-2")
    line = Socket(room, await sync_to_async(session_of)(bruno))
    await line.connect()
    await line.heard()
    await sync_to_async(make_finding)(other, by=amara)
    assert await line.receive_nothing(timeout=0.3)
    await line.leave()


async def test_the_socket_closes_within_five_seconds_of_logout(room, bruno):
    session = await sync_to_async(session_of)(bruno)
    line = Socket(room, session)
    await line.connect()
    await line.heard()
    await sync_to_async(session.flush)()
    closed = await line.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4403)


async def test_a_frame_that_is_too_long_closes_the_socket(room, bruno):
    line = Socket(room, await sync_to_async(session_of)(bruno))
    await line.connect()
    await line.heard()
    await line.say("x" * 2000)
    closed = await line.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", 4408)
