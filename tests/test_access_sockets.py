"""Every WebSocket address as every role: let in, or refused with the code in use; an address without a row fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.urls import URLResolver

from academy.consumers import NOT_ALLOWED
from academy.registration import withdraw
from academy.routing import websocket_urlpatterns
from outcome.models import Document, Procedure
from tests.doors import GROUP, HERE, LEADS, ROLES, people_of, step_out
from tests.lines import ACCEPTED, HOME, Line, login
from workshops.models import Group

if TYPE_CHECKING:
    from collections.abc import Iterator

    from academy.models import Edition
    from tests.doors import People

BOARD = "ws/boards/<uuid:group>/"
DOCUMENT = "ws/documents/<uuid:document>/"
ADOPTION = "ws/adoptions/<uuid:procedure>/"
pytestmark = pytest.mark.usefixtures("no_connection_stays")


@dataclass(frozen=True)
class Row:
    """Who is let in at this address (a group's board, a document); everybody else is refused."""

    who: frozenset[str]
    group: str = ""

    def expected(self, role: str) -> str | int:
        return ACCEPTED if role in self.who else NOT_ALLOWED


TABLE: dict[str, list[Row]] = {
    BOARD: [Row(GROUP, "open"), Row(HERE, "closed"), Row(frozenset(), "none")],
    ADOPTION: [Row(HERE, "adoption"), Row(frozenset(), "no adoption")],
    f"{ADOPTION}counts/": [Row(HERE, "counts of the adoption"), Row(frozenset(), "counts of no adoption")],
    DOCUMENT: [Row(LEADS, "document"), Row(frozenset(), "no document")],
    "": [Row(frozenset(), "nowhere")],
}
ROWS = [row for rows in TABLE.values() for row in rows]


def routes(patterns: list[Any]) -> Iterator[str]:
    """Every WebSocket address, as its route is written."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield str(pattern.pattern)


@pytest.fixture
def edition(at_work: Edition) -> Edition:
    return at_work


@pytest.fixture
def people(edition: Edition) -> People:
    return people_of(edition)


@pytest.fixture
def paths(edition: Edition) -> dict[str, str]:
    """The addresses of an open board, a closed one, and one that does not exist."""
    groups = Group.objects.of_edition(edition)
    found = {
        "open": groups.get(workshop__number=3, slug="group-1"),
        "closed": groups.get(workshop__number=1, slug="group-1"),
        "none": Group(),
    }
    documents = {"document": Document.objects.get(edition=edition), "no document": Document()}
    addresses = {name: f"/ws/documents/{document.pk}/" for name, document in documents.items()}
    for name, adoption in (("adoption", Procedure.objects.get()), ("no adoption", Procedure())):
        addresses[name] = f"/ws/adoptions/{adoption.pk}/"
        addresses[f"counts of {'the ' if name == 'adoption' else ''}{name}"] = (
            f"/ws/adoptions/{adoption.pk}/counts/"
        )
    return {
        "nowhere": "/ws/",
        **addresses,
        **{name: f"/ws/boards/{group.pk}/" for name, group in found.items()},
    }


async def answers(people: People, paths: dict[str, str]) -> dict[tuple[str, str], str | int]:
    """How each role is answered at each address of the table."""
    found = {}
    for role in ROLES:
        session = await login(people[role])
        for row in ROWS:
            line = Line(paths[row.group], session)
            found[row.group, role] = answer = await line.connect()
            if answer == ACCEPTED:
                await line.leave()
    return found


def test_every_socket_has_a_row():
    assert sorted(routes(websocket_urlpatterns)) == sorted(TABLE)


async def test_the_answers_are_the_tables(edition, people, paths):
    await sync_to_async(step_out)(people, edition)
    expected = {(row.group, role): row.expected(role) for row in ROWS for role in ROLES}
    assert await answers(people, paths) == expected


async def test_the_table_bites_when_the_consumer_lets_everybody_listen(people, paths, monkeypatch):
    """The control: with the question taken out of the consumer, whoever is logged in hears an open board."""
    monkeypatch.setattr("workshops.consumers.who_may_read", lambda users, group: {user.pk for user in users})
    found = await answers(people, paths)
    assert {found["open", role] for role in ROLES if people[role]} == {ACCEPTED}


STRANGERS = ("https://evil.example", "http://localhost.evil.example", "null", "", "http://", "\x00")
NOWHERE = ("/ws/nothing/", "/ws/boards/not-a-uuid/", "/")
# The third is how a browser may quote a null character.
COOKIES = ("nonsense", "a\x00" * 16, '"aaaaaaaa\\000aaaaaaaa"', "\xff" * 32, "x" * 9000, ";;==")


async def test_a_page_of_another_site_hears_nothing(people, paths):
    session = await login(people["organiser"])
    assert await Line(paths["open"], session, HOME).connect() == ACCEPTED
    heard = [
        origin for origin in STRANGERS if await Line(paths["open"], session, origin).connect() == ACCEPTED
    ]
    assert heard == []


async def test_an_address_of_nothing_is_refused_quietly(people):
    session = await login(people["organiser"])
    answers = {path: await Line(path, session).connect() for path in NOWHERE}
    assert answers == dict.fromkeys(NOWHERE, NOT_ALLOWED)


async def test_a_cookie_that_makes_no_sense_is_as_none(paths):
    answers = {cookie: await Line(paths["open"], cookie).connect() for cookie in COOKIES}
    assert answers == dict.fromkeys(COOKIES, NOT_ALLOWED)


async def test_who_withdraws_stops_hearing_within_five_seconds(people, paths):
    """A seat and the lead of a group end with the registration, also on a line that is open."""
    lines = {}
    for role in ("seated", "moderator"):
        lines[role] = Line(paths["open"], await login(people[role]))
        assert await lines[role].connect() == ACCEPTED
        await lines[role].receive_output(timeout=5)
        await sync_to_async(lambda user: withdraw(user.participations.get(), by=user))(people[role])
    said = {role: await line.receive_output(timeout=5) for role, line in lines.items()}
    assert {role: (answer["type"], answer["code"]) for role, answer in said.items()} == dict.fromkeys(
        lines, ("websocket.close", NOT_ALLOWED)
    )
