"""The ASGI application: HTTP in the embedded shape, and every WebSocket under /ws/."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")
http = get_asgi_application()

from channels.auth import AuthMiddlewareStack  # noqa: E402  # models can be imported only after Django is set up
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402  # as above
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402  # as above

from academy.routing import websocket_urlpatterns  # noqa: E402  # as above

application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(websocket_urlpatterns))),
    }
)
