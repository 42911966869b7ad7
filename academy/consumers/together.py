"""Questions that are asked at the same moment are answered together, in one go, in the thread that asks the database.

A process has one thread for that. A crowd that comes back after a restart would stand in line before it, and each ask
the same; so while one round is answered, the next one gathers whoever comes.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from academy.consumers.closing import AWAY
from academy.consumers.sessions import people_of
from academy.outages import is_outage
from academy.safekeeping.marking import insist_on_whole_meanwhile

Asked = TypeVar("Asked", bound=Hashable)
Told = TypeVar("Told")

logger = logging.getLogger(__name__)


class Together(Generic[Asked, Told]):
    """Gathers questions into rounds; one round at a time is answered.

    When answering fails, everybody of that round hears of it, and nobody of the next.
    """

    def __init__(self, answer: Callable[[list[Asked]], dict[Asked, Told]]) -> None:
        self.answer = answer
        self.turn = asyncio.Lock()
        self.gathering: tuple[list[Asked], asyncio.Task[dict[Asked, Told]]] | None = None

    async def ask(self, asked: Asked) -> Told | None:
        """The answer to this question; None if there is none to it."""
        if self.gathering is None:
            fresh: list[Asked] = []
            self.gathering = (fresh, asyncio.create_task(self._answer(fresh)))
        questions, answering = self.gathering
        questions.append(asked)
        # Whoever goes away meanwhile takes nobody's answer along.
        return (await asyncio.shield(answering)).get(asked)

    async def _answer(self, questions: list[Asked]) -> dict[Asked, Told]:
        async with self.turn:
            self.gathering = None
            try:
                told: dict[Asked, Told] = await database_sync_to_async(self.answer)(questions)
            except AWAY as problem:
                # Each of them is asked to come again, whatever it was; the log hears once that it was an error of ours.
                if not is_outage(problem):
                    logger.exception("What live pages ask cannot be answered")
                raise
            return told


@dataclass(frozen=True)
class Question:
    """What an open page asks: the kind of its socket, the place that it shows, and its words."""

    kind: Any
    place: Any
    said: str


def allowed_of(sockets: list[Any]) -> set[Any]:
    """Those of the sockets whose people may listen, with the sessions as they are stored now; notes who they are.

    Raises:
        Unfinished: the database is not whole.
    """
    insist_on_whole_meanwhile()
    people = people_of(socket.scope["session"].session_key for socket in sockets)
    by_kind: defaultdict[Any, list[tuple[Any, Any]]] = defaultdict(list)
    for socket in sockets:
        socket.person = people.get(socket.scope["session"].session_key)
        if socket.person is not None:
            by_kind[type(socket)].append((socket, socket.person))
    return {socket for kind, lines in by_kind.items() for socket in kind.who_may_listen(lines)}


def answers_of(questions: list[Question]) -> dict[Question, dict[str, Any]]:
    """What these are told: what is asked several times is looked up once, and each place is.

    Raises:
        Unfinished: the database is not whole.
    """
    insist_on_whole_meanwhile()
    by_place: defaultdict[tuple[Any, Any], set[str]] = defaultdict(set)
    for question in questions:
        by_place[question.kind, question.place].add(question.said)
    return {
        Question(kind, place, words): told
        for (kind, place), said in by_place.items()
        for words, told in kind.answers(place, said).items()
    }


def let_in(sockets: list[Any]) -> dict[Any, dict[str, Any]]:
    """Those newcomers who may listen, each with what a newcomer is told there."""
    allowed = allowed_of(sockets)
    greetings = {socket: Question(type(socket), socket.place, "") for socket in allowed}
    told = answers_of(list(greetings.values()))
    return {socket: told[greeting] for socket, greeting in greetings.items()}


class Doors:
    """Where a process lets newcomers in and answers open pages."""

    def __init__(self) -> None:
        self.newcomers: Together[Any, dict[str, Any]] = Together(let_in)
        self.questions: Together[Question, dict[str, Any]] = Together(answers_of)


_doors: WeakKeyDictionary[asyncio.AbstractEventLoop, Doors] = WeakKeyDictionary()


def doors_of() -> Doors:
    """Those of the event loop that runs now: one for a process, and one for each test."""
    loop = asyncio.get_running_loop()
    if loop not in _doors:
        _doors[loop] = Doors()
    return _doors[loop]
