"""The hub: one for each document in each process. It takes in what the editors here send, and tells them what is new.

What arrives while a transaction runs is written in the next one. Only after the commit is it acknowledged and passed
on, with its number. Between processes goes only a hint that there is something new; whoever misses it asks the log
every `POLL_SECONDS`. So the channel layer may fail, and nothing is lost but speed.
"""

import asyncio
import json
import logging
import secrets
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from asgiref.sync import SyncToAsync
from channels.db import DatabaseSyncToAsync
from channels.layers import get_channel_layer
from django.db import DatabaseError, InterfaceError, connections
from redis.exceptions import RedisError

from academy.counting import GAPS, HUB_COMMITS, HUB_LINES, HUB_SECONDS
from academy.models import User
from academy.safekeeping.marking import insist_on_whole_meanwhile
from academy.safekeeping.refusals import Unfinished
from outcome.consumers.presence import Presence
from outcome.live.log import Log
from outcome.live.showing import show_written
from outcome.live.taking import FIXED, HOSTILE, Answer, Parcel, Taken, take
from outcome.models import Document, LogLine

POLL_SECONDS = 1.5
# The clauses show what was written after so much quiet, and at the latest after so long.
QUIET_SECONDS, LATEST_SECONDS = 2.0, 15.0
BATCH = 200
AWAY = (RedisError, OSError)

logger = logging.getLogger(__name__)
# Texts in memory are read and changed by one thread.
_pool = ThreadPoolExecutor(1, thread_name_prefix="editing")


class Line(Protocol):
    """An open editor, as the hub knows it."""

    key: str
    user: User
    name: str

    def tell(self, frame: str) -> None:
        """Send a frame, soon and in order."""

    def hang_up(self, code: int) -> None:
        """Close it."""


@dataclass
class Sent:
    """Something an editor asked for: to be told the state, or to take in an update."""

    line: Line
    vector: bytes | None = None
    parcel: Parcel | None = None
    key: int = 0
    came: float = field(default_factory=time.monotonic)


@dataclass
class Open:
    """The document as this process has it."""

    document: Document
    log: Log


def channel_of(document: UUID | str) -> str:
    """The channel group of a document."""
    return f"document.{UUID(str(document)).hex}"


def _open(document: UUID) -> Open:
    insist_on_whole_meanwhile()
    row = Document.objects.select_related("edition").get(pk=document)
    return Open(row, Log.read(row, notes=False))


def _look(known: Open) -> list[LogLine]:
    """What is new in the log, and whether the text may still change."""
    insist_on_whole_meanwhile()
    row = Document.objects.select_related("edition").get(pk=known.document.pk)
    known.document = row
    return known.log.catch_up(shown=row.shown or 0)


def _take(known: Open, parcels: list[Parcel]) -> Taken:
    insist_on_whole_meanwhile()
    taken = take(known.log, known.document, parcels)
    if any(answer.refused == FIXED for answer in taken.answers):
        taken.lines += _look(known)
    return taken


def _show(known: Open) -> None:
    insist_on_whole_meanwhile()
    known.document.shown = show_written(known.document)


async def in_thread(function: Any, *args: Any) -> Any:
    """Run something with the texts in memory, or with the database, in their thread."""
    return await DatabaseSyncToAsync(function, thread_sensitive=False, executor=_pool)(*args)


async def in_busy_thread(function: Any, *args: Any) -> Any:
    """The same without a new connection to the database each time; whoever is not busy any more lets go of it."""
    return await SyncToAsync(function, thread_sensitive=False, executor=_pool)(*args)


