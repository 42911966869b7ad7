"""Every WebSocket address."""

from typing import Any

from django.urls import re_path

from academy.consumers import NOT_ALLOWED
from outcome.routing import websocket_urlpatterns as outcome
from workshops.routing import websocket_urlpatterns as workshops


async def nowhere(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """An address of nothing is refused like one that is not for you, and leaves no error in the logs."""
    await receive()
    await send({"type": "websocket.close", "code": NOT_ALLOWED})


websocket_urlpatterns = [*outcome, *workshops, re_path("", nowhere)]  # type: ignore[arg-type]  # Channels routes to ASGI applications

__all__ = ("websocket_urlpatterns",)
