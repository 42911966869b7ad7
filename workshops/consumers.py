"""The live board: tells an open page up to which number the ledger has grown. Findings themselves travel over HTTP."""

from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from academy.consumers import WatchedConsumer
from workshops.models import Group
from workshops.permissions import may_read_board


def channel_of(group: str) -> str:
    """The channel group of a board."""
    return f"board.{UUID(group).hex}"


def tell_board(*, group: str, number: int) -> None:
    """Tell every open page of a board up to which number its ledger has grown."""
    layer = get_channel_layer()
    async_to_sync(layer.group_send)(channel_of(group), {"type": "board.changed", "number": number})


class BoardConsumer(WatchedConsumer):
    """One open board page."""

    def group(self) -> Group | None:
        key = self.scope["url_route"]["kwargs"]["group"]
        return Group.objects.select_related("workshop__edition", "session").filter(pk=key).first()

    def may_listen(self, user: Any) -> bool:
        group = self.group()
        return group is not None and may_read_board(user, group)

    def channel_group(self) -> str:
        return channel_of(str(self.scope["url_route"]["kwargs"]["group"]))

    def greeting(self) -> dict[str, Any]:
        group = self.group()
        return {"number": group.head if group else 0, "state": group.state if group else ""}

    async def board_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({"number": event["number"]})
