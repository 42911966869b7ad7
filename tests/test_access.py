"""Every address as every role: the answer equals the table, and an address without a row fails.

The table says for each address and method who gets what. Everybody who is not named gets `OTHERWISE`: nobody logged
in is led to the login (302), a known person without the right sees 403.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from academy.models import Edition, User
from academy.roles import grant_role
from outcome.drafting import add_clause, start_document
from outcome.models import Clause, Document, Source
from outcome.revisions import publish_revision
from programme.casting import cast
from tests.conftest import bring_to
from tests.factories import make_edition, make_participant, make_user
from workshops.models import Finding, Group
from workshops.seating import pin

ROLES = (
    "anonymous",
    "registered",
    "elsewhere",
    "seated",
    "moderator",
    "other_moderator",
    "co_facilitator",
    "delegate",
    "organiser",
)
EVERYBODY = frozenset(ROLES)
KNOWN = EVERYBODY - {"anonymous"}
HERE = KNOWN - {"elsewhere"}
LEADS = frozenset({"moderator", "co_facilitator", "organiser"})
GROUP = LEADS | {"seated"}
ORGANISER = frozenset({"organiser"})


@dataclass(frozen=True)
class Row:
    """Who may, and what they are answered; `data` is posted; `others` answers those who may not, if not 302 and 403."""

    who: frozenset[str]
    status: int = 200
    method: str = "get"
    arguments: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)
    query: str = ""
    others: dict[str, int] = field(default_factory=dict)

    def expected(self, role: str) -> int:
        if role in self.others:
            return self.others[role]
        if role in self.who:
            return self.status
        return 302 if role == "anonymous" else 403


def post(who: frozenset[str], *arguments: str, status: int, **kwargs: Any) -> Row:
    return Row(who, status, "post", arguments, **kwargs)


def see(who: frozenset[str], *arguments: str, **kwargs: Any) -> Row:
    return Row(who, arguments=arguments, **kwargs)


GONE = dict.fromkeys(HERE, 302)
TABLE: dict[str, list[Row]] = {
    # The shell
    "index": [Row(EVERYBODY, 302)],
    "health_live": [Row(EVERYBODY)],
    "health_ready": [Row(EVERYBODY)],
    "set_zone": [Row(EVERYBODY, 405), post(EVERYBODY, status=302, data={"zone": "UTC"})],
    "style_guide": [Row(EVERYBODY, 404)],
    # People
    "home": [see(EVERYBODY, "edition")],
    "privacy": [see(EVERYBODY, "edition")],
    "my_academy": [see(KNOWN, "edition")],
    "register": [
        see(EVERYBODY, "edition", others=GONE),
        post(EVERYBODY, "edition", status=422, others=GONE),
    ],
    "profile": [
        see(HERE, "edition", others={"elsewhere": 302}),
        post(HERE, "edition", status=422, others={"elsewhere": 302}),
    ],
    "withdraw": [see(HERE, "edition", others={"elsewhere": 302})],
    "people": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    # Programme
    "programme:agenda": [see(EVERYBODY, "edition")],
    "programme:releases": [see(EVERYBODY, "edition")],
    "programme:session": [see(EVERYBODY, "edition", "session")],
    "programme:join": [
        see(HERE, "edition", "session"),
        see(GROUP, "edition", "group_session"),
    ],
    # Workshops
    "workshops:index": [see(EVERYBODY, "edition")],
    "workshops:workshop": [see(EVERYBODY, "edition", "number")],
    "workshops:closing": [see(HERE, "edition", "day")],
    "workshops:allocate": [post(ORGANISER, "edition", "number", status=422, data={"seed": "x"})],
    "workshops:pin": [post(ORGANISER, "edition", "number", status=422)],
    "workshops:board": [
        see(GROUP, "edition", "number", "slug"),
        see(HERE, "edition", "closed_number", "slug"),
    ],
    "workshops:events": [
        see(GROUP, "edition", "number", "slug"),
        see(HERE, "edition", "closed_number", "slug"),
    ],
    "workshops:open": [post(LEADS, "edition", "number", "slug", status=409)],
    "workshops:go_to_part": [post(LEADS, "edition", "number", "slug", status=422)],
    "workshops:close": [
        see(LEADS, "edition", "number", "slug"),
        post(LEADS, "edition", "number", "slug", status=422),
    ],
    "workshops:note": [post(LEADS, "edition", "number", "slug", status=422)],
    "workshops:change": [post(LEADS, "edition", "number", "slug", "finding", status=422)],
    # The document
    "outcome:document": [see(EVERYBODY, "edition")],
    "outcome:revisions": [see(EVERYBODY, "edition")],
    "outcome:revision": [see(EVERYBODY, "edition", "revision")],
    "outcome:revision_json": [see(EVERYBODY, "edition", "revision")],
    "outcome:choose_comparison": [see(EVERYBODY, "edition", status=302, query="?old=1&new=2")],
    "outcome:compare": [see(EVERYBODY, "edition", "revision", "revision")],
    "outcome:findings": [see(EVERYBODY, "edition")],
    "outcome:finding": [
        see(EVERYBODY, "edition", "cited_finding"),
        see(HERE, "edition", "closed_finding", others={"anonymous": 404, "elsewhere": 404}),
    ],
    "outcome:desk": [see(ORGANISER, "edition")],
    "outcome:start": [post(ORGANISER, "edition", status=422)],
    "outcome:begin_clause": [post(ORGANISER, "edition", status=422)],
    "outcome:cite": [post(ORGANISER, "edition", status=422)],
    "outcome:set_aside": [post(ORGANISER, "edition", status=422)],
    "outcome:take_back": [post(ORGANISER, "edition", "closed_finding", status=302)],
    "outcome:uncite": [post(ORGANISER, "edition", "source", status=302)],
    "outcome:add_clause": [
        see(ORGANISER, "edition", "section"),
        post(ORGANISER, "edition", "section", status=422),
    ],
    "outcome:edit_clause": [
        see(ORGANISER, "edition", "clause"),
        post(ORGANISER, "edition", "clause", status=422),
    ],
    "outcome:move_clause": [post(ORGANISER, "edition", "clause", status=302)],
    "outcome:remove_clause": [
        see(ORGANISER, "edition", "clause"),
        post(ORGANISER, "edition", "clause", status=302),
    ],
    "outcome:restore_clause": [post(ORGANISER, "edition", "clause", status=302)],
    "outcome:publish": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=422)],
    "outcome:freeze": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=302)],
    "outcome:unfreeze": [see(ORGANISER, "edition"), post(ORGANISER, "edition", status=409)],
    "outcome:adoption": [see(EVERYBODY, "edition")],
    "outcome:open_adoption": [post(ORGANISER, "edition", status=422)],
    "outcome:take_position": [post(KNOWN, "edition", status=404)],
    "outcome:close_adoption": [see(ORGANISER, "edition", status=404), post(ORGANISER, "edition", status=404)],
    "outcome:record": [see(EVERYBODY, "edition", status=404)],
    "outcome:record_json": [see(EVERYBODY, "edition", status=404)],
}
# Tested by their makers; here it is enough that they are known.
FOREIGN = ("admin:", "account_", "mfa_")


def named_addresses(patterns: list[URLPattern | URLResolver], namespace: str = "") -> Iterator[str]:
    """The name of every address, with its namespace; an address without a name by its route."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from named_addresses(pattern.url_patterns, inner)
        else:
            yield f"{namespace}{pattern.name or pattern.pattern}"


