"""Delegates who take positions at once over HTTP, a closing that comes between, and what became of them.

    python -m tests.adopting prepare SLUG PEOPLE PUBLICITY   an open adoption; prints the cookies of its delegates
    python -m tests.adopting outcome SLUG                    prints what is stored as JSON

The second shape is for measurements, which serve a database that is not their own.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from tests.rushing import SECRET, Answered


@dataclass(frozen=True)
class Stored:
    """What is stored of an adoption: positions or ballots, electors who took one, and the count."""

    positions: int
    electors: int
    counts: dict[str, int]
    state: str


@dataclass(frozen=True)
class Sent:
    """One position on its way: who sends it, what, with which mark, and after which one of theirs."""

    cookie: str
    choice: str = "join"
    key: str = ""
    after: int = 0
    secret: str = ""
    wait: float = 0.0


async def ask(port: int, cookie: str, path: str, fields: dict[str, str]) -> tuple[int, str, float]:
    """Post a form; its status, its page, and the seconds from sending to the last byte."""
    body = urlencode({**fields, "csrfmiddlewaretoken": SECRET}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAccept: application/json\r\n"
        f"Cookie: {cookie}; csrftoken={SECRET}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    begun = time.perf_counter()
    writer.write(head.encode() + body)
    answer = await asyncio.wait_for(reader.read(), timeout=120)
    writer.close()
    seconds = time.perf_counter() - begun
    return int(answer.split(b" ", 2)[1]), answer.decode("utf-8", "replace"), seconds


async def send(port: int, slug: str, sent: Sent) -> Answered:
    """Confirm one position."""
    await asyncio.sleep(sent.wait)
    fields = {"choice": sent.choice, "sure": "1", "after": str(sent.after)}
    fields |= {"secret": sent.secret} if sent.secret else {"key": sent.key or str(uuid4())}
    status, _page, seconds = await ask(port, sent.cookie, f"/{slug}/document/adoption/position/", fields)
    return Answered(status, seconds)


def send_all(port: int, slug: str, all_sent: list[Sent]) -> list[Answered]:
    """Confirm all of them, each after its wait."""

    async def together() -> list[Answered]:
        return await asyncio.gather(*(send(port, slug, sent) for sent in all_sent))

    return asyncio.run(together())


def race_the_closing(port: int, slug: str, all_sent: list[Sent], organiser: str) -> list[Answered]:
    """Confirm all of them, and close somewhere in between."""

    async def close() -> Answered:
        await asyncio.sleep(max(sent.wait for sent in all_sent) / 2)
        status, _page, seconds = await ask(port, organiser, f"/{slug}/document/adoption/close/", {})
        return Answered(status, seconds)

    async def together() -> list[Answered]:
        *answered, _closed = await asyncio.gather(*(send(port, slug, sent) for sent in all_sent), close())
        return answered

    return asyncio.run(together())


def paced(cookies: list[str], within: float, **fields: Any) -> list[Sent]:
    """One position of each, at moments drawn within so many seconds."""
    draw = random.Random(len(cookies))  # a reproducible draw, not a secret
    return [Sent(cookie, wait=draw.uniform(0, within), **fields) for cookie in cookies]


def prepare(slug: str, people: int, publicity: str = "named") -> list[str]:
    """An open adoption of an edition's document with so many delegates; the organiser's cookie, then theirs."""
    from outcome.adoption import freeze
    from outcome.drafting import add_clause, start_document
    from outcome.models import Section
    from outcome.revisions import publish_revision
    from tests.factories import make_edition, make_participant, make_user, opened_adoption

    edition = make_edition(slug)
    organiser = _with_role(make_user(f"{slug}-organiser"), edition, "organiser")
    document = start_document(edition, title="To act", lead="We encourage:", by=organiser)
    add_clause(document.sections.get(kind=Section.Kind.PREAMBLE), text="We met as equals.", by=organiser)
    publish_revision(document, label="Draft", audience="public", by=organiser)
    freeze(document, by=organiser)
    document.refresh_from_db()
    users = [make_user(f"{slug}-{number}") for number in range(people)]
    for user in users:
        make_participant(user, edition)
        _with_role(user, edition, "delegate")
    opened_adoption(document, by=organiser, publicity=publicity)
    return [_cookie(user) for user in (organiser, *users)]


def _with_role(user: Any, edition: Any, kind: str) -> Any:
    from academy.roles import grant_role

    grant_role(user, edition, kind, by=None)
    return user


def _cookie(user: Any) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return f"{settings.SESSION_COOKIE_NAME}={store.session_key}"


def outcome(slug: str) -> Stored:
    """What is stored of the adoption of this edition."""
    from outcome.adoption import online_counts
    from outcome.models import BallotBox, Cast, Position, Procedure

    procedure = Procedure.objects.get(document__edition__slug=slug)
    positions = Position.objects.filter(elector__procedure=procedure)
    box = BallotBox.objects.filter(procedure=procedure).first()
    return Stored(
        positions=len(box.ballots) if box else positions.count(),
        electors=Cast.objects.filter(elector__procedure=procedure).count()
        if box
        else positions.values("elector").distinct().count(),
        counts=dict(online_counts(procedure)),
        state=procedure.state,
    )


def main() -> None:
    import django

    django.setup()
    task, slug, *more = sys.argv[1:]
    if task == "prepare":
        from academy.second_factor import without_second_factor

        with without_second_factor():
            found: Any = prepare(slug, int(more[0]), *more[1:])
    else:
        found = asdict(outcome(slug))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
