"""The socket of the writing page: what an editor sends goes to the hub, what the hub says goes to the editor."""

import asyncio
import binascii
import json
import secrets
from base64 import b64decode
from typing import Any

from academy.consumers import COME_AGAIN, TOO_MUCH, WatchedConsumer
from academy.models import User
from outcome.consumers.hub import Hub, Sent, hub_of, leave
from outcome.live.taking import Parcel
from outcome.models import Document
from outcome.permissions import may_draft, may_follow, shown_to_writers

# An update of 256 KiB in base 64, and what is around it.
FRAME_LIMIT = 360_000
CURSOR_LIMIT = 2_000
# What may wait for a line that is slower than the others, in frames.
BACKLOG = 600


class EditingConsumer(WatchedConsumer):
    """One open writing page. It listens to its hub alone, in this process: no channel of its own is needed."""

    FRAMES, FRAME_SECONDS = 600, 10
    channel_layer_alias = "local"
    hub: Hub | None = None
    sender: asyncio.Task[None] | None = None
    user: User
    name = ""
    writes = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = secrets.token_hex(6)
        self.outgoing: asyncio.Queue[str | int] = asyncio.Queue(BACKLOG)

    def may_listen(self, user: Any) -> bool:
        found = Document.objects.select_related("edition")
        document = found.filter(pk=self.scope["url_route"]["kwargs"]["document"]).first()
        if document is None or not document.is_live or not may_follow(user, document.edition):
            return False
        self.user, self.writes = user, may_draft(user, document.edition)
        self.name = self.name or shown_to_writers(user, document.edition)
        return True

    async def connect(self) -> None:
        if not await self.still_allowed():
            await self.turn_away()
            return
        await self.accept()
        self.count()
        self.hub = hub_of(self.scope["url_route"]["kwargs"]["document"])
        self.hub.join(self)
        self.hub.presence.join(self.key, self.name, writes=self.writes)
        self.sender = asyncio.create_task(self.send_what_waits())
        self.watch = asyncio.create_task(self.keep_checking())

    async def disconnect(self, code: int) -> None:
        if self.hub:
            await leave(self.hub, self)
        if self.sender:
            self.sender.cancel()
            await asyncio.gather(self.sender, return_exceptions=True)
        await super().disconnect(code)

    async def receive(
        self, text_data: str | None = None, bytes_data: bytes | None = None, **kwargs: Any
    ) -> None:
        if bytes_data is not None or len(text_data or "") > FRAME_LIMIT or self.asks_too_often():
            await self.close(code=TOO_MUCH)
            return
        try:
            self.take(json.loads(text_data or ""))
        except (ValueError, TypeError, KeyError, RecursionError, binascii.Error):
            await self.close(code=TOO_MUCH)

    def take(self, said: dict[str, Any]) -> None:
        """Hand on what the editor said; a ValueError or the like if it makes no sense."""
        hub, what = self.hub, said["type"]
        if hub is None:
            return
        if what == "hello":
            hub.ask(Sent(self, vector=b64decode(said["vector"], validate=True)))
        elif what == "update":
            update = b64decode(said["update"], validate=True)
            parcel = Parcel(self.user, int(said["client"]), update, int(said["base"]))
            hub.ask(Sent(self, parcel=parcel, key=int(said["key"])))
        elif what == "cursor" and len(json.dumps(said["cursor"])) <= CURSOR_LIMIT:
            hub.presence.move(self.key, said["cursor"] if self.writes else None)
        else:
            raise ValueError(what)

    # --- What the hub asks of a line ----------------------------------------------------------------------------------

    def tell(self, frame: str) -> None:
        if self.outgoing.full():
            self.hang_up(COME_AGAIN)
        else:
            self.outgoing.put_nowait(frame)

    def hang_up(self, code: int) -> None:
        while self.outgoing.full():
            self.outgoing.get_nowait()
        self.outgoing.put_nowait(code)

    async def send_what_waits(self) -> None:
        while True:
            frame = await self.outgoing.get()
            if isinstance(frame, int):
                await self.close(code=frame)
                return
            await self.send(text_data=frame)
