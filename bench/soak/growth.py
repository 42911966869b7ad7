"""How cost grows: the same actions at 100, 1,000 and 10,000 participants, and at 10, 100 and 1,000 findings in a group.

One after the other over one connection, on PostgreSQL, Redis and two gunicorn workers that nobody else asks: what is
shown is how long one answer takes, not how many there are a second. The median of several.
"""

import asyncio
import json
import statistics
from collections.abc import Awaitable, Callable, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from bench.boards import GUNICORN
from bench.soak.browser import Answer, Browser, Site
from bench.soak.notes import Notes
from tests.mortals import Town, town
from tests.rushing import SECRET

PEOPLE, FINDINGS = (100, 1_000, 10_000), (10, 100, 1_000)
TIMES = 9
JSON = "application/json"
Step = Callable[[], Awaitable[Answer]]


def grow(people: Sequence[int] = PEOPLE, findings: Sequence[int] = FINDINGS) -> dict[str, Any]:
    """{"people": {action: [[how many, ms]]}, "findings": …}; the findings grow in a group of the fewest people."""

    def fill(made: Town) -> None:
        made.run("manage.py", "migrate", "-v0")
        made.run("manage.py", "load_edition", "2022")

    found: dict[str, Any] = {"people": {}, "findings": {}}
    with town(GUNICORN, setting=fill) as made:
        told = _made(made, "people", people[0])
        for size in findings:
            told |= _made(made, "findings", size)
            _add(found["findings"], size, asyncio.run(_measured(made, told, of_a_board)))
        _add(found["people"], people[0], asyncio.run(_measured(made, told, of_an_academy)))
        for size in people[1:]:
            told |= _made(made, "people", size)
            _add(found["people"], size, asyncio.run(_measured(made, told, of_an_academy)))
    return found


def _made(made: Town, what: str, size: int) -> dict[str, Any]:
    print(f"- {size:,} {what}", flush=True)
    answer: dict[str, Any] = json.loads(made.run("-m", "bench.soak.growing", what, str(size)))
    return answer


def _add(series: dict[str, list[list[float]]], size: int, medians: dict[str, float]) -> None:
    for name, milliseconds in medians.items():
        series.setdefault(name, []).append([size, milliseconds])


async def _measured(
    made: Town, told: dict[str, Any], actions: Callable[["Asking"], dict[str, Iterator[Step]]]
) -> dict[str, float]:
    """{action: the median of its answers in milliseconds}; the first answer of each is left out.

    Raises:
        RuntimeError: something was not answered as it must be.
    """
    asking = Asking(made, told)
    medians: dict[str, float] = {}
    for name, steps in actions(asking).items():
        for step in steps:
            answer = await step()
            if answer.status not in (200, 201, 302):
                raise RuntimeError(f"{name} was answered with {answer.status}: {answer.text[:300]}")
        seconds = [deed.seconds for deed in asking.notes.deeds if deed.action == name][1:]
        medians[name] = round(1000 * statistics.median(seconds), 1)
    return medians


class Asking:
    """Browsers of an organiser and of some participants, who ask one after the other."""

    def __init__(self, made: Town, told: dict[str, Any]) -> None:
        self.told, self.notes = told, Notes()
        self.site, self.port = Site(f"127.0.0.1:{made.ports[0]}", None), made.ports[0]
        self.organiser = self._browser(told["organiser"])
        self.people = [self._browser(cookie) for cookie in told["cookies"]]

    def _browser(self, cookie: str) -> Browser:
        name, _equals, value = cookie.partition("=")
        return Browser(self.site, self.port, self.notes, cookies={name: value, "csrftoken": SECRET})

    def pages(self, action: str, path: str, *, organiser: bool = False) -> Iterator[Step]:
        """A page, asked for again and again by the same person."""
        browser = self.organiser if organiser else self.people[0]
        for _time in range(TIMES):
            yield partial(browser.get, action, path)

    def notes_of(self, action: str) -> Iterator[Step]:
        board = self.told["board"]
        for number in range(TIMES):
            fields = {
                "key": str(uuid4()),
                "text": f"Measured {number}",
                "place": board["place"],
                "kind": "solution",
                "language": "en",
            }
            yield partial(self.people[1].post, action, f"{board['path']}findings/", fields, accept=JSON)

    def dots(self, action: str) -> Iterator[Step]:
        path = f"{self.told['board']['path']}findings/{self.told['newest']}/dots/"
        for number in range(TIMES):
            fields = {"dots": str(number % 2)}
            yield partial(self.people[2].post, action, path, fields, accept=JSON)

    def positions(self, action: str) -> Iterator[Step]:
        """Each by somebody else."""
        for browser in self.people:
            fields = {"choice": "join", "sure": "1", "after": "0", "key": str(uuid4())}
            yield partial(browser.post, action, f"{self.told['vote']}position/", fields, accept=JSON)


def of_an_academy(asking: Asking) -> dict[str, Iterator[Step]]:
    """What is measured as people become more."""
    told = asking.told
    return {
        "agenda": asking.pages("agenda", "/2022/programme/"),
        "my academy": asking.pages("my academy", "/2022/my/"),
        "join": asking.pages("join", told["door"]),
        "board": asking.pages("board", told["board"]["path"]),
        "note a finding": asking.notes_of("note a finding"),
        "give dots": asking.dots("give dots"),
        "document": asking.pages("document", "/2022/document/"),
        "list of people": asking.pages("list of people", "/2022/people/", organiser=True),
        "adoption": asking.pages("adoption", told["vote"]),
        "take a position": asking.positions("take a position"),
    }


def of_a_board(asking: Asking) -> dict[str, Iterator[Step]]:
    """What is measured as findings become more."""
    board, head = asking.told["board"]["path"], asking.told["head"]
    return {
        "board": asking.pages("board", board),
        "all that happened": asking.pages("all that happened", f"{board}events/?after=0"),
        "what is new": asking.pages("what is new", f"{board}events/?after={max(0, head - 1)}"),
        "give dots": asking.dots("give dots"),
        "note a finding": asking.notes_of("note a finding"),
        "findings beside the document": asking.pages(
            "findings beside the document", "/2022/document/findings/"
        ),
    }
