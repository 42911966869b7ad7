"""What one participant does in a day, over plain HTTP, with keys of their own, until it is acknowledged."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from lxml import html

from bench.soak.browser import Answer, Browser, Unanswered
from bench.soak.ledger import Ledger
from bench.soak.lines import AdoptionLine, BoardLine

PASSWORD = "from-intentions-2022"
JSON = "application/json"
AGAIN = (0.5, 1.0, 2.0, 4.0)
THINKING = 20.0
REFUSED, AWAY = range(400, 500), range(500, 600)
# How often, out of so many things that somebody does during the day.
HABITS = (
    ("note", 5),
    ("give_dots", 5),
    ("read_document", 3),
    ("read_agenda", 3),
    ("look_at_my_academy", 2),
    ("look_at_the_board", 2),
)


def alerts_of(page: str) -> list[str]:
    """What a page of a form says that is wrong."""
    return [" ".join(found.text_content().split()) for found in html.fromstring(page).find_class("alert")]


@dataclass
class Person:
    """Somebody who takes part."""

    number: int
    email: str
    browser: Browser
    ledger: Ledger
    told: dict[str, Any]
    board: dict[str, Any]
    line: BoardLine | None = None
    dots: dict[str, int] = field(default_factory=dict)
    is_in: bool = False
    # Set when nobody waits any longer for what was not acknowledged.
    gave_up: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def base(self) -> str:
        return str(self.told["base"])

    # --- Until it is acknowledged -------------------------------------------------------------------------------------

    async def until_told(self, what: str, attempt: Callable[[], Awaitable[Answer]]) -> Answer | None:
        """Try again and again as a page does; a refusal is an answer too. None if nobody waits any longer."""
        since, tries = self.browser.notes.now(), 0
        while not self.gave_up.is_set():
            try:
                answer = await attempt()
            except Unanswered:
                pass
            else:
                if answer.status in REFUSED:
                    self.browser.notes.wonder(f"{what}: {answer.status} {answer.text[:120]!r}")
                    return answer
                if answer.status not in AWAY:
                    self.browser.notes.acknowledged(what, since)
                    return answer
            await asyncio.sleep(AGAIN[min(tries, len(AGAIN) - 1)] * random.uniform(0.75, 1.25))
            tries += 1
        return None

    # --- Arriving -----------------------------------------------------------------------------------------------------

    async def log_in(self) -> bool:
        """Log in by password, as everybody does at the beginning."""
        if await self.until_told(
            "page of the login", lambda: self.browser.get("login page", "/accounts/login/")
        ):
            fields = {"login": self.email, "password": PASSWORD}
            answer = await self.until_told(
                "login", lambda: self.browser.post("login", "/accounts/login/", fields)
            )
            self.is_in = "sessionid" in self.browser.cookies
            if answer and not self.is_in:
                self.browser.notes.wonder(f"login: {answer.status}, and not in: {alerts_of(answer.text)}")
        return self.is_in

    async def read_agenda(self) -> None:
        await self.read("agenda", f"{self.base}programme/")

    async def join(self) -> None:
        """Go through the door of the session, which notes that one came."""
        self.ledger.send("joined", self.email, "")
        answer = await self.until_told("join", lambda: self.browser.get("join", self.told["door"]))
        if answer and answer.header("location") == self.told["room"]:
            self.ledger.acknowledge("joined", self.email, "")
        elif answer:
            self.ledger.refuse("joined", self.email)

    # --- In the group -------------------------------------------------------------------------------------------------

    async def note(self) -> None:
        """Write down a finding."""
        key, text = str(uuid4()), f"Person {self.number} found {random.getrandbits(40):x}"
        fields = {
            "key": key,
            "text": text,
            "place": self.board["place"],
            "kind": "solution",
            "language": "en",
        }
        self.ledger.send("findings", key, text)
        if self.line:
            self.line.moments[key] = (self.browser.notes.now(), 0.0)
        path = f"{self.board['path']}findings/"
        answer = await self.until_told(
            "findings", lambda: self.browser.post("note a finding", path, fields, accept=JSON)
        )
        if answer and answer.status == 201 and answer.json["finding"]["id"] == key:
            self.ledger.acknowledge("findings", key, text)
        elif answer:
            self.ledger.refuse("findings", key)

    async def give_dots(self) -> None:
        """Give one of one's dots to a finding on the screen, or take one back when all are given."""
        shown = list(self.line.screen.findings) if self.line else []
        if not shown:
            return
        given = [key for key, dots in self.dots.items() if dots]
        is_spent = sum(self.dots.values()) >= self.board["dots"]
        key = random.choice(given if is_spent else shown)
        dots = 0 if is_spent else self.dots.get(key, 0) + 1
        path = f"{self.board['path']}findings/{key}/dots/"
        self.ledger.send("dots", (self.email, key), dots)
        fields = {"dots": str(dots)}
        answer = await self.until_told(
            "dots", lambda: self.browser.post("give dots", path, fields, accept=JSON)
        )
        if answer and answer.status == 200:
            self.dots[key] = dots
            self.ledger.acknowledge("dots", (self.email, key), dots)
        elif answer:
            self.ledger.refuse("dots", (self.email, key))

    async def look_at_the_board(self) -> None:
        await self.read("board", self.board["path"])

    # --- Reading ------------------------------------------------------------------------------------------------------

    async def read_document(self) -> None:
        await self.read("document", f"{self.base}document/")

    async def look_at_my_academy(self) -> None:
        await self.read("my academy", f"{self.base}my/")

    async def read(self, action: str, path: str) -> None:
        """Open a page; one that does not come is opened again."""
        await self.until_told(f"page: {action}", lambda: self.browser.get(action, path))

    async def spend_the_day(self, over: asyncio.Event, thinking: float) -> None:
        """One thing after another, with time to think in between."""
        habits, weights = zip(*HABITS, strict=True)
        while not over.is_set():
            await asyncio.sleep(min(random.expovariate(1 / thinking), 3 * thinking))
            if not over.is_set():
                await getattr(self, random.choices(habits, weights)[0])()

    # --- The vote -----------------------------------------------------------------------------------------------------

    async def watch_adoption(self, procedure: str, over: asyncio.Event) -> None:
        """Have the page of the adoption open."""
        line = AdoptionLine(self.browser, procedure, f"{self.base}document/adoption/state.json")
        await line.run(over)

    async def vote(self, *, wait: float) -> None:
        """Read the page of the adoption; take a position after a while, and confirm it."""
        await self.read("adoption", f"{self.base}document/adoption/")
        await asyncio.sleep(wait)
        choice, key = random.choice(("join", "join", "join", "stand-aside")), str(uuid4())
        path = f"{self.base}document/adoption/position/"
        asked = await self.until_told(
            "question about a position",
            lambda: self.browser.post("position, asked", path, {"choice": choice}),
        )
        self.ledger.send("positions", self.email, choice)
        fields = {"choice": choice, "sure": "1", "after": "0", "key": key}
        answer = asked and await self.until_told(
            "positions", lambda: self.browser.post("position, confirmed", path, fields, accept=JSON)
        )
        if answer and answer.status == 200:
            self.ledger.acknowledge("positions", self.email, choice)
        elif answer:
            self.ledger.refuse("positions", self.email)
