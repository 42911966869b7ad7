"""A page that is only read asks once what its reader may do; what is sent asks each time."""

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from academy.asked import asked, once_each
from academy.middleware import EditionScope
from academy.permissions import is_confirmed, is_organiser, roles_of
from academy.roles import end_role, grant_role
from tests.factories import make_participant, make_user

pytestmark = pytest.mark.django_db


def questions_about(table, captured):
    return [one["sql"] for one in captured if f'FROM "{table}"' in one["sql"]]


@pytest.fixture
def organiser(edition):
    user = make_user("dora")
    role = grant_role(user, edition, "organiser", by=None)
    grant_role(make_user("second"), edition, "organiser", by=None)
    return user, role


def served(method, view):
    """What the view says in a request of this method, behind the middleware."""
    said = []

    def answer(request):
        said.extend(view())
        return HttpResponse()

    EditionScope(answer)(getattr(RequestFactory(), method)("/"))
    return said


def twice_with_an_end_between(edition, organiser):
    user, role = organiser

    def view():
        yield is_organiser(user, edition)
        end_role(role, by=user)
        yield is_organiser(user, edition)

    return view


def test_what_is_sent_is_judged_by_what_is_true_at_that_moment(edition, organiser):
    assert served("post", twice_with_an_end_between(edition, organiser)) == [True, False]


def test_a_page_that_is_read_is_made_from_one_answer(edition, organiser):
    """The control of the test above: here the first answer is kept, and the next page asks again."""
    assert served("get", twice_with_an_end_between(edition, organiser)) == [True, True]
    assert served("get", lambda: [is_organiser(organiser[0], edition)]) == [False]


def test_a_page_asks_for_the_roles_of_its_reader_once(edition, organiser, client):
    client.force_login(organiser[0])
    client.get("/2022/workshops/")
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/2022/workshops/").status_code == 200
    assert len(questions_about("academy_role", captured)) == 1


def test_answers_about_several_people_and_academies_are_kept_apart(edition):
    speaker, observer = make_user("sara"), make_user("omar")
    grant_role(speaker, edition, "speaker", by=None)
    make_participant(observer, edition, state="confirmed")
    with once_each():
        assert (roles_of(speaker, edition), roles_of(observer, edition)) == ({"speaker"}, frozenset())
        assert (is_confirmed(speaker, edition), is_confirmed(observer, edition)) == (False, True)


def test_nothing_is_kept_outside_of_a_page():
    answers = iter([1, 2, 3, 4])
    assert [asked("question", lambda: next(answers)) for _ in range(2)] == [1, 2]
    with once_each():
        assert [asked("question", lambda: next(answers)) for _ in range(2)] == [3, 3]
    assert asked("question", lambda: next(answers)) == 4


def test_a_page_that_broke_leaves_nothing_behind():
    with pytest.raises(ZeroDivisionError), once_each():
        asked("question", lambda: 1 / 0)
    assert asked("question", lambda: 5) == 5
