"""Announcements: after the commit and only then; a listener that fails undoes nothing."""

import pytest
from django.db import transaction
from kombu.exceptions import OperationalError as BrokerGone
from redis.exceptions import ConnectionError as RedisGone

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
        raise ValueError("not a number of a line")

    listen("failing", failing)
    with transaction.atomic():
        make_user("dawit")
        announce("failing", number=7)
    assert User.objects.count() == 1
    assert "Error calling" in caplog.text
    assert "failing" in caplog.text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("gone", [RedisGone, BrokerGone])
def test_that_redis_is_away_is_one_line_of_the_log_and_no_error(caplog, gone):
    """The test before is the control: what is no outage keeps its traceback."""

    def unheard(*, number):
        raise gone("Connection refused.")

    topic = f"unheard {gone.__module__}"
    listen(topic, unheard)
    announce(topic, number=7)
    (line,) = [record for record in caplog.records if "unheard" in record.getMessage()]
    assert (line.levelname, line.exc_info) == ("WARNING", None)
