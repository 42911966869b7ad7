"""The socket of the writing page: what an editor sends goes to the hub, what the hub says goes to the editor."""

import binascii
import json
import secrets
from base64 import b64decode
from collections.abc import Iterable
from typing import Any, Self
from uuid import UUID

from academy.consumers import TOO_MUCH, WatchedConsumer
from academy.models import Edition, User
from outcome.consumers.hub import Hub, Sent, hub_of, leave
from outcome.consumers.presence import is_cursor
from outcome.live.taking import Parcel
from outcome.models import Document
from outcome.permissions import shown_to_writers, who_may_draft, who_may_follow

# An update of 256 KiB in base 64, and what is around it.
FRAME_LIMIT = 360_000


class EditingConsumer(WatchedConsumer):
    """One open writing page. It listens to its hub alone, in this process: no channel of its own is needed."""

    FRAMES, FRAME_SECONDS = 600, 10
    hub: Hub | None = None
    user: User
    name = ""
    is_named = writes = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.key = secrets.token_hex(6)

    @property
    def place(self) -> UUID:
        """The key of the document."""
        key: UUID = self.scope["url_route"]["kwargs"]["document"]
        return key

    @classmethod
    def who_may_listen(cls, lines: Iterable[tuple[Self, Any]]) -> set[Self]:
        """Asked for each document once; whether they may write is noted as well, and a newcomer's name."""
        allowed: set[Self] = set()
        for key, listening in cls.by_place(lines).items():
            if document := _live(key):
                people = {user for _line, user in listening}
                readers = who_may_follow(people, document.edition)
                writers = who_may_draft(people, document.edition)
                for line, user in listening:
                    line.user, line.writes = user, user.pk in writers
                    if user.pk in readers:
                        allowed.add(line)
                _name({line for line in allowed if not line.is_named and line.place == key}, document.edition)
        return allowed

    async def connect(self) -> None:
        if await self.come_in() is None:
            return
        self.hub = hub_of(self.place)
        self.hub.join(self)
        self.hub.presence.join(self.key, self.name, writes=self.writes)

    async def listen(self) -> None:
        """There is no room: the hub tells its lines."""

    async def disconnect(self, code: int) -> None:
        if self.hub:
            await leave(self.hub, self)
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
        elif what == "cursor" and is_cursor(said["cursor"]):
            hub.presence.move(self.key, said["cursor"] if self.writes else None)
        else:
            raise ValueError(what)


def _live(key: UUID) -> Document | None:
    """The document, if it is written together."""
    found = Document.objects.select_related("edition").filter(pk=key).first()
    return found if found and found.is_live else None


def _name(newcomers: set[EditingConsumer], edition: Edition) -> None:
    """Note the names that the others see, once for each line."""
    names = shown_to_writers({line.user for line in newcomers}, edition) if newcomers else {}
    for line in newcomers:
        line.name, line.is_named = names.get(line.user.pk, ""), True
