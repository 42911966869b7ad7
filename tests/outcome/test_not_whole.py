"""Open pages of a database that was restored under them are closed, and asked to come again."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from pycrdt import Doc

from academy.consumers.closing import COME_AGAIN
from academy.safekeeping.marking import RESTORED, mark, take_off_mark
from outcome.models import LogLine
from outcome.restructuring import open_for_writing
from tests.lines import ACCEPTED, Line, login

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_connection_stays")]


def _mark() -> None:
    mark(connection, {RESTORED: ""})


@pytest.fixture
def put_on(settings: Any, transactional_db: None) -> Iterator[Any]:
    """Put on the mark, for which every question asks."""
    settings.MARK_ASKED_EVERY = 0
    yield sync_to_async(_mark)
    take_off_mark(connection)


@pytest.fixture
def live(document, amara):
    return open_for_writing(document, by=amara)


async def test_nobody_comes_in_while_the_database_is_not_whole(live, amara, put_on, settings):
    path, session = f"/ws/documents/{live.pk}/", await login(amara)
    await put_on()
    assert await Line(path, session).connect() == COME_AGAIN
    settings.MARK_ASKED_EVERY = None
    line = Line(path, session)
    assert await line.connect() == ACCEPTED
    await line.leave()


@pytest.mark.parametrize("what", ["hello", "update"])
async def test_nothing_that_an_open_page_sends_is_taken(live, amara, put_on, what):
    line = Line(f"/ws/documents/{live.pk}/", await login(amara))
    assert await line.connect() == ACCEPTED
    written = await LogLine.objects.acount()
    await put_on()
    doc = Doc[Any](client_id=7)
    update = b64encode(doc.get_update()).decode()
    said = {
        "hello": {"type": "hello", "vector": b64encode(doc.get_state()).decode()},
        "update": {"type": "update", "client": 7, "base": 0, "key": 1, "update": update},
    }[what]
    await line.say(json.dumps(said))
    while (told := await line.receive_output(timeout=6))["type"] != "websocket.close":
        assert "state" not in told["text"]
        assert "saved" not in told["text"]
    assert told["code"] == COME_AGAIN
    assert await LogLine.objects.acount() == written


async def test_who_only_listens_is_asked_to_come_again_too(live, amara, put_on):
    """The watch goes round every few seconds, the hub as well."""
    line = Line(f"/ws/documents/{live.pk}/", await login(amara))
    assert await line.connect() == ACCEPTED
    await put_on()
    while (told := await line.receive_output(timeout=6))["type"] != "websocket.close":
        pass
    assert told["code"] == COME_AGAIN