def test_every_address_has_a_row():
    found = {name for name in named_addresses(get_resolver().url_patterns) if not name.startswith(FOREIGN)}
    assert sorted(found ^ set(TABLE)) == []


@pytest.fixture
def edition(db: None) -> Edition:
    """The demo academy while the groups of day 3 are at work, with a first draft of the document."""
    edition = bring_to("workshops")
    amara = User.objects.get(email="amara@example.org")
    document = start_document(edition, title="From intentions to commitments", by=amara)
    section = document.sections.get(strand__slug="drivers")
    finding = Finding.objects.of_edition(edition).filter(state="agreed").earliest("number")
    add_clause(section, text="to keep their promises;", remark="Promises end.", findings=[finding], by=amara)
    for label in ("Zero draft", "Second draft"):
        publish_revision(document, label=label, audience="public", by=amara)
        add_clause(section, text=f"to go on after the {label};", by=amara)
    publish_revision(document, label="Third draft", audience="public", by=amara)
    return edition


@pytest.fixture
def people(edition: Edition) -> dict[str, User | None]:
    """One person for each role; the group of the table is group 1 of workshop 3."""
    group = Group.objects.of_edition(edition).get(workshop__number=3, slug="group-1")
    other = Group.objects.of_edition(edition).get(workshop__number=3, slug="group-2")
    elsewhere = make_edition("2031")
    made = {
        role: make_user(role) for role in ("registered", "elsewhere", "seated", "other_moderator", "delegate")
    }
    registered = {role: make_participant(made[role], edition) for role in made if role != "elsewhere"}
    make_participant(made["elsewhere"], elsewhere)
    grant_role(made["elsewhere"], elsewhere, "organiser", by=None)
    grant_role(made["delegate"], edition, "delegate", by=None)
    cast(registered["other_moderator"], other.session, "moderator", by=None)
    pin(registered["seated"], group, reason="for the table", by=None)
    demo = {"moderator": "bruno", "co_facilitator": "chiara", "organiser": "amara"}
    known = {role: User.objects.get(email=f"{key}@example.org") for role, key in demo.items()}
    return {"anonymous": None, **made, **known}


