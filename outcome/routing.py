"""The WebSocket addresses of the outcome document."""

from django.urls import path

from outcome.consumers.editing import EditingConsumer

websocket_urlpatterns = [path("ws/documents/<uuid:document>/", EditingConsumer.as_asgi())]
