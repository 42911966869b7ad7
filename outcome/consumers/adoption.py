"""The live adoption: tells open pages that there is something new. What it is travels over HTTP."""

import json
from collections.abc import Collection, Iterable
from typing import Any, Self
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from academy.consumers import WatchedConsumer
from academy.models import HistoryHead
from academy.permissions import who_take_part
from outcome.models import Procedure


def channel_of(procedure: str, what: str) -> str:
    """The channel group of an adoption's pages: of those that show counts, or of those that do not."""
    return f"adoption.{UUID(procedure).hex}.{what}"


def tell_adoption(*, procedure: str, number: int, what: str) -> None:
    """Tell the pages of an adoption up to which number its history has grown; a new count, only those that show it."""
    layer = get_channel_layer()
    event = {"type": "adoption.changed", "text": json.dumps({"number": number})}
    for group in ("counts",) if what == "counts" else ("counts", "state"):
        async_to_sync(layer.group_send)(channel_of(procedure, group), event)


def _procedure(key: UUID) -> Procedure | None:
    return Procedure.objects.select_related("document__edition").filter(pk=key).first()


class AdoptionConsumer(WatchedConsumer):
    """One open page of an adoption."""

    what = "state"

    @property
    def place(self) -> UUID:
        key: UUID = self.scope["url_route"]["kwargs"]["procedure"]
        return key

    @classmethod
    def who_may_listen(cls, lines: Iterable[tuple[Self, Any]]) -> set[Self]:
        """Asked for each adoption once."""
        allowed: set[Self] = set()
        for key, listening in cls.by_place(lines).items():
            if procedure := _procedure(key):
                readers = who_take_part({user for _socket, user in listening}, procedure.document.edition)
                allowed |= {socket for socket, user in listening if user.pk in readers}
        return allowed

    def channel_group(self) -> str:
        return channel_of(str(self.place), self.what)

    @classmethod
    def answers(cls, place: UUID, said: Collection[str]) -> dict[str, dict[str, Any]]:
        """Whatever is said: up to which number the history of the academy has grown."""
        edition = Procedure.objects.filter(pk=place).values("document__edition")
        head = HistoryHead.objects.filter(edition__in=edition).first()
        return {words: {"number": head.number if head else 0} for words in said}


class CountsConsumer(AdoptionConsumer):
    """One open page that shows how many are here and have taken a position."""

    what = "counts"
