"""The ASGI application: HTTP in the embedded shape, and every WebSocket under /ws/."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")
http = get_asgi_application()

from channels.routing import (  # noqa: E402  # models can be imported only after Django is set up
    ProtocolTypeRouter,
    URLRouter,
)
from channels.security.websocket import AllowedHostsOriginValidator  # noqa: E402  # as above
from channels.sessions import CookieMiddleware, SessionMiddleware  # noqa: E402  # as above

from academy.counting import leave_out_the_dead  # noqa: E402  # as above
from academy.readiness import needed_migrations  # noqa: E402  # as above
from academy.routing import websocket_urlpatterns  # noqa: E402  # as above
from academy.safekeeping.marking import insist_on_whole_at_start  # noqa: E402  # as above

# A server imports this within its event loop, where the database is not asked.
with ThreadPoolExecutor(1) as beside:
    beside.submit(insist_on_whole_at_start).result()
needed_migrations()
leave_out_the_dead()


def without_nulls(inner: Any) -> Any:
    """Keeps cookies with null characters, which no browser sends, out of the database.

    A socket that sends many frames finds the server's own way to send them in its scope.
    """

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        cookies = {name: value for name, value in scope["cookies"].items() if "\x00" not in value}
        await inner({**scope, "cookies": cookies, "straight": send}, receive, send)

    return application


# Whose the session is, each socket asks by itself, again and again (academy/consumers/sessions.py).
known = SessionMiddleware(URLRouter(websocket_urlpatterns))
application = ProtocolTypeRouter(
    {
        "http": http,
        "websocket": AllowedHostsOriginValidator(CookieMiddleware(without_nulls(known))),
    }
)
