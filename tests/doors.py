"""Who stands before the doors of the academy: a person for each role, and what a row of an access table says."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.test import Client
from django.urls import reverse

from academy.models import Participant, User
from academy.registration import withdraw
from academy.roles import end_role, grant_role
from programme.casting import cast
from tests.factories import make_edition, make_participant, make_user
from workshops.models import Group
from workshops.seating import pin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from academy.models import Edition

# Registered, seated, moderator and delegate; but not confirmed, or not any more.
OUT = ("applied", "waiting", "declined", "withdrawn")
ROLES = (
    "anonymous",
    "registered",
    "elsewhere",
    *OUT,
    "seated",
    "moderator",
    "other_moderator",
    "co_facilitator",
    "delegate",
    "organiser",
)
EVERYBODY = frozenset(ROLES)
KNOWN = EVERYBODY - {"anonymous"}
# Confirmed participants of this edition, the organiser among them.
HERE = KNOWN - {"elsewhere", *OUT}
LEADS = frozenset({"moderator", "co_facilitator", "organiser"})
GROUP = LEADS | {"seated"}
DELEGATE = frozenset({"delegate"})
ORGANISER = frozenset({"organiser"})
NOBODY: frozenset[str] = frozenset()
LOGIN = "login"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

People = dict[str, User | None]
Answer = int | str


@dataclass(frozen=True)
class Row:
    """Who may, and what they are answered; `others` answers those who may not, if not as usual.

    `data` is posted; "@clause" in it stands for what the argument "clause" would be in the address.

    As usual: nobody logged in is led to the login, a known person without the right sees 403.
    """

    who: frozenset[str]
    status: int = 200
    method: str = "get"
    arguments: tuple[str, ...] = ()
    data: dict[str, str] = field(default_factory=dict)
    query: str = ""
    others: Mapping[str, int] = field(default_factory=dict)

    def expected(self, role: str) -> Answer:
        if role in self.others:
            return self.others[role]
        if role in self.who:
            return self.status
        return LOGIN if role == "anonymous" else 403


def post(who: frozenset[str], *arguments: str, status: int, **kwargs: Any) -> Row:
    return Row(who, status, "post", arguments, **kwargs)


def see(who: frozenset[str], *arguments: str, **kwargs: Any) -> Row:
    return Row(who, arguments=arguments, **kwargs)


def for_all(roles: Iterable[str], status: int) -> dict[str, int]:
    """The same answer for several roles that are not as usual."""
    return dict.fromkeys(roles, status)


# --- The people -------------------------------------------------------------------------------------------------------


def people_of(edition: Edition) -> People:
    """One person for each role in the demo academy; the group of the tables is group 1 of workshop 3.

    Those of `OUT` are confirmed, seated, moderators and delegates until `step_out` is called. Who is just registered
    was an organiser once, and who is of elsewhere is an organiser there.
    """
    group, other = (
        Group.objects.of_edition(edition).get(workshop__number=3, slug=slug)
        for slug in ("group-1", "group-2")
    )
    made = {
        role: make_user(role)
        for role in ("registered", "elsewhere", *OUT, "seated", "other_moderator", "delegate")
    }
    here = {role: make_participant(user, edition) for role, user in made.items() if role != "elsewhere"}
    elsewhere = make_edition("2031")
    make_participant(made["elsewhere"], elsewhere)
    grant_role(made["elsewhere"], elsewhere, "organiser", by=None)
    end_role(grant_role(made["registered"], edition, "organiser", by=None), by=None)
    cast(here["other_moderator"], other.session, "moderator", by=None)
    for role in OUT:
        cast(here[role], group.session, "moderator", by=None)
    for role in (*OUT, "seated"):
        pin(here[role], group, reason="for the table", by=None)
    # The demo's draw gives the organiser a seat, now in one group, now in the other.
    pin(
        Participant.objects.get(edition=edition, user__email="amara@example.org"),
        other,
        reason="for the table",
        by=None,
    )
    for role in (*OUT, "delegate"):
        grant_role(made[role], edition, "delegate", by=None)
    demo = {"moderator": "bruno", "co_facilitator": "chiara", "organiser": "amara"}
    known = {role: User.objects.get(email=f"{key}@example.org") for role, key in demo.items()}
    return {"anonymous": None, **made, **known}


def step_out(people: People, edition: Edition) -> None:
    """Those of `OUT` lose their place: one by withdrawing, the others by being put back to an earlier state."""
    for role in OUT:
        user = people[role]
        assert user is not None
        if role == "withdrawn":
            withdraw(user.participations.get(), by=user)
        else:
            number = 1_000 if role == "waiting" else None
            Participant.objects.filter(user=user, edition=edition).update(state=role, waiting_number=number)


# --- Asking -----------------------------------------------------------------------------------------------------------


def browsers_of(people: People, shared: Client) -> dict[str, Client]:
    """A browser for each person, all with the handler of one: to build one for each takes longer than the answers."""
    browsers = {}
    for role, user in people.items():
        browsers[role] = Client()
        browsers[role].handler = shared.handler
        if user:
            browsers[role].force_login(user, backend=BACKEND)
    return browsers


def asked(browser: Client, name: str, row: Row, known: Mapping[str, object]) -> Answer:
    """What the browser is answered: the status, or "login"; what was done is undone."""
    address = reverse(name, args=[known[argument] for argument in row.arguments]) + row.query
    data = {key: known[value[1:]] if value.startswith("@") else value for key, value in row.data.items()}
    with transaction.atomic():
        response = getattr(browser, row.method)(address, data)
        transaction.set_rollback(True)
    to_login = response.status_code == 302 and response["Location"].startswith("/accounts/login/")
    return LOGIN if to_login else response.status_code


def answers(
    table: Mapping[str, list[Row]], people: People, known: Mapping[str, object]
) -> tuple[dict[str, Answer], dict[str, Answer]]:
    """(what was answered, what the table says), by address, row and role; browsers know nothing of other addresses."""
    found, expected = {}, {}
    browsers = browsers_of(people, Client())
    fresh = {role: deepcopy(browser.cookies) for role, browser in browsers.items()}
    for name, rows in table.items():
        for role, browser in browsers.items():
            browser.cookies = deepcopy(fresh[role])
        for number, row in enumerate(rows):
            for role in ROLES:
                key = f"{name} {number} {row.method} {role}"
                found[key] = asked(browsers[role], name, row, known)
                expected[key] = row.expected(role)
    return found, expected