def arguments_of(edition: Edition) -> dict[str, object]:
    """What stands in the addresses of the table."""
    open_group = Group.objects.of_edition(edition).get(workshop__number=3, slug="group-1")
    document = Document.objects.get(edition=edition)
    return {
        "edition": edition.slug,
        "session": "day-1-opening",
        "group_session": open_group.session.slug,
        "day": "day-1",
        "number": 3,
        "closed_number": 1,
        "slug": "group-1",
        "finding": open_group.findings.earliest("number").pk,
        "cited_finding": Source.objects.get(clause__document=document).finding_id,
        "closed_finding": Finding.objects.of_edition(edition)
        .filter(group__state="closed", sources=None)
        .earliest("number")
        .pk,
        "revision": 1,
        "section": document.sections.get(strand__slug="drivers").pk,
        "clause": Clause.objects.filter(document=document, parent=None).earliest("order").pk,
        "source": Source.objects.get(clause__document=document).pk,
    }


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_answer_is_the_tables(name, edition, people, client_of):
    known = arguments_of(edition)
    found, expected = {}, {}
    for number, row in enumerate(TABLE[name]):
        address = reverse(name, args=[known[argument] for argument in row.arguments]) + row.query
        for role in ROLES:
            response = getattr(client_of(people[role]), row.method)(address, row.data)
            found[number, row.method, role] = response.status_code
            expected[number, row.method, role] = row.expected(role)
            if role == "anonymous" and role not in row.who and response.status_code == 302:
                assert response["Location"].startswith("/accounts/login/")
    assert found == expected


def test_the_table_bites_when_a_door_is_left_open(edition, people, client_of, monkeypatch):
    """The control: with the question at the door removed, an answer differs from the table."""
    monkeypatch.setattr("academy.views.admit", lambda request, allowed, needs="": None)
    assert client_of(people["registered"]).get(reverse("people", args=[edition.slug])).status_code == 200
    assert TABLE["people"][0].expected("registered") == 403
