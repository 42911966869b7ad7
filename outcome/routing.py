"""The WebSocket addresses of the outcome document."""

from django.urls import path

from outcome.consumers.adoption import AdoptionConsumer, CountsConsumer
from outcome.consumers.editing import EditingConsumer

websocket_urlpatterns = [
    path("ws/documents/<uuid:document>/", EditingConsumer.as_asgi()),
    path("ws/adoptions/<uuid:procedure>/", AdoptionConsumer.as_asgi()),
    path("ws/adoptions/<uuid:procedure>/counts/", CountsConsumer.as_asgi()),
]
