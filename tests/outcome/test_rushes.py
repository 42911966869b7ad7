"""Many positions at once over HTTP: none lost, none doubled, none after the closing. On both databases.

`python -m bench.adoption` does the same with 300 delegates, and lets 50 positions race the closing 50 times.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from django.db import connection

from outcome.models import Position, Procedure, Record
from tests.adopting import Sent, Stored, outcome, paced, prepare, race_the_closing, send_all
from tests.conftest import lift_seals
from tests.rushing import processes
from tests.servers import use_sqlite
from tests.serving import database_of_the_test

if TYPE_CHECKING:
    from collections.abc import Iterator

DELEGATES, RACING, ROUNDS = 40, 20, 3
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _one_step() -> Iterator[None]:
    from academy.second_factor import without_second_factor

    with without_second_factor():
        yield


def environment() -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": database_of_the_test(),
        "EMAIL_URL": "dummymail://",
        "LOG_LEVEL": "CRITICAL",
        "SECOND_FACTOR": "0",
    }


def tabs(application: str = "academy.wsgi") -> tuple[Counter[int], Stored]:
    """A hundred submissions of one delegate from two tabs, each with the mark of its page."""
    _organiser, delegate = prepare("tabs", 1)
    marks = [(str(uuid4()), "join"), (str(uuid4()), "object")]
    sent = [Sent(delegate, choice, key) for key, choice in marks for _time in range(50)]
    connection.close()
    with processes(environment(), application=application) as port:
        answered = send_all(port, "tabs", sent)
    return Counter(answer.status for answer in answered), outcome("tabs")


def raced(slug: str, application: str = "academy.wsgi") -> tuple[int, Stored, int]:
    """How many positions were acknowledged, what is stored, and what the record counts."""
    organiser, *delegates = prepare(slug, RACING)
    connection.close()
    with processes(environment(), application=application) as port:
        answered = race_the_closing(port, slug, paced(delegates, 0.5), organiser)
    counts = Record.objects.get(document__edition__slug=slug).content["counts"]
    return sum(answer.status == 200 for answer in answered), outcome(slug), sum(counts.values())


@pytest.mark.parametrize("publicity", ["named", "pseudonymous"])
def test_every_delegate_has_exactly_one_position(publicity: str) -> None:
    from outcome.adoption import new_secret

    _organiser, *delegates = prepare("crowd", DELEGATES, publicity)
    sent = [Sent(cookie, secret=new_secret() if publicity == "pseudonymous" else "") for cookie in delegates]
    connection.close()
    with processes(environment()) as port:
        answered = send_all(port, "crowd", sent)
    assert {answer.status for answer in answered} == {200}
    assert outcome("crowd") == Stored(DELEGATES, DELEGATES, {"join": DELEGATES}, "open")


def test_of_a_hundred_submissions_from_two_tabs_one_counts_and_the_others_are_told() -> None:
    """The tab that was first is told again and again that it is recorded; the other one, that it is not."""
    statuses, stored = tabs()
    assert (statuses, stored.positions) == (Counter({200: 50, 409: 50}), 1)


def test_without_asking_what_the_delegate_saw_both_tabs_count() -> None:
    _statuses, stored = tabs("tests.unlocked_adoption:application")
    assert stored.positions > 1


def test_positions_that_race_the_closing_are_acknowledged_and_counted_or_neither() -> None:
    for number in range(ROUNDS):
        acknowledged, stored, counted = raced(f"race{number}")
        assert acknowledged == stored.positions == counted
    assert not Position.objects.filter(taken_at__gt=Procedure.objects.latest("closed_at").closed_at)


if not use_sqlite():  # SQLite runs one writing transaction at a time: there is no lock to take away

    def test_without_the_lock_and_the_seal_positions_are_acknowledged_that_do_not_count() -> None:
        with lift_seals("outcome_position"):
            found = [
                raced(f"unlocked{number}", "tests.unlocked_adoption:application") for number in range(ROUNDS)
            ]
        assert [acknowledged for acknowledged, _stored, counted in found if acknowledged != counted] != []
