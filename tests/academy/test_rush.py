"""Many people register at once, over HTTP: the places are given once, the others wait in order.

PostgreSQL is served by four processes of eight threads; SQLite by one, which is the shape that it is for.

`make bench ARGS="--only rush"` does the same with 200 people for 30 places, 20 times.
"""

from __future__ import annotations

import os

import pytest
from django.db import connection

from tests.rushing import Outcome, outcome, prepare, processes, rush
from tests.servers import use_sqlite
from tests.serving import database_of_the_test

PEOPLE, PLACES = 60, 9


def rushed(application: str) -> tuple[set[int], Outcome]:
    """The statuses of the answers, and how it ended."""
    cookies = prepare("rush", PEOPLE, PLACES)
    environment = {
        **os.environ,
        "DATABASE_URL": database_of_the_test(),
        "EMAIL_URL": "dummymail://",
        "LOG_LEVEL": "CRITICAL",
        # One more than there are places; only the control looks at it.
        "MEET_BEFORE_A_PLACE": str(PLACES + 1),
    }
    connection.close()
    with processes(environment, application=application) as port:
        answered = rush(port, "rush", cookies)
    return {answer.status for answer in answered}, outcome("rush")


@pytest.mark.django_db(transaction=True)
def test_nine_places_for_sixty_people_at_once_are_given_once_and_the_others_wait_in_order():
    statuses, ended = rushed("academy.wsgi")
    assert statuses == {302}
    assert ended == Outcome(PLACES, list(range(1, PEOPLE - PLACES + 1)), 0)


if not use_sqlite():  # SQLite runs one writing transaction at a time: there is no lock to take away

    @pytest.mark.django_db(transaction=True)
    def test_without_the_turn_more_places_are_given_than_there_are():
        """The control: the same rush at a server whose places have no turn."""
        _statuses, ended = rushed("tests.unlocked:application")
        assert ended.confirmed > PLACES
