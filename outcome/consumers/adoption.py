"""The live adoption: tells open pages that there is something new. What it is travels over HTTP."""

from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from academy.consumers import WatchedConsumer
from academy.models import HistoryHead
from academy.permissions import takes_part
from outcome.models import Procedure


def channel_of(procedure: str, what: str) -> str:
    """The channel group of an adoption's pages: of those that show counts, or of those that do not."""
    return f"adoption.{UUID(procedure).hex}.{what}"


def tell_adoption(*, procedure: str, number: int, what: str) -> None:
    """Tell the pages of an adoption up to which number its history has grown; a new count, only those that show it."""
    layer = get_channel_layer()
    for group in ("counts",) if what == "counts" else ("counts", "state"):
        async_to_sync(layer.group_send)(
            channel_of(procedure, group), {"type": "adoption.changed", "number": number}
        )


class AdoptionConsumer(WatchedConsumer):
    """One open page of an adoption."""

    what = "state"

    def procedure(self) -> Procedure | None:
        key = self.scope["url_route"]["kwargs"]["procedure"]
        return Procedure.objects.select_related("document__edition").filter(pk=key).first()

    def may_listen(self, user: Any) -> bool:
        procedure = self.procedure()
        return procedure is not None and takes_part(user, procedure.document.edition)

    def channel_group(self) -> str:
        return channel_of(str(self.scope["url_route"]["kwargs"]["procedure"]), self.what)

    def greeting(self) -> dict[str, Any]:
        procedure = self.procedure()
        edition = procedure.document.edition_id if procedure else None
        head = HistoryHead.objects.filter(edition=edition).first()
        return {"number": head.number if head else 0}

    async def adoption_changed(self, event: dict[str, Any]) -> None:
        await self.send_json({"number": event["number"]})


class CountsConsumer(AdoptionConsumer):
    """One open page that shows how many are here and have taken a position."""

    what = "counts"
