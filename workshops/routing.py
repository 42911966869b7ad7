"""The WebSocket addresses of the workshops."""

from django.urls import path

from workshops.consumers import BoardConsumer

websocket_urlpatterns = [path("ws/boards/<uuid:group>/", BoardConsumer.as_asgi())]
