"""Hostile frames on every socket: an answer or a close, never an error of ours, and whoever else listens goes on.

ACADEMY_FUZZ=5000 ACADEMY_FUZZ_SEED=7 python -m pytest tests/test_fuzz_sockets.py   tries longer, and something else
"""

from __future__ import annotations

import json
import logging
from base64 import b64encode
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import DataError
from pycrdt import Doc

from academy.consumers import TOO_MUCH, WatchedConsumer
from outcome.consumers.editing import EditingConsumer
from tests.doors import people_of
from tests.hostile import VALUES
from tests.intruder import COUNT, SEED, errors_logged
from tests.lines import ACCEPTED, Line, login
from workshops.consumers import BoardConsumer
from workshops.models import Group

if TYPE_CHECKING:
    from academy.models import Edition
    from tests.doors import People

pytestmark = [pytest.mark.usefixtures("no_connection_stays"), pytest.mark.usefixtures("quiet_log")]
Frame = dict[str, Any]
EMPTY = b64encode(Doc().get_state()).decode()
AFTER: Frame = {"after": 0}
HELLO: Frame = {"type": "hello", "vector": EMPTY}
# Of each kind of socket: what a page asks, what stands in the answer to that, and what else it says.
PAGES: dict[str, tuple[Frame, str, tuple[Frame, ...]]] = {
    "board": (AFTER, '"events"', ({"after": 3},)),
    "adoption": ({}, '"number"', ({},)),
    "counts": ({}, '"number"', ({},)),
    "document": (
        HELLO,
        '"state"',
        (
            HELLO,
            {
                "type": "update",
                "key": 1,
                "client": 7001,
                "base": 0,
                "update": b64encode(b"\x00\x00").decode(),
            },
            {"type": "cursor", "cursor": {"anchor": {"type": "x"}, "head": {"type": "x"}}},
            {"type": "cursor", "cursor": None},
        ),
    ),
}
# After so many frames it is asked whether somebody still listens.
ROUND = 20
ODD: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**31,
    2**53,
    2**64,
    1.5,
    -0.0,
    [],
    {},
    [[[]]],
    {"a": {}},
    [0] * 40,
    "",
    "AA==",
    "/" * 500,
)


@pytest.fixture
def edition(at_work: Edition) -> Edition:
    return at_work


@pytest.fixture
def paths(edition: Edition) -> dict[str, str]:
    document = edition.document
    adoption = f"/ws/adoptions/{document.procedures.get().pk}/"
    group = Group.objects.of_edition(edition).get(workshop__number=3, slug="group-1")
    return {
        "board": f"/ws/boards/{group.pk}/",
        "adoption": adoption,
        "counts": f"{adoption}counts/",
        "document": f"/ws/documents/{document.pk}/",
    }


@pytest.fixture
def people(edition: Edition) -> People:
    return people_of(edition)


def odd(draw: Random) -> Any:
    """A value that no page sends there."""
    return draw.choice(ODD) if draw.random() < 0.5 else draw.choice(VALUES)


def spoilt_frame(draw: Random, samples: tuple[Frame, ...]) -> dict[str, Any]:
    """What a page says, with something in it changed; sometimes no JSON, not even text, or much of it."""
    said = dict(draw.choice(samples))
    for _time in range(draw.randint(1, 3)):
        match draw.randrange(6):
            case 0 if said:
                said.pop(draw.choice(list(said)))
            case 1:
                said[draw.choice(VALUES)] = odd(draw)
            case 2:
                said["type"] = odd(draw)
            case _ if said:
                said[draw.choice(list(said))] = odd(draw)
    text = json.dumps(said)
    match draw.randrange(12):
        case 0:
            return {"bytes": draw.randbytes(draw.choice((0, 1, 60, 2_000)))}
        case 1:
            return {"text": text[: draw.randrange(len(text) + 1)]}
        case 2:
            # What is no text in UTF-8 ends in the server; as an escape of JSON it comes through.
            return {"text": draw.choice(VALUES).encode(errors="replace").decode()}
        case 3:
            return {
                "text": draw.choice(("[" * 50_000, "x" * 400_000, "[" + "0," * 900 + "0]", "NaN", "1e999"))
            }
    return {"text": text}


