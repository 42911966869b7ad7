"""Hostile requests at every address as several people: a refusal in words, never an error of ours.

Half of them spoil what a browser would send (tests/hostile.py), half are drawn by schemathesis from what the forms of
the pages and the addresses ask for (tests/form_shapes.py).

ACADEMY_FUZZ=5000 ACADEMY_FUZZ_SEED=7 python -m pytest tests/test_fuzz.py      tries longer, and something else
"""

from __future__ import annotations

import logging
import os
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from hypothesis.strategies import lists, sampled_from
from schemathesis import GenerationMode

from academy import clock
from tests.conftest import bring_to
from tests.doors import browsers_of, people_of, step_out
from tests.form_shapes import attempt_of, operation, operations_at, operations_of
from tests.hostile import COOKIES, HEADERS, Attempt, attempt_at, forms_of
from tests.test_access import TABLE, academy_of_the_table, arguments_of
from tests.test_access_states import STATES, bring_adoption_to

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from schemathesis import Case
    from schemathesis.schemas import APIOperation

    from academy.models import Edition
    from tests.doors import People, Row
    from tests.hostile import Form

COUNT = int(os.environ.get("ACADEMY_FUZZ", "500"))
SEED = int(os.environ.get("ACADEMY_FUZZ_SEED", "2022"))
# An address, and how it is asked.
Door = tuple[str, str]
TOKEN = "t" * 32
ROLES = ("anonymous", "seated", "moderator", "delegate", "organiser")
# Who sends what schemathesis has drawn.
PEOPLE_AT_ONCE = 2


@pytest.fixture(autouse=True)
def _in_january_2022() -> Iterator[None]:
    """The weeks in which registration for the 2022 academy is open."""
    with clock.set_to(datetime(2022, 1, 15, 12, tzinfo=UTC)):
        yield


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A refusal is worth a line in the log; here there would be thousands."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


