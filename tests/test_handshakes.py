"""What it costs to let people in at the sockets: a crowd costs as many questions as one person does."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import DataError, OperationalError, connection
from django.test.utils import CaptureQueriesContext
from redis.exceptions import ConnectionError as NotReached

from academy.consumers import COME_AGAIN, NOT_ALLOWED
from academy.consumers import together as asking
from academy.consumers.together import Question, Together, allowed_of, answers_of, let_in
from academy.consumers.watching import watch_of
from academy.models import User
from outcome.consumers.adoption import AdoptionConsumer, CountsConsumer
from outcome.consumers.editing import EditingConsumer
from outcome.models import Document, Procedure
from tests.lines import ACCEPTED, Line, login
from workshops.consumers import BoardConsumer
from workshops.models import Group

if TYPE_CHECKING:
    from collections.abc import Callable

    from academy.models import Edition

pytestmark = pytest.mark.usefixtures("no_connection_stays")
KINDS = ("board", "document", "adoption", "counts")


@pytest.fixture
def edition(at_work: Edition) -> Edition:
    return at_work


@pytest.fixture
def seated(edition: Edition) -> list[User]:
    """Those who have a seat in a group that is at work."""
    seats = _group(edition).seats.select_related("participant__user").order_by("pk")
    return [seat.participant.user for seat in seats]


def _group(edition: Edition) -> Group:
    return Group.objects.of_edition(edition).get(workshop__number=3, slug="group-1")


def _socket(kind: str, edition: Edition, session: str) -> Any:
    """A newcomer at the door of a socket."""
    consumer, name, row = {
        "board": (BoardConsumer, "group", _group(edition)),
        "document": (EditingConsumer, "document", Document.objects.get()),
        "adoption": (AdoptionConsumer, "procedure", Procedure.objects.get()),
        "counts": (CountsConsumer, "procedure", Procedure.objects.get()),
    }[kind]
    socket = consumer()
    session_row = SimpleNamespace(session_key=session)
    socket.scope = {"session": session_row, "url_route": {"kwargs": {name: row.pk}}}
    return socket


def _asked(ask: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as asked:
        ask()
    return len(asked)


async def _sockets(kind: str, edition: Edition, people: list[User]) -> list[Any]:
    sessions = [await login(user) for user in people]
    make = sync_to_async(lambda: [_socket(kind, edition, session) for session in sessions])
    return await make()


async def _people(kind: str, edition: Edition, seated: list[User]) -> list[User]:
    """Somebody who may listen there, and then others: of the seated ones none writes the document."""
    amara = await User.objects.aget(email="amara@example.org")
    return [amara, *seated] if kind == "document" else seated


@pytest.mark.parametrize("kind", KINDS)
async def test_a_crowd_at_the_door_costs_as_many_questions_as_a_few(edition, seated, kind):
    people = await _people(kind, edition, seated)
    assert len(people) > 10
    few = await _sockets(kind, edition, people[::4])
    crowd = await _sockets(kind, edition, people)
    questions = [
        await sync_to_async(_asked)(lambda sockets=sockets: let_in(sockets)) for sockets in (few, crowd)
    ]
    # Sessions and people, what is shown, who may read it (roles, registrations), and the first words.
    most = {"board": 8, "document": 6, "adoption": 7, "counts": 7}[kind]
    assert questions[0] == questions[1] <= most


@pytest.mark.parametrize("kind", KINDS)
async def test_open_pages_are_watched_with_as_many_questions_as_a_few(edition, seated, kind):
    people = await _people(kind, edition, seated)
    few = await _sockets(kind, edition, people[::4])
    crowd = await _sockets(kind, edition, people)
    for sockets in (few, crowd):  # a name is looked up at the door
        await sync_to_async(let_in)(sockets)
    questions = [
        await sync_to_async(_asked)(lambda sockets=sockets: allowed_of(sockets)) for sockets in (few, crowd)
    ]
    assert questions[0] == questions[1] <= 7


async def test_at_the_door_each_gets_the_answer_of_their_own(edition, seated):
    """Somebody without a login, a stranger and a newcomer at once: only the last is let in, and greeted."""
    stranger = await sync_to_async(User.objects.create_user)("stranger@example.org")
    sockets = await _sockets("board", edition, [seated[0], stranger, None])
    group = await sync_to_async(_group)(edition)
    told = await sync_to_async(let_in)(sockets)
    assert told == {sockets[0]: {"number": group.head, "state": "open"}}
    assert [socket.person for socket in sockets] == [seated[0], stranger, None]


async def test_what_many_ask_of_one_board_is_looked_up_once(edition):
    group = await sync_to_async(_group)(edition)
    one = [Question(BoardConsumer, str(group.pk), '{"after": 0}')]
    many = [Question(BoardConsumer, str(group.pk), f'{{"after": {n}}}') for n in range(group.head, 50)]
    await sync_to_async(answers_of)(one)  # the lines of a ledger lie in memory from now on
    few = await sync_to_async(_asked)(lambda: answers_of(one))
    assert few <= 10
    assert await sync_to_async(_asked)(lambda: answers_of(many * 3)) == few
    told = await sync_to_async(answers_of)([*many, *one])
    assert {question: len(told[question]["events"]) for question in one + many} == {
        question: group.head if question in one else 0 for question in one + many
    }


async def test_while_one_round_is_answered_the_next_one_gathers_whoever_comes():
    rounds: list[list[int]] = []

    def answer(asked: list[int]) -> dict[int, int]:
        rounds.append(list(asked))
        return {one: one * 10 for one in asked if one}

    together: Together[int, int] = Together(answer)
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(together.ask(number)) for number in (0, 2, 3, 2)]
    assert [await first, *[await other for other in others]] == [10, None, 20, 30, 20]
    assert rounds == [[1], [0, 2, 3, 2]]


async def test_who_goes_away_at_the_door_takes_nobody_along():
    together: Together[int, int] = Together(lambda asked: {one: one for one in asked})
    goes, stays = (asyncio.create_task(together.ask(number)) for number in (1, 2))
    await asyncio.sleep(0)
    goes.cancel()
    assert await stays == 2


async def test_a_round_that_fails_is_told_to_its_own_and_to_nobody_after_it():
    def answer(asked: list[int]) -> dict[int, int]:
        if 1 in asked:
            raise OperationalError
        return {one: one for one in asked}

    together: Together[int, int] = Together(answer)
    said = await asyncio.gather(together.ask(1), together.ask(2), return_exceptions=True)
    assert [type(one) for one in said] == [OperationalError, OperationalError]
    assert await together.ask(3) == 3


async def test_a_crowd_that_comes_at_once_is_let_in_in_a_few_rounds(edition, seated, monkeypatch):
    rounds: list[int] = []
    let = asking.people_of

    def counted(keys: Any) -> Any:
        keys = list(keys)
        rounds.append(len(keys))
        return let(keys)

    monkeypatch.setattr(asking, "people_of", counted)
    path = f"/ws/boards/{(await sync_to_async(_group)(edition)).pk}/"
    lines = [Line(path, await login(user)) for user in seated]
    said = await asyncio.gather(*(line.connect() for line in lines))
    assert said == [ACCEPTED] * len(seated)
    assert sum(rounds) == len(seated)
    assert len(rounds) <= 3
    for line in lines:
        await line.leave()


@pytest.mark.parametrize("error", [OperationalError, NotReached])
async def test_while_the_database_or_redis_is_away_newcomers_are_asked_to_come_again(
    edition, seated, monkeypatch, error
):
    def away(*_words: Any) -> None:
        raise error

    path = f"/ws/boards/{(await sync_to_async(_group)(edition)).pk}/"
    session = await login(seated[0])
    with monkeypatch.context() as broken:
        if error is OperationalError:
            broken.setattr(asking, "people_of", away)
        else:
            broken.setattr(BoardConsumer, "listen", away)
        assert await Line(path, session).connect() == COME_AGAIN
    line = Line(path, session)
    assert await line.connect() == ACCEPTED
    await line.leave()
    assert await Line(path).connect() == NOT_ALLOWED


@pytest.mark.parametrize(
    ("error", "is_ours"),
    [(OperationalError, False), (NotReached, False), (DataError, True), (FileNotFoundError, True)],
)
async def test_an_error_of_ours_is_in_the_log_once_for_all_who_asked_and_an_outage_is_none(
    caplog, error, is_ours
):
    def away(asked: list[str]) -> dict[str, str]:
        raise error("behind a page")

    together = Together(away)
    told = await asyncio.gather(*(together.ask(str(number)) for number in range(5)), return_exceptions=True)
    assert {type(one) for one in told} == {error}
    logged = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(logged) == is_ours


async def test_when_redis_ends_open_pages_are_asked_to_come_again_and_are_watched_no_longer(
    edition, seated, monkeypatch
):
    line = Line(f"/ws/boards/{(await sync_to_async(_group)(edition)).pk}/", await login(seated[0]))
    ended = asyncio.Event()

    async def receive(_layer: Any, _channel: str) -> None:
        await ended.wait()
        raise NotReached

    monkeypatch.setattr(type(get_channel_layer()), "receive", receive)
    assert await line.connect() == ACCEPTED
    await line.receive_output(timeout=5)
    assert len(watch_of().sockets) == 1
    ended.set()
    closed = await line.receive_output(timeout=5)
    assert (closed["type"], closed["code"]) == ("websocket.close", COME_AGAIN)
    await line.leave()
    assert watch_of().sockets == set()


async def test_a_crowd_on_one_board_takes_one_place_and_gives_it_back(edition, seated, monkeypatch):
    """A process has a hundred connections to Redis, and whoever finds none would be sent away."""
    places: list[str] = []

    async def group_add(_layer: Any, _group: str, channel: str) -> None:
        places.append(channel)
        await asyncio.sleep(0.01)

    async def group_discard(_layer: Any, _group: str, channel: str) -> None:
        places.remove(channel)

    monkeypatch.setattr(type(get_channel_layer()), "group_add", group_add)
    monkeypatch.setattr(type(get_channel_layer()), "group_discard", group_discard)
    path = f"/ws/boards/{(await sync_to_async(_group)(edition)).pk}/"
    lines = [Line(path, await login(user)) for user in seated]
    said = await asyncio.gather(*(line.connect() for line in lines))
    assert (said, len(places)) == ([ACCEPTED] * len(seated), 1)
    for line in lines:
        assert len(places) == 1
        await line.leave()
    await asyncio.sleep(0)
    assert places == []
