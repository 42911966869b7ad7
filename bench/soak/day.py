"""The day: people arrive, work in two groups while the document is written, and vote. All the while things go wrong."""

import asyncio
import json
import random
import ssl
from dataclasses import dataclass, field
from typing import Any

from bench.soak.browser import Browser, Site
from bench.soak.door import Door, always
from bench.soak.faults import PLAN, Faults, go_wrong
from bench.soak.figures import RECONNECT_SECONDS
from bench.soak.ledger import Ledger
from bench.soak.lines import BoardLine, equal_screens
from bench.soak.memory import watch_memory
from bench.soak.notes import Notes
from bench.soak.people import Person
from bench.soak.writing import Writer, different_texts
from tests.mortals import Town
from tests.production import Shape

# How many people stand behind one address; a login is refused from 400 on within five minutes.
VENUE = 350
SETTLE_SECONDS = 90.0
DELAYS_OF = 12


@dataclass(frozen=True)
class Plan:
    """What is asked for."""

    people: int = 300
    writers: int = 12
    minutes: float = 8.0
    cut_seconds: float = 60.0
    thinking: float = 20.0
    faults: tuple[str, ...] = PLAN
    back_within: float = RECONNECT_SECONDS

    @property
    def arriving(self) -> float:
        """Seconds in which everybody logs in."""
        return self.minutes * 60 * 0.25

    @property
    def working(self) -> float:
        return self.minutes * 60 * 0.6

    @property
    def voting(self) -> float:
        return self.minutes * 60 * 0.15


