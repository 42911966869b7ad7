"""The live board: tells an open page what has happened. What is written travels over HTTP."""

import json
from collections.abc import Collection, Iterable
from typing import Any, Self
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from academy.consumers import WatchedConsumer
from academy.counting import GAPS
from workshops.models import Group
from workshops.permissions import who_may_read
from workshops.presence import be_here, people_here
from workshops.reading import asked_after, happening, happenings_after


def channel_of(group: str) -> str:
    """The channel group of a board."""
    return f"board.{UUID(group).hex}"


def tell_board(*, group: str, number: int) -> None:
    """Tell every open page of a board what this line of its ledger says, and what the board is like now.

    It is read once here and not by every page: a room of two hundred would ask two hundred times. It holds nothing that
    one of those who may read the board may not know. How many are here is told by the sockets' watch.
    """
    row = _group(group)
    if row is None:
        return
    text = json.dumps({"number": number, **happening(row, number)}, separators=(",", ":"))
    async_to_sync(get_channel_layer().group_send)(channel_of(group), {"type": "board.changed", "text": text})


def _group(key: str) -> Group | None:
    return Group.objects.select_related("workshop__edition", "session", "part").filter(pk=key).first()


class BoardConsumer(WatchedConsumer):
    """One open board page."""

    here: int | None = None
    told_here: int | None = None

    @property
    def place(self) -> str:
        return str(self.scope["url_route"]["kwargs"]["group"])

    @classmethod
    def who_may_listen(cls, lines: Iterable[tuple[Self, Any]]) -> set[Self]:
        """Asked for each board once; those who may are noted as being here."""
        allowed: set[Self] = set()
        for key, listening in cls.by_place(lines).items():
            if group := _group(key):
                readers = who_may_read({user for _socket, user in listening}, group)
                be_here(key, readers)
                here = people_here(group)
                for socket, user in listening:
                    if user.pk in readers:
                        socket.here = here
                        allowed.add(socket)
        return allowed

    def channel_group(self) -> str:
        return channel_of(self.place)

    @classmethod
    def answers(cls, place: str, said: Collection[str]) -> dict[str, dict[str, Any]]:
        """{"after": 12} asks for what came after line 12, and how the board is now; anything else for the number."""
        group = _group(place)
        if group is None:
            return {words: {"number": 0, "state": ""} for words in said}
        after = {words: asked_after(words) for words in said}
        told = happenings_after(group, {number for number in after.values() if number is not None})
        short = {"number": group.head, "state": group.state}
        return {words: short if number is None else told[number] for words, number in after.items()}

    def when_answered(self, told: dict[str, Any]) -> None:
        if told.get("events"):
            GAPS.labels(page="board").inc()

    async def when_checked(self) -> None:
        """Tell how many are here, when that has changed."""
        if self.here != self.told_here:
            self.told_here = self.here
            self.say({"here": self.here})
