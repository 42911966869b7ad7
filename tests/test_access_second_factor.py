"""Every address and socket of the organisers, to an organiser with and without a second step of logging in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from academy.models import User
from academy.roles import grant_role
from academy.second_factor import without_second_factor
from tests.conftest import bring_to
from tests.doors import BACKEND, ORGANISER, people_of
from tests.factories import make_user
from tests.second_steps import give_app
from tests.test_access import TABLE, academy_of_the_table, arguments_of
from workshops.consumers import BoardConsumer
from workshops.models import Group

if TYPE_CHECKING:
    from academy.models import Edition
    from tests.doors import Row

pytestmark = pytest.mark.crawl

# The amendment and the comment of the table are the organiser's by having written them, not by the role.
WRITTEN = {"outcome:rebase", "outcome:withdraw_amendment", "outcome:resolve"}
OWN = {
    name: rows
    for name, found in TABLE.items()
    if name not in WRITTEN and (rows := [row for row in found if row.who == ORGANISER])
}


@pytest.fixture
def edition(db: None, settings) -> Edition:
    """The academy of the table, in which the second step is asked."""
    settings.SECOND_FACTOR = True
    with without_second_factor():
        edition = academy_of_the_table()
        people_of(edition)
    return edition


def answers(edition: Edition) -> dict[str, tuple[Row, int, str]]:
    """How Amara is answered at each of the organisers' addresses: (row, status, where she is led to)."""
    browser, known, found = Client(), arguments_of(edition), {}
    browser.force_login(User.objects.get(email="amara@example.org"), backend=BACKEND)
    for name, rows in OWN.items():
        for number, row in enumerate(rows):
            address = reverse(name, args=[known[argument] for argument in row.arguments]) + row.query
            data = {
                key: known[value[1:]] if value.startswith("@") else value for key, value in row.data.items()
            }
            with transaction.atomic():
                answer = getattr(browser, row.method)(address, data)
                transaction.set_rollback(True)
            found[f"{name} {number} {row.method}"] = (row, answer.status_code, answer.get("Location", ""))
    return found


def test_without_it_every_page_leads_to_the_set_up_and_nothing_that_is_sent_is_done(edition):
    found = answers(edition)
    assert len(found) > 50
    pages = {key: led_to for key, (row, _status, led_to) in found.items() if row.method == "get"}
    assert {
        key: led_to for key, led_to in pages.items() if not led_to.startswith("/second-factor/?next=/")
    } == {}
    sent = {key: status for key, (row, status, _led_to) in found.items() if row.method == "post"}
    assert {key: status for key, status in sent.items() if status != 403} == {}


def test_with_it_every_answer_is_the_tables(edition):
    """The control: the same person, after the set-up."""
    give_app(User.objects.get(email="amara@example.org"))
    found = answers(edition)
    assert {
        key: (row.status, status) for key, (row, status, _) in found.items() if row.status != status
    } == {}


def test_a_socket_closes_to_an_organiser_without_it(db, settings):
    edition = bring_to("workshops")
    organiser = make_user("organiser")  # with nothing but the role
    grant_role(organiser, edition, "organiser", by=None)
    group = Group.objects.of_edition(edition).get(workshop__number=3, slug="group-1")
    socket = BoardConsumer()
    socket.scope = {"url_route": {"kwargs": {"group": group.pk}}}
    settings.SECOND_FACTOR = True
    assert not socket.may_listen(organiser)
    give_app(organiser)
    assert socket.may_listen(organiser)
