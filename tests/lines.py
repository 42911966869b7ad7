"""A browser's end of a socket, and the session with which it calls."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from academy.asgi import application
from tests.doors import BACKEND

if TYPE_CHECKING:
    from django.contrib.sessions.backends.base import SessionBase

    from academy.models import User

ACCEPTED = "accepted"
HOME = "http://localhost"


class Line(ApplicationCommunicator):
    """A browser's end of a socket."""

    def __init__(self, path: str, session: str = "", origin: str = HOME) -> None:
        headers = [(b"origin", origin.encode()), (b"host", b"localhost")]
        if session:
            headers.append((b"cookie", f"{settings.SESSION_COOKIE_NAME}={session}".encode("latin-1")))
        scope = {"path": path, "query_string": b"", "headers": headers, "subprotocols": []}
        super().__init__(application, {"type": "websocket", **scope})

    async def connect(self) -> str | int:
        """How the call is answered: accepted, or the code with which it is refused."""
        await self.send_input({"type": "websocket.connect"})
        answer = await self.receive_output(timeout=5)
        return ACCEPTED if answer["type"] == "websocket.accept" else answer.get("code", 0)

    async def heard(self) -> Any:
        """The next that is said to this browser."""
        return json.loads((await self.receive_output(timeout=5))["text"])

    async def say(self, text: str) -> None:
        await self.send_input({"type": "websocket.receive", "text": text})

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait()


@sync_to_async
def login(user: User | None) -> str:
    """The key of a session in which this person is logged in; empty for nobody."""
    if user is None:
        return ""
    session = store()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), BACKEND
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return str(session.session_key)


def store(key: str | None = None) -> SessionBase:
    """What is kept of a session; of a new one without a key."""
    kept: SessionBase = import_module(settings.SESSION_ENGINE).SessionStore(key)
    return kept
