"""Nobody learns from an answer whether an address is known: same status, same page, same kinds of work.

How long it takes is measured by `python -m bench.enumeration`; here it is enough that the costly kinds of work are the
same: passwords hashed, mails written to the outbox, none of them sent while the person waits.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from academy.models import Edition, Message, Participant, User
from tests.hashing import QuickHasher

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KNOWN, UNKNOWN = "dawit@example.org", "david@example.org"
PASSWORD = "a long enough password"
FLOWS: dict[str, tuple[str, dict[str, str]]] = {
    "login": ("/accounts/login/", {"login": "@", "password": "not the one"}),
    "code": ("/accounts/login/code/", {"email": "@"}),
    "reset": ("/accounts/password/reset/", {"email": "@"}),
    "sign-up": ("/accounts/signup/", {"email": "@", "password1": PASSWORD, "password2": PASSWORD}),
    "register": (
        "/2022/register/",
        {
            "email": "@",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "name": "David Example",
            "actor": "research",
            "country": "AT",
            "visibility": "unlisted",
            "consent": "on",
        },
    ),
}
CHANGING = (
    (r'name="csrfmiddlewaretoken" value="[^"]+"', "[token]"),
    (r'data-person="[^"]*"', "[person]"),
    (re.escape(KNOWN) + "|" + re.escape(UNKNOWN), "[address]"),
)


@dataclass
class Answered:
    """What somebody sees of an answer, and the work that was done for it."""

    seen: list[object] = field(default_factory=list)
    tables: Counter[str] = field(default_factory=Counter)
    hashed: int = 0
    mails: int = 0

    def written(self) -> dict[str, int]:
        """What was changed in which table."""
        return {kind: count for kind, count in self.tables.items() if not kind.startswith("SELECT")}


def without_what_changes(response: Any) -> str:
    text: str = response.content.decode()
    for pattern, instead in CHANGING:
        text = re.sub(pattern, instead, text)
    return text


@pytest.fixture
def hashes(monkeypatch) -> list[str]:
    """Every time that a password is hashed, for keeping it or for comparing it."""
    found: list[str] = []
    for name in ("encode", "verify"):
        monkeypatch.setattr(QuickHasher, name, noting(name, found))
    return found


def noting(name: str, found: list[str]) -> Callable[..., Any]:
    original = getattr(QuickHasher, name)

    def hashing(self: QuickHasher, *words: str) -> Any:
        found.append(name)
        return original(self, *words)

    return hashing


@pytest.fixture
def ask(edition, dawit, hashes) -> Callable[[str, str], Answered]:
    """Goes through a flow with an address, in a browser of its own, and says what was seen and done."""
    Edition.objects.update(registration_opens=None, registration_closes=None)

    def go(flow: str, email: str) -> Answered:
        path, data = FLOWS[flow]
        browser, answered = Client(), Answered()
        browser.get(path)
        before, hashed = Message.objects.count(), len(hashes)
        with CaptureQueriesContext(connection) as queries:
            response = browser.post(
                path, {key: email if value == "@" else value for key, value in data.items()}
            )
        answered.tables = Counter(kinds_of(queries.captured_queries))
        answered.seen = [response.status_code, response.get("Location"), sorted(response.headers)]
        answered.seen += [sorted(browser.cookies), without_what_changes(response)]
        if response.status_code == 302:
            answered.seen.append(without_what_changes(browser.get(response["Location"])))
        answered.hashed, answered.mails = len(hashes) - hashed, Message.objects.count() - before
        return answered

    return go


def kinds_of(queries: list[dict[str, str]]) -> Iterator[str]:
    """What each query does to which table."""
    for query in queries:
        found = re.match(r'(SELECT|INSERT|UPDATE|DELETE).*?(?:FROM|INTO|UPDATE) "(\w+)"', query["sql"])
        if found:
            yield f"{found[1]} {found[2]}"


@pytest.mark.parametrize("flow", FLOWS)
def test_known_and_unknown_addresses_see_the_same(ask, flow):
    known, unknown = ask(flow, KNOWN), ask(flow, UNKNOWN)
    assert known.seen == unknown.seen


@pytest.mark.parametrize("flow", ["sign-up", "register"])
@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
def test_the_page_says_once_where_the_mail_went_as_people_mistype_addresses(
    edition, dawit, hashes, flow, email
):
    Edition.objects.update(registration_opens=None, registration_closes=None)
    (path, data), browser = FLOWS[flow], Client()
    typed = email.replace("d", "D", 1)
    sent = browser.post(path, {key: typed if value == "@" else value for key, value in data.items()})
    assert sent["Location"] == "/accounts/confirm-email/"
    text = browser.get(sent["Location"]).content.decode()
    assert f'sent to <strong class="text-break">{email}</strong>' in " ".join(text.split())
    assert email not in browser.get(sent["Location"]).content.decode()


@pytest.mark.parametrize("flow", FLOWS)
def test_known_and_unknown_addresses_cost_the_same_hashes_and_mails(ask, flow):
    known, unknown = ask(flow, KNOWN), ask(flow, UNKNOWN)
    assert (known.hashed, known.mails) == (unknown.hashed, unknown.mails)
    assert (known.hashed, known.mails) == {"login": (1, 0), "code": (0, 1), "reset": (0, 1)}.get(flow, (1, 1))


@pytest.mark.parametrize("flow", ["login", "code", "reset"])
def test_where_no_account_is_made_the_same_is_written(ask, flow):
    known, unknown = ask(flow, KNOWN), ask(flow, UNKNOWN)
    assert known.written() == unknown.written()


def test_a_known_address_registers_nobody_although_the_same_work_is_done(ask, dawit):
    known, unknown = ask("register", KNOWN), ask("register", UNKNOWN)
    written = {"INSERT academy_participant", "INSERT academy_historyentry", "INSERT academy_user"}
    assert written <= set(known.written()) & set(unknown.written())
    assert sorted(User.objects.values_list("email", flat=True)) == sorted([KNOWN, UNKNOWN])
    assert Participant.objects.filter(user=dawit).count() == 1
    assert Participant.objects.exclude(user=dawit).get().user.email == UNKNOWN


def test_the_comparison_sees_a_difference(ask, monkeypatch):
    """The control: without the hash that nobody needs, a known address is answered with less work."""
    monkeypatch.setattr("academy.forms.accounts.make_password", lambda _password: "")
    assert ask("sign-up", KNOWN).hashed != ask("sign-up", UNKNOWN).hashed


def test_wrong_codes_are_answered_the_same(ask, edition, dawit):
    def tries(email: str) -> list[tuple[int, str, str]]:
        browser = Client()
        browser.post("/accounts/login/code/", {"email": email})
        answers = [browser.post("/accounts/login/code/confirm/", {"code": "WRONG1"}) for _ in range(4)]
        return [(one.status_code, one.get("Location", ""), without_what_changes(one)) for one in answers]

    assert tries(KNOWN) == tries(UNKNOWN)


def test_mails_tell_only_the_owner_of_the_address(ask):
    ask("reset", KNOWN)
    ask("reset", UNKNOWN)
    (known,), (unknown,) = (Message.objects.filter(to=email) for email in (KNOWN, UNKNOWN))
    assert "/accounts/password/reset/key/" in known.body
    assert f"for the address {UNKNOWN}. There is no account with this address." in unknown.body
    ask("sign-up", KNOWN)
    told = Message.objects.get(key__contains="account_already_exists")
    assert f"with the address {KNOWN}. There is one already." in told.body
