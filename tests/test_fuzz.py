"""Hostile requests at every address as several people: a refusal in words, never an error of ours.

ACADEMY_FUZZ=5000 ACADEMY_FUZZ_SEED=7 python -m pytest tests/test_fuzz.py      tries longer, and something else
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from schemathesis import GenerationMode

from academy import clock
from academy.models import SavedView
from tests.conftest import bring_to
from tests.doors import browsers_of, people_of, step_out
from tests.form_shapes import operation
from tests.hostile import COOKIES, HEADERS, Attempt
from tests.intruder import COUNT, SEED, Intruder
from tests.test_access import TABLE, academy_of_the_table, arguments_of
from tests.test_access_states import STATES, bring_adoption_to
from tests.test_access_states import arguments_of as arguments_of_states

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from academy.models import Edition
    from tests.doors import People, Row
    from tests.intruder import Door

pytestmark = pytest.mark.usefixtures("quiet_log")
ROLES = ("anonymous", "seated", "moderator", "delegate", "organiser")


@pytest.fixture(autouse=True)
def _in_january_2022() -> Iterator[None]:
    """The weeks in which registration for the 2022 academy is open."""
    with clock.set_to(datetime(2022, 1, 15, 12, tzinfo=UTC)):
        yield


def doors_of(table: Mapping[str, list[Row]], known: Mapping[str, object]) -> set[Door]:
    """Every address of a table, with the methods of its rows."""
    rows = [(name, row) for name, rows in table.items() for row in rows]
    return {
        (reverse(name, args=[known[key] for key in row.arguments]), row.method.upper()) for name, row in rows
    }


@pytest.fixture
def edition(db: None) -> Edition:
    return academy_of_the_table()


def intruder_among(people: People, doors: set[Door]) -> Intruder:
    browsers = browsers_of({role: people[role] for role in ROLES}, Client())
    return Intruder(browsers, doors, SEED)


def test_hostile_requests_are_refused_and_never_break_anything(edition):
    people = people_of(edition)
    step_out(people, edition)
    intruder = intruder_among(people, doors_of(TABLE, arguments_of(edition)))
    intruder.look_around()
    with_forms = {
        address for (address, method), forms in intruder.forms.items() if forms and method == "POST"
    }
    assert {
        "/2022/people/views/",
        "/2022/document/desk/cite/",
        "/2022/workshops/3/group-1/findings/",
    } < with_forms
    intruder.go_round(COUNT // 2)
    intruder.fill_in_forms(COUNT // 2)
    intruder.replace_parts(COUNT // 4)
    assert intruder.faults == []
    assert intruder.tried > COUNT
    answers = sum(intruder.answers.values(), Counter())
    assert answers["302"]
    assert answers["422"]
    assert intruder.never_reached() == set()


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_no_header_and_no_cookie_breaks_anything(edition, settings, proxies):
    """Each of them once: for a page, for something sent by nobody, for something sent by an organiser, and for data."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    people = people_of(edition)
    desk = reverse("outcome:start", args=[edition.slug])
    login = Attempt("POST", "/accounts/login/", b"login=amara@example.org&password=from-intentions-2022")
    doors = [Attempt("GET", "/2022/"), Attempt("POST", desk), Attempt("GET", "/api/v1/editions"), login]
    intruder = intruder_among(people, set())
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    for role, door in [*(("anonymous", door) for door in doors), ("organiser", doors[1])]:
        for name, values in HEADERS.items():
            for value in values:
                answers[door.address][intruder.attempt(role, replace(door, headers={name: value}))] += 1
        for cookie in COOKIES:
            answers[door.address][intruder.attempt(role, replace(door, cookie=cookie))] += 1
    assert intruder.faults == []
    # A strange host is refused; nearly all else is answered as if it was not there.
    assert [answers[door.address].most_common(1)[0][0] for door in (doors[0], *doors[2:])] == [
        "200",
        "200",
        "302",
    ]


@pytest.mark.parametrize("state", STATES)
def test_hostile_positions_break_no_adoption(db, state):
    edition = bring_to("drafting")
    people = bring_adoption_to(state, edition)
    intruder = intruder_among(people, doors_of(STATES[state], arguments_of_states(edition)))
    intruder.look_around()
    intruder.go_round(COUNT // 10)
    intruder.fill_in_forms(COUNT // 20)
    intruder.replace_parts(COUNT // 40)
    assert intruder.faults == []
    assert intruder.answers


def test_a_view_that_breaks_is_noticed(edition, monkeypatch):
    """The control: with a rule that raises what nobody expects, the same attempts find it."""

    def broken(*args: object) -> bool:
        raise ZeroDivisionError

    people = reverse("people", args=[edition.slug])
    intruder = intruder_among(people_of(edition), {(people, "GET")})
    monkeypatch.setattr("academy.views.people.has_right", broken)
    intruder.go_round(20)
    assert intruder.faults != []
    assert all("ZeroDivisionError" in fault for fault in intruder.faults)
    intruder.faults.clear()
    what = operation(people, "GET", {"page": {"type": "string"}})
    intruder.draw_and_try(what, ["organiser"], GenerationMode.POSITIVE)
    assert len(intruder.faults) == 1
    assert "ZeroDivisionError" in intruder.faults[0]


def test_an_error_that_is_caught_and_logged_is_noticed(edition, monkeypatch):
    def worried(*args: object) -> bool:
        logging.getLogger("academy").error("Something went wrong")
        return True

    intruder = intruder_among(people_of(edition), set())
    monkeypatch.setattr("academy.views.people.has_right", worried)
    assert intruder.attempt("organiser", Attempt("GET", reverse("people", args=[edition.slug]))) == "200"
    assert "Something went wrong" in intruder.faults[0]


def test_what_breaks_at_the_commit_and_after_it_is_noticed(edition, monkeypatch):
    def goes_on(*args: object) -> bool:
        transaction.on_commit(lambda: 1 / 0, robust=True)
        return True

    def points_nowhere(*args: object) -> bool:
        SavedView.objects.create(edition=edition, user_id=uuid4(), name="Nobody's", created_at=clock.now())
        return True

    intruder = intruder_among(people_of(edition), set())
    for rule, words in ((goes_on, "ZeroDivisionError"), (points_nowhere, "IntegrityError")):
        monkeypatch.setattr("academy.views.people.has_right", rule)
        intruder.attempt("organiser", Attempt("GET", reverse("people", args=[edition.slug])))
        assert words in intruder.faults.pop()


def test_a_fault_of_the_drawing_itself_is_no_silence(edition, monkeypatch):
    def wrong(drawn: object) -> Attempt:
        raise AssertionError("no body")

    intruder = intruder_among(people_of(edition), set())
    monkeypatch.setattr("tests.intruder.attempt_of", wrong)
    what = operation("/2022/", "GET", {"page": {"type": "string"}})
    with pytest.raises(AssertionError, match="no body"):
        intruder.draw_and_try(what, ["organiser"], GenerationMode.POSITIVE)
