"""A crowd that registers at once: people with sessions, a server of several processes, and what became of them.

    python -m tests.rushing prepare SLUG PEOPLE PLACES     an edition and its crowd; prints the cookies as JSON
    python -m tests.rushing outcome SLUG                   prints how it ended as JSON

The second shape is for measurements, which serve a database that is not their own.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.serving import free_port, wait_until_ready

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).resolve().parent.parent
# Django takes the secret of the cookie as the token of a form.
SECRET = "0123456789abcdefghijklmnopqrstuv"
SAID = {"name": "Somebody", "actor": "research", "country": "MA", "visibility": "unlisted", "consent": "on"}
PROCESSES, THREADS = 4, 8


@dataclass(frozen=True)
class Answered:
    """How one registration was answered: status and seconds from sending to the last byte."""

    status: int
    seconds: float


@dataclass(frozen=True)
class Outcome:
    """How a rush ended: confirmed people, the numbers of those who wait in order, and who is neither."""

    confirmed: int
    waiting: list[int]
    others: int


@contextmanager
def processes(environment: Mapping[str, str], *, application: str = "academy.wsgi") -> Iterator[int]:
    """The academy served on the database of this environment: by four processes, on SQLite by one; yields the port."""
    count = 1 if environment["DATABASE_URL"].startswith("sqlite") else PROCESSES
    port = free_port()
    command = [
        *(sys.executable, "-m", "gunicorn", application, "--preload", "--workers", str(count)),
        *("--threads", str(THREADS), "--backlog", "1024", "--timeout", "120"),
        *("--bind", f"127.0.0.1:{port}", "--log-level", "error"),
    ]
    with subprocess.Popen(command, cwd=ROOT, env=dict(environment)) as server:
        try:
            wait_until_ready(f"http://127.0.0.1:{port}")
            yield port
        finally:
            server.terminate()


def rush(port: int, slug: str, cookies: list[str], *, connections: int = 0) -> list[Answered]:
    """Register everybody, all at once, or over some connections at a time."""
    return asyncio.run(_rush(port, slug, cookies, connections or len(cookies)))


async def _rush(port: int, slug: str, cookies: list[str], connections: int) -> list[Answered]:
    body = urlencode({**SAID, "csrfmiddlewaretoken": SECRET}).encode()
    waiting = list(reversed(cookies))
    answered: list[Answered] = []

    async def one() -> None:
        while waiting:
            answered.append(await _register(port, slug, waiting.pop(), body))

    await asyncio.gather(*(one() for _connection in range(connections)))
    return answered


async def _register(port: int, slug: str, cookie: str, body: bytes) -> Answered:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST /{slug}/register/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAccept: text/html\r\n"
        f"Cookie: {cookie}; csrftoken={SECRET}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    begun = time.perf_counter()
    writer.write(head.encode() + body)
    answer = await asyncio.wait_for(reader.read(), timeout=120)
    writer.close()
    return Answered(int(answer.split(b" ", 2)[1]), time.perf_counter() - begun)


def prepare(slug: str, people: int, places: int) -> list[str]:
    """An open edition with so many places, and a crowd; the cookie of each."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from tests.factories import make_edition, make_user

    make_edition(slug, mode="open", capacity=places)
    cookies = []
    for number in range(people):
        user = make_user(f"{slug}-{number}")
        store = SessionStore()
        store[SESSION_KEY] = str(user.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = user.get_session_auth_hash()
        store.create()
        cookies.append(f"{settings.SESSION_COOKIE_NAME}={store.session_key}")
    return cookies


def outcome(slug: str) -> Outcome:
    """How the rush of this edition ended."""
    from academy.models import Participant

    people = Participant.objects.filter(edition__slug=slug)
    waiting = people.filter(state="waiting").order_by("waiting_number")
    return Outcome(
        confirmed=people.filter(state="confirmed").count(),
        waiting=[int(number or 0) for number in waiting.values_list("waiting_number", flat=True)],
        others=people.exclude(state__in=("confirmed", "waiting")).count(),
    )


def main() -> None:
    import django

    django.setup()
    task, slug, *numbers = sys.argv[1:]
    found = prepare(slug, *map(int, numbers)) if task == "prepare" else asdict(outcome(slug))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
