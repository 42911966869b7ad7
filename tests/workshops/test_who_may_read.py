"""Asked for a whole room at once, the answer is the one that each would get."""

from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, get_user
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import HttpRequest
from django.test.utils import CaptureQueriesContext

from academy.consumers.sessions import people_of
from tests.conftest import bring_to
from tests.doors import BACKEND, step_out
from tests.doors import people_of as roles_of_the_table
from workshops.models import Group
from workshops.permissions import may_read_board, who_may_read


@pytest.mark.parametrize("slug", ["group-1", "group-2"])
@pytest.mark.parametrize("number", [1, 3])
def test_a_room_is_asked_as_each_of_its_people(db, number, slug):
    edition = bring_to("workshops")
    people = roles_of_the_table(edition)
    step_out(people, edition)
    known = {user for user in people.values() if user}
    group = Group.objects.of_edition(edition).get(workshop__number=number, slug=slug)
    single = {user.pk for user in known if may_read_board(user, group)}
    assert who_may_read(known, group) == single
    assert 0 < len(single) < len(known)


def test_a_room_of_many_costs_no_more_questions(db):
    edition = bring_to("workshops")
    group = Group.objects.of_edition(edition).get(workshop__number=3, slug="group-1")
    seated = [seat.participant.user for seat in group.seats.select_related("participant__user")]
    with CaptureQueriesContext(connection) as few:
        assert who_may_read(set(seated[:2]), group) == {user.pk for user in seated[:2]}
    with CaptureQueriesContext(connection) as many:
        assert who_may_read(set(seated), group) == {user.pk for user in seated}
    assert (len(few), len(many)) == (2, 2)


def session(**content):
    made = import_module(settings.SESSION_ENGINE).SessionStore()
    for key, value in content.items():
        made[key] = value
    made.save()
    return made


def login_of(user, **changes):
    content = {
        SESSION_KEY: str(user.pk),
        BACKEND_SESSION_KEY: BACKEND,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
    }
    return session(**{**content, **changes})


def as_a_request_is_told(key):
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    user = get_user(request)
    return user.pk if user.is_authenticated else None


def test_a_session_is_read_as_a_request_reads_it(edition, bruno, dawit, esi, farid):
    farid.is_active = False
    farid.save()
    expired = login_of(dawit)
    type(expired).get_model_class().objects.filter(pk=expired.session_key).update(
        expire_date="2020-01-01T00:00Z"
    )
    sessions = [
        login_of(bruno),
        login_of(dawit),
        login_of(farid),
        expired,
        login_of(esi, **{HASH_SESSION_KEY: "0" * 64}),
        login_of(esi, **{HASH_SESSION_KEY: ""}),
        login_of(esi, **{BACKEND_SESSION_KEY: "nowhere.Backend"}),
        login_of(esi, **{SESSION_KEY: "not a key"}),
        session(nothing="here"),
    ]
    keys = [one.session_key for one in sessions] + ["gone", "", None]
    single = {key: pk for key in keys[:-2] if (pk := _told(key))}
    assert {key: user.pk for key, user in people_of(keys).items()} == single
    assert sorted(single.values()) == sorted([bruno.pk, dawit.pk])


def _told(key):
    try:
        return as_a_request_is_told(key)
    except (ValueError, ValidationError):  # a key that is none: Django does not forgive it
        return None