class Intruder:
    """Somebody who tries everything, as several people at once; what was tried is undone."""

    def __init__(self, people: People, doors: set[Door], seed: int) -> None:
        strict = Client(enforce_csrf_checks=True)
        self.draw = Random(seed)
        self.browsers = {role: one for role, one in browsers_of(people, strict).items() if role in ROLES}
        self.forms: dict[Door, list[Form]] = {door: [] for door in doors}
        self.operations: dict[tuple[str, str, str], APIOperation] = {}
        self.tried = 0
        self.faults: list[str] = []

    def look_around(self) -> None:
        """Read every page as everybody, for the forms that stand there; where they lead is tried as well."""
        for address, method in sorted(self.forms):
            for browser in self.browsers.values() if method == "GET" else ():
                page = browser.get(address)
                words = page.content.decode() if "html" in page.headers.get("Content-Type", "") else ""
                for form in forms_of(words, address):
                    known = self.forms.setdefault((form.action, form.method), [])
                    if form not in known:
                        known.append(form)
                for found in operations_of(words, address):
                    self.operations[found.method, found.path, str(found.definition.raw)] = found

    def go_round(self, count: int) -> None:
        """So many attempts: every door as every person in turn, in any order."""
        turns = [(role, door) for door in sorted(self.forms) for role in ROLES]
        self.draw.shuffle(turns)
        for number in range(count):
            role, door = turns[number % len(turns)]
            self.attempt(role, attempt_at(self.draw, *door, self.forms[door]))

    def try_what_is_drawn(self, count: int) -> None:
        """About so many attempts of schemathesis: at forms of the pages, and at parts of addresses."""
        for address, method in sorted(self.forms):
            for found in operations_at(address, method):
                self.operations[found.method, found.path, ""] = found
        each = max(2, count // len(self.operations) // PEOPLE_AT_ONCE)
        of_all = min(len(self.operations), count // each // PEOPLE_AT_ONCE)
        for key in self.draw.sample(sorted(self.operations), of_all):
            self.draw_and_try(self.operations[key], each)

    def draw_and_try(self, what: APIOperation, count: int) -> None:
        """So many requests that fit, or just do not; of what breaks something, the simplest that is found."""
        mode = self.draw.choice(list(GenerationMode))
        people = lists(sampled_from(ROLES), min_size=PEOPLE_AT_ONCE, max_size=PEOPLE_AT_ONCE, unique=True)

        @seed(self.draw.randrange(2**32))
        @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(drawn=what.as_strategy(generation_mode=mode), people=people)
        def ask(drawn: Case, people: list[str]) -> None:
            known = len(self.faults)
            for role in people:
                self.attempt(role, attempt_of(drawn))
            assert self.faults[known:] == []

        known = len(self.faults)
        try:
            ask()
        except (AssertionError, Flaky):
            del self.faults[known:-1]
        except Unsatisfiable:
            # Where a form leaves no choice, nothing is drawn that does not fit.
            pass

    def attempt(self, role: str, attempt: Attempt) -> None:
        """Send it, nearly always with the token that forms carry."""
        headers: dict[str, Any] = {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in attempt.headers.items()
        }
        cookies = [f"{name}={value.value}" for name, value in self.browsers[role].cookies.items()]
        if self.draw.random() < 0.95:
            cookies.append(f"csrftoken={TOKEN}")
            headers["HTTP_X_CSRFTOKEN"] = TOKEN
        headers["HTTP_COOKIE"] = "; ".join([*cookies, attempt.cookie or ""])
        self.tried += 1
        try:
            with transaction.atomic():
                answer = self.browsers[role].generic(
                    attempt.method, attempt.address, attempt.body, attempt.kind, **headers
                )
                transaction.set_rollback(True)
        except Exception as error:  # noqa: BLE001  # whatever a view raises is what is looked for
            self.faults.append(f"{role}: {error!r} after {attempt}")
            return
        if answer.status_code >= 500:
            self.faults.append(f"{role}: {answer.status_code} after {attempt}")


def doors_of(table: Mapping[str, list[Row]], known: Mapping[str, object]) -> set[Door]:
    """Every address of a table, with the methods of its rows."""
    rows = [(name, row) for name, rows in table.items() for row in rows]
    return {
        (reverse(name, args=[known[key] for key in row.arguments]), row.method.upper()) for name, row in rows
    }


@pytest.fixture
def edition(db: None) -> Edition:
    return academy_of_the_table()


def test_hostile_requests_are_refused_and_never_break_anything(edition):
    people = people_of(edition)
    step_out(people, edition)
    intruder = Intruder(people, doors_of(TABLE, arguments_of(edition)), SEED)
    intruder.look_around()
    with_forms = {
        address for (address, method), forms in intruder.forms.items() if forms and method == "POST"
    }
    assert {
        "/2022/people/views/",
        "/2022/document/desk/cite/",
        "/2022/workshops/3/group-1/findings/",
    } < with_forms
    intruder.go_round(COUNT)
    assert intruder.faults == []
    assert intruder.tried == COUNT
    assert len(intruder.operations) > 300
    intruder.try_what_is_drawn(COUNT // 2)
    assert len(intruder.operations) > 600
    assert intruder.faults == []
    assert intruder.tried > 1.25 * COUNT


def test_no_header_and_no_cookie_breaks_anything(edition):
    """Each of them once: for a page, for something sent by nobody, and for something sent by an organiser."""
    people = people_of(edition)
    desk = reverse("outcome:start", args=[edition.slug])
    doors = (("anonymous", "GET", "/2022/"), ("anonymous", "POST", desk), ("organiser", "POST", desk))
    intruder = Intruder(people, set(), SEED)
    for role, method, address in doors:
        for name, values in HEADERS.items():
            for value in values:
                intruder.attempt(role, Attempt(method, address, headers={name: value}))
        for cookie in COOKIES:
            intruder.attempt(role, Attempt(method, address, cookie=cookie))
    assert intruder.faults == []


def test_hostile_positions_break_no_adoption(db):
    edition = bring_to("drafting")
    people = bring_adoption_to("open", edition)
    open_now = {
        name: rows for name, rows in STATES["open"].items() if "adoption" in name or "position" in name
    }
    intruder = Intruder(people, doors_of(open_now, {"edition": edition.slug}), SEED)
    intruder.look_around()
    intruder.go_round(COUNT // 6)
    assert intruder.faults == []


def test_a_view_that_breaks_is_noticed(edition, monkeypatch):
    """The control: with a rule that raises what nobody expects, the same attempts find it."""

    def broken(*args: object) -> bool:
        raise ZeroDivisionError

    people = reverse("people", args=[edition.slug])
    intruder = Intruder(people_of(edition), {(people, "GET")}, SEED)
    monkeypatch.setattr("academy.views.people.has_right", broken)
    intruder.go_round(20)
    assert intruder.faults != []
    assert all("ZeroDivisionError" in fault for fault in intruder.faults)
    intruder.faults.clear()
    intruder.draw_and_try(operation(people, "GET", {"page": {"type": "string"}}), 20)
    assert len(intruder.faults) == 1
    assert "ZeroDivisionError" in intruder.faults[0]