class Visitor:
    """Somebody at a page of this kind, who comes back whenever the line was closed."""

    def __init__(self, kind: str, path: str, session: str) -> None:
        self.asks, self.answer, self.samples = PAGES[kind]
        self.path, self.session = path, session
        self.line: Line | None = None
        self.closed = self.answered = 0

    async def come(self) -> Line:
        if self.line is None:
            self.line = Line(self.path, self.session)
            assert await self.line.connect() == ACCEPTED
        return self.line

    async def say(self, *frames: Frame) -> None:
        """Say these, and then what a page asks, until an answer to that or the end of the line.

        What was said may have been the same question, so this shows that somebody answers, not yet what.

        Raises:
            Exception: whatever the consumer raises.
            TimeoutError: nothing is answered.
        """
        line = await self.come()
        for frame in (*frames, {"text": json.dumps(self.asks)}):
            await line.send_input({"type": "websocket.receive", **frame})
        while self.line and self.answer not in await self.hear(line):
            pass
        self.answered += self.line is not None

    async def hear(self, line: Line) -> str:
        """What is said next; nothing, if it is that the line ends."""
        output = await line.receive_output(timeout=6)
        if output["type"] == "websocket.close":
            # For no hostile frame is the database away, or does somebody lose a right.
            assert output["code"] == TOO_MUCH, output
            self.closed += 1
            await self.leave()
        return str(output.get("text", ""))

    async def still_heard(self) -> None:
        """Let all that was asked be answered, and ask once more.

        Raises:
            TimeoutError: nothing is answered any more.
        """
        while self.line and not await self.line.receive_nothing(timeout=0.2):
            await self.hear(self.line)
        if self.line:
            await self.say()

    def hang_up(self) -> None:
        """Go at once, whatever is still said."""
        if self.line:
            self.line.stop(exceptions=False)
            self.line = None

    async def leave(self) -> None:
        """Go; what the consumer raised meanwhile is raised here."""
        if self.line:
            line, self.line = self.line, None
            await line.leave()


async def try_frames(kind: str, path: str, session: str, count: int) -> Visitor:
    """Say so many hostile things at a page of this kind."""
    draw, visitor = Random(f"{SEED} {kind}"), Visitor(kind, path, session)
    said: list[str] = []
    with errors_logged() as logged:
        try:
            for number in range(1, count + 1):
                frame = spoilt_frame(draw, visitor.samples)
                said = [*said[-ROUND:], str(frame)[:300]]
                await visitor.say(frame)
                if number % ROUND == 0 or number == count:
                    await visitor.still_heard()
            await visitor.leave()
        except Exception as error:
            raise AssertionError(f"{error!r} after {said}") from error
        finally:
            visitor.hang_up()
    assert logged == [], (logged, said)
    return visitor


@pytest.mark.parametrize("kind", list(PAGES))
async def test_hostile_frames_are_answered_or_end_their_own_line(people, paths, kind, monkeypatch):
    # How often one may say something has a test of its own.
    monkeypatch.setattr(WatchedConsumer, "FRAMES", 10**9)
    monkeypatch.setattr(EditingConsumer, "FRAMES", 10**9)
    listener = Visitor(kind, paths[kind], await login(people["moderator"]))
    await listener.say()
    hostile = await try_frames(kind, paths[kind], await login(people["organiser"]), COUNT // 5)
    assert min(hostile.closed, hostile.answered) > 1
    await listener.say()
    await listener.leave()
    assert (listener.answered, listener.closed) == (2, 0)


async def test_a_socket_that_breaks_is_noticed(people, paths, monkeypatch):
    """The control: with an answer that raises what nobody expects."""

    def broken(words: str) -> int:
        raise ZeroDivisionError

    session = await login(people["organiser"])
    monkeypatch.setattr("workshops.consumers.asked_after", broken)
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        await try_frames("board", paths["board"], session, 20)


async def test_a_socket_that_falls_silent_is_noticed(people, paths, monkeypatch):
    """The control: a board that stops answering."""
    session = await login(people["organiser"])
    tell, told = BoardConsumer.say, []

    def say_seven_times(board: BoardConsumer, what: Frame) -> None:
        told.append(what)
        if len(told) <= 7:
            tell(board, what)

    monkeypatch.setattr(BoardConsumer, "say", say_seven_times)
    with pytest.raises(AssertionError, match="TimeoutError"):
        await try_frames("board", paths["board"], session, 20)


@pytest.mark.parametrize("how", ["logged", "of the database"])
async def test_an_error_behind_a_socket_is_noticed_though_the_page_is_only_asked_to_come_again(
    people, paths, monkeypatch, how
):
    def worried(words: str) -> int:
        if how == "of the database":
            raise DataError("integer out of range")
        logging.getLogger("academy").error("Something went wrong")
        return 0

    session = await login(people["organiser"])
    monkeypatch.setattr("workshops.consumers.asked_after", worried)
    with pytest.raises(AssertionError, match="1012" if how == "of the database" else "Something went wrong"):
        await try_frames("board", paths["board"], session, 20)