@dataclass
class Day:
    """Who is there, what was noted, and what was acknowledged."""

    plan: Plan
    shape: Shape
    town: Town
    told: dict[str, Any]
    notes: Notes = field(default_factory=Notes)
    ledger: Ledger = field(default_factory=Ledger)
    doors: list[Door] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    writers: list[Writer] = field(default_factory=list)
    unequal_screens: int = 0
    different_texts: int = 0

    async def go_by(self) -> None:
        """Live through it from the first login to the last position."""
        over, worked = asyncio.Event(), asyncio.Event()
        await self._open_doors()
        watching = asyncio.create_task(watch_memory(self.shape, self.town, self.notes, over))
        try:
            await self._arrive_and_work(worked)
            await self._vote()
        finally:
            over.set()
            await watching
            for door in self.doors:
                await door.close()

    async def _open_doors(self) -> None:
        site = _site(self.shape)
        venues = 1 + (self.plan.people + self.plan.writers) // VENUE
        for venue in range(venues):
            choice = always(_door_of(self.shape)) if self.shape.has_proxy else _without_proxy(self.shape)
            door = Door(choice, reads=not self.shape.has_proxy, venue=venue)
            await door.open()
            self.doors.append(door)
        moments: list[dict[str, tuple[float, float]]] = [{} for _board in self.told["boards"]]
        for number, email in enumerate(self.told["people"]):
            browser = Browser(site, self.doors[number % venues].port, self.notes)
            place = number % len(self.told["boards"])
            board = self.told["boards"][place]
            person = Person(number, email, browser, self.ledger, self.told, board)
            notes_delays = number < DELAYS_OF * len(self.told["boards"])
            person.line = BoardLine(browser, board["group"], moments[place], notes_delays=notes_delays)
            self.people.append(person)

    # --- Arriving and working -----------------------------------------------------------------------------------------

    async def _arrive_and_work(self, worked: asyncio.Event) -> None:
        """Everybody comes, works until the faults are through, and finishes what they have begun."""
        closing = asyncio.Event()
        self.notes.enter("arriving")
        staying = [asyncio.create_task(self._spend(person, worked, closing)) for person in self.people]
        staying += [
            asyncio.create_task(self._write(number, worked, closing))
            for number in range(len(self.told["writers"]))
        ]
        await asyncio.sleep(self.plan.arriving)
        self.notes.enter("working")
        faults = Faults(self.shape, self.town, self.doors, self.notes, self.plan.cut_seconds)
        await go_wrong(faults, [name for name in self.plan.faults if name != "vote"], self.plan.working)
        worked.set()
        self.notes.enter("finishing")
        await self._settle()
        closing.set()
        for task in (await asyncio.wait(staying, timeout=SETTLE_SECONDS))[1]:
            task.cancel()
        await asyncio.gather(*staying, return_exceptions=True)

    async def _spend(self, person: Person, worked: asyncio.Event, closing: asyncio.Event) -> None:
        await asyncio.sleep(self.plan.arriving * 0.85 * random.random())
        if not await person.log_in():
            return
        await person.read_agenda()
        await person.join()
        await person.look_at_the_board()
        listening = asyncio.create_task(person.line.run(closing)) if person.line else None
        await person.spend_the_day(worked, self.plan.thinking)
        await closing.wait()
        await _hang_up([listening] if listening else [])

    async def _write(self, number: int, worked: asyncio.Event, closing: asyncio.Event) -> None:
        site = self.people[0].browser.site
        browser = Browser(site, self.doors[number % len(self.doors)].port, self.notes)
        author = Person(
            -number, self.told["writers"][number], browser, self.ledger, self.told, self.told["boards"][0]
        )
        await asyncio.sleep(self.plan.arriving * 0.5 * random.random())
        if not await author.log_in():
            return
        await author.read("writing page", "/2022/document/desk/write/")
        writer = Writer(browser, number, self.told, self.ledger)
        self.writers.append(writer)
        listening = asyncio.create_task(writer.run(closing))
        await writer.write(1.5, worked)
        await closing.wait()
        await _hang_up([listening])

    async def _settle(self) -> None:
        """Wait until everybody has what they sent acknowledged, and every page shows the same."""
        await asyncio.wait([asyncio.create_task(self._all_settled())], timeout=SETTLE_SECONDS)
        lines = [person.line for person in self.people if person.is_in and person.line]
        there = self._findings()
        wrong = await equal_screens(lines, lambda line: _shown(line) == there[_group(line)], 15)
        self.unequal_screens = len(wrong)
        self.different_texts = await different_texts(self.writers, SETTLE_SECONDS)

    async def _all_settled(self) -> None:
        while not self._is_settled():  # noqa: ASYNC110  # what is waited for lies in many places
            await asyncio.sleep(0.3)

    def _is_settled(self) -> bool:
        sent, told = self.ledger.sent, self.ledger.acknowledged
        return all(told.get(kind) == rows for kind, rows in sent.items()) and all(
            writer.is_saved for writer in self.writers
        )

    def _findings(self) -> dict[str, dict[str, str]]:
        """{board: {finding: text}}, as the database has it."""
        found: dict[str, dict[str, str]] = {board["group"]: {} for board in self.told["boards"]}
        for group, key, text in self.town.ask("SELECT group_id::text, id::text, text FROM workshops_finding"):
            found.setdefault(group, {})[key] = text
        return found

    # --- The vote -----------------------------------------------------------------------------------------------------

    async def _vote(self) -> None:
        made = await asyncio.to_thread(self.town.run, "-m", "bench.soak.setting", "vote")
        adoption = json.loads(made)
        self.notes.enter("voting")
        over = asyncio.Event()
        present = [person for person in self.people if person.is_in]
        watching = [
            asyncio.create_task(person.watch_adoption(adoption["procedure"], over)) for person in present
        ]
        voting = [
            asyncio.create_task(person.vote(wait=self.plan.voting * 0.8 * random.random()))
            for person in present
        ]
        await asyncio.sleep(self.plan.voting * 0.3)
        if "vote" in self.plan.faults:
            faults = Faults(self.shape, self.town, self.doors, self.notes, self.plan.cut_seconds)
            await faults.happen("vote")
        await asyncio.wait(voting, timeout=self.plan.voting + SETTLE_SECONDS)
        for person in self.people:
            person.gave_up.set()
        await asyncio.gather(*voting)
        over.set()
        await _hang_up(watching)
        self.notes.enter("over")


async def _hang_up(lines: list[asyncio.Task[None]]) -> None:
    """Close pages, without waiting until something is told on their lines."""
    for line in lines:
        line.cancel()
    await asyncio.gather(*lines, return_exceptions=True)


def _group(line: BoardLine) -> str:
    return line.path.split("/")[3]


def _shown(line: BoardLine) -> dict[str, str]:
    return {key: one["text"] for key, one in line.screen.findings.items()}


def _site(shape: Shape) -> Site:
    """The name that the academy answers for; its certificate was made by us a moment ago."""
    authority = shape.address.partition("://")[2]
    if not shape.address.startswith("https"):
        return Site(authority, None)
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return Site(authority, context)


def _door_of(shape: Shape) -> int:
    return int(shape.address.rpartition(":")[2])


def _without_proxy(shape: Shape) -> Any:
    """Sockets to one kind of process, pages to the other, each to any of two."""

    def choose(line: bytes) -> list[int]:
        ports = [shape.ports[port] for port in (("8101", "8102") if b" /ws/" in line else ("8001", "8002"))]
        random.shuffle(ports)
        return ports

    return choose
