"""What a rule changed in a document is told to the hubs, which then read the log."""

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from outcome.consumers.hub import channel_of


def tell_editors(*, document: str, seq: int) -> None:
    """Hint to every process that a document has a new line, or that it was fixed or opened."""
    layer = get_channel_layer()
    async_to_sync(layer.group_send)(channel_of(document), {"type": "document.written", "hub": "", "seq": seq})


def tell_of_amendments(*, document: str) -> None:
    """Hint to every process that something else is proposed, or to another revision: open writing pages ask what."""
    layer = get_channel_layer()
    async_to_sync(layer.group_send)(channel_of(document), {"type": "document.amendments", "hub": ""})