class Hub:
    """The editors of one document in this process."""

    def __init__(self, document: UUID) -> None:
        self.document, self.loop = document, asyncio.get_running_loop()
        self.name = secrets.token_hex(4)
        self.lines: dict[str, Line] = {}
        self.waiting: asyncio.Queue[Sent | None] = asyncio.Queue()
        self.known: Open | None = None
        self.presence = Presence(self.name)
        self.unshown_since = self.written_at = 0.0
        # Whether something came in this round, and not only its time.
        self.was_told = False
        self.tasks = [asyncio.create_task(task) for task in (self.work(), self.listen(), self.show_people())]

    # --- The editors --------------------------------------------------------------------------------------------------

    def join(self, line: Line) -> None:
        self.lines[line.key] = line

    def leave(self, line: Line) -> None:
        self.lines.pop(line.key, None)
        self.presence.leave(line.key)

    def ask(self, sent: Sent) -> None:
        """Put something into the queue."""
        self.waiting.put_nowait(sent)

    def broadcast(self, frame: str) -> None:
        for line in list(self.lines.values()):
            line.tell(frame)

    # --- The work -----------------------------------------------------------------------------------------------------

    async def work(self) -> None:
        """One round after another: take what waits, write it, tell everybody; when nothing comes, look at the log."""
        while True:
            sent = await self._gather()
            try:
                await self._round(sent)
            except (DatabaseError, InterfaceError, Unfinished, Document.DoesNotExist):
                # Nobody knows whether it was written: nothing is acknowledged, and everybody comes back and asks.
                logger.exception("the log of a document could not be written")
                self.known = None
                for line in list(self.lines.values()):
                    line.hang_up(1012)

    async def _gather(self) -> list[Sent]:
        sent: list[Sent] = []
        self.was_told = False
        with suppress(TimeoutError):
            first = await asyncio.wait_for(self.waiting.get(), POLL_SECONDS)
            self.was_told = True
            sent += [first] if first else []
        while not self.waiting.empty() and len(sent) < BATCH:
            more = self.waiting.get_nowait()
            sent += [more] if more else []
        return sent

    async def _round(self, sent: list[Sent]) -> None:
        if self.known is None:
            self.known = await in_thread(_open, self.document)
        known, was = self.known, self.known.document.state
        parcels = [one.parcel for one in sent if one.parcel]
        if parcels:
            taken: Taken = await in_busy_thread(_take, known, parcels)
            self._tell(taken.lines)
            self._answer([one for one in sent if one.parcel], taken.answers)
            if written := sum(bool(answer.entry) for answer in taken.answers):
                HUB_COMMITS.inc()
                HUB_LINES.inc(written)
                self.announce()
        else:
            lines = await in_thread(_look, known)
            if lines and not self.was_told:
                GAPS.labels(page="document").inc()
            self._tell(lines)
        if known.document.state != was:
            self._tell_state(known.document)
        for one in sent:
            if one.vector is not None:
                await self._greet(one)
        await self._show_if_quiet()

    def _tell(self, lines: list[LogLine]) -> None:
        """Pass on what is new, to everybody alike: to take in again what one has written changes nothing."""
        if not lines:
            return
        self.written_at = self.loop.time()
        self.unshown_since = self.unshown_since or self.written_at
        updates = [b64encode(bytes(line.update)).decode() for line in lines]
        facts = {"type": "lines", "first": lines[0].seq, "seq": lines[-1].seq, "updates": updates}
        self.broadcast(json.dumps(facts))

    def _answer(self, sent: list[Sent], answers: list[Answer]) -> None:
        for one, answer in zip(sent, answers, strict=True):
            if answer.refused:
                one.line.tell(json.dumps({"type": "refused", "key": one.key, "code": answer.refused}))
                if answer.refused in HOSTILE:
                    one.line.hang_up(4408)
            else:
                one.line.tell(json.dumps({"type": "saved", "key": one.key, "seq": answer.seq}))
                HUB_SECONDS.observe(time.monotonic() - one.came)

    def _tell_state(self, document: Document) -> None:
        self.broadcast(json.dumps({"type": "document", "open": document.is_open}))

    async def _greet(self, sent: Sent) -> None:
        """Tell an editor all that it does not know, and who else is there."""
        known = self.known
        if known is None or sent.vector is None:
            return
        try:
            update = await in_thread(known.log.doc.get_update, sent.vector)
        except ValueError:
            sent.line.hang_up(4408)
            return
        facts = {
            "type": "state",
            "update": b64encode(update).decode(),
            "vector": b64encode(known.log.doc.get_state()).decode(),
            "seq": known.log.seq,
            "epoch": str(known.document.epoch),
            "open": known.document.is_open,
            "you": sent.line.key,
            "people": self.presence.everybody(),
        }
        sent.line.tell(json.dumps(facts))

    async def _show_if_quiet(self) -> None:
        """Let the clauses show what was written, once nobody has typed for a moment."""
        present = self.loop.time()
        is_time = present - self.written_at > QUIET_SECONDS or present - self.unshown_since > LATEST_SECONDS
        known = self.known
        if not known:
            return
        if not self.unshown_since and (known.document.shown or 0) < known.log.seq and known.document.is_open:
            self.unshown_since = self.written_at = present
        elif self.unshown_since and is_time:
            self.unshown_since = 0.0
            await in_thread(_show, known)

    # --- Other processes ----------------------------------------------------------------------------------------------

    def announce(self) -> None:
        """Hint to the hubs of other processes that there is something new; nobody waits for that."""
        self._send({"type": "document.written", "hub": self.name})

    def _send(self, event: dict[str, Any]) -> None:
        task = self.loop.create_task(self._send_quietly(event))
        self.tasks.append(task)
        task.add_done_callback(self.tasks.remove)

    async def _send_quietly(self, event: dict[str, Any]) -> None:
        try:
            await get_channel_layer().group_send(channel_of(self.document), event)
        except AWAY:
            logger.warning("other processes were not told of a line; they ask the log")

    async def listen(self) -> None:
        """Hear the hints of other processes, and who is there."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(channel_of(self.document), channel)
                while True:
                    self._hear(await layer.receive(channel))
            except AWAY:
                await asyncio.sleep(POLL_SECONDS)

    def _hear(self, event: dict[str, Any]) -> None:
        if event.get("hub") == self.name:
            return
        if event["type"] == "document.people":
            self.presence.hear(event, self.loop.time())
        elif event["type"] == "document.amendments":
            self.broadcast(json.dumps({"type": "amendments"}))
        else:
            self.waiting.put_nowait(None)

    async def show_people(self) -> None:
        """Tell who is there and where they write, several times a second if it changed."""
        while True:
            await asyncio.sleep(Presence.SECONDS)
            here, news = self.presence.news(self.loop.time())
            if news:
                self.broadcast(json.dumps({"type": "people", **news}))
            if here:
                self._send({"type": "document.people", "hub": self.name, **here})

    async def close(self) -> None:
        """Stop, after the clauses show what was written."""
        tasks = list(self.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self.known and self.unshown_since:
            with suppress(DatabaseError, InterfaceError, Unfinished):
                await in_thread(_show, self.known)


_hubs: dict[UUID, Hub] = {}


def hub_of(document: UUID) -> Hub:
    """The hub of a document in this process, begun if there is none."""
    hub = _hubs.get(document)
    if hub is None or hub.loop is not asyncio.get_running_loop():
        hub = _hubs[document] = Hub(document)
    return hub


async def leave(hub: Hub, line: Line) -> None:
    """A line goes; the last one closes the hub."""
    hub.leave(line)
    if not hub.lines and _hubs.get(hub.document) is hub:
        del _hubs[hub.document]
        await hub.close()


async def close_all() -> None:
    """Close every hub of this process, and its connections to the database: for the end of a test or a server."""
    hubs, here = list(_hubs.values()), asyncio.get_running_loop()
    _hubs.clear()
    for hub in hubs:
        if hub.loop is here:  # the tasks of a loop that has ended have ended with it
            await hub.close()
    await in_thread(connections.close_all)
