"""Every WebSocket address."""

from workshops.routing import websocket_urlpatterns

__all__ = ("websocket_urlpatterns",)
