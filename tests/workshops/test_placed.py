"""Who has no group: for each time at which groups meet, and on a person's page."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy.models import Participant
from tests.factories import make_participant, make_user
from workshops.models import Group
from workshops.placed import gaps_of
from workshops.seating import pin

PAGE = "/2022/workshops/without-a-group/"


def test_whoever_came_after_the_draw_stands_in_every_gap(academy_at):
    edition = academy_at("workshops")
    make_participant(make_user("late"), edition)
    gaps = gaps_of(edition)
    assert [[person.name for person in gap.people] for gap in gaps] == [["Late"]] * len(gaps)
    assert [[workshop.number for workshop in gap.workshops] for gap in gaps] == [[1], [2], [3], [10, 11, 12]]


def test_a_seat_given_by_hand_fills_the_gap(academy_at, client_of):
    edition = academy_at("workshops")
    late = make_participant(make_user("late"), edition)
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    pin(late, group, reason="came late", by=None)
    assert [len(gap.people) for gap in gaps_of(edition)] == [0, 1, 1, 1]
    amara = Participant.objects.get(user__email="amara@example.org").user
    text = client_of(amara).get(PAGE).content.decode()
    assert "Late" in text
    assert "nobody is left out" in text


def test_the_page_costs_the_same_for_more_people(academy_at, client_of):
    edition = academy_at("workshops")
    client = client_of(Participant.objects.get(user__email="amara@example.org").user)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(PAGE)
        return len(captured)

    make_participant(make_user("late"), edition)
    queries()
    before = queries()
    for number in range(7):
        make_participant(make_user(f"late{number}"), edition)
    assert queries() == before
