"""Announcements: after the commit and only then; a listener that fails undoes nothing."""

import pytest
from django.db import transaction

from academy.announcements import announce, listen
from academy.models import User
from tests.factories import make_user


class Regret(Exception):
    pass


@pytest.mark.django_db(transaction=True)
def test_listeners_are_told_after_the_commit_and_not_before():
    heard = []
    listen("after the commit", lambda *, number: heard.append(number))
    with transaction.atomic():
        announce("after the commit", number=7)
        assert heard == []
    assert heard == [7]


@pytest.mark.django_db(transaction=True)
def test_nobody_hears_of_what_was_rolled_back():
    heard = []
    listen("rolled back", lambda *, number: heard.append(number))

    @transaction.atomic
    def regretted():
        announce("rolled back", number=7)
        raise Regret

    with pytest.raises(Regret):
        regretted()
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_a_listener_that_fails_undoes_nothing_and_is_logged(caplog):
    def failing(*, number):
        raise ConnectionError("Redis is away")

    listen("failing", failing)
    with transaction.atomic():
        make_user("dawit")
        announce("failing", number=7)
    assert User.objects.count() == 1
    assert "Error calling" in caplog.text
    assert "failing" in caplog.text
