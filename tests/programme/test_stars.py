"""Stars: one's own, kept with the registration, handed over from the browser after the login."""

import uuid

import pytest
from django.urls import reverse

from academy.errors import NotAllowed
from academy.models import Participant
from programme.models import Session, Star
from programme.stars import mark, starred_sessions, unmark
from tests.factories import make_edition, make_participant

JSON = {"Accept": "application/json"}


@pytest.fixture
def opening(edition):
    return Session.objects.get(slug="day-1-opening")


@pytest.fixture
def star_page():
    return reverse("programme:star", args=["2022"])


def test_a_star_is_set_and_taken_away_and_twice_is_once(edition, dawit, opening):
    person = Participant.objects.get(user=dawit)
    assert [mark(person, [opening.pk], by=dawit) for _ in range(2)] == [1, 0]
    assert starred_sessions(person) == {str(opening.pk)}
    unmark(person, opening.pk, by=dawit)
    unmark(person, opening.pk, by=dawit)
    assert starred_sessions(person) == frozenset()


def test_nobody_stars_for_somebody_else(edition, dawit, bruno, opening):
    with pytest.raises(NotAllowed):
        mark(Participant.objects.get(user=dawit), [opening.pk], by=bruno)
    with pytest.raises(NotAllowed):
        unmark(Participant.objects.get(user=dawit), opening.pk, by=bruno)
    assert not Star.objects.exists()


def test_sessions_that_are_not_of_the_edition_are_passed_over(edition, dawit):
    other = make_participant(dawit, make_edition("2031"))
    assert mark(other, [Session.objects.first().pk, uuid.uuid4()], by=dawit) == 0


def test_the_button_leads_back_to_the_page(edition, client_of, dawit, opening, star_page):
    browser = client_of(dawit)
    there = "/2022/programme/?day=2022-02-01"
    answer = browser.post(star_page, {"star": opening.pk, "next": there})
    assert (answer.status_code, answer["Location"]) == (302, there)
    page = browser.get(there).content.decode()
    assert 'name="unstar"' in page
    starred = browser.get("/2022/programme/?show=starred")
    assert [row.items[0]["slug"] for entry in starred.context["shown"] for row in entry.day.rows] == [
        "day-1-opening"
    ]
    answer = browser.post(star_page, {"unstar": opening.pk, "next": "https://elsewhere.example/"})
    assert answer["Location"] == "/2022/programme/"
    assert not Star.objects.exists()


def test_what_the_browser_kept_is_handed_over(edition, client_of, dawit, opening, star_page):
    said = {"stars": f"{opening.pk},nonsense,{uuid.uuid4()}"}
    answer = client_of(dawit).post(star_page, said, headers=JSON)
    assert answer.json() == {"starred": [str(opening.pk)]}


@pytest.mark.parametrize("said", [{"star": "x"}, {"unstar": "\x00"}, {"stars": "a" * 40_001}])
def test_nonsense_is_refused_in_words(edition, client_of, dawit, star_page, said):
    answer = client_of(dawit).post(star_page, said, headers=JSON)
    assert (answer.status_code, answer.json()["title"]) == (422, "This is no session.")


def test_a_star_is_not_shown_to_anybody_else(edition, client_of, dawit, bruno, opening):
    mark(Participant.objects.get(user=dawit), [opening.pk], by=dawit)
    for person in (bruno, None):
        page = client_of(person).get("/2022/programme/").content.decode()
        assert 'aria-pressed="true"' not in page
    own = client_of(dawit).get("/2022/programme/").content.decode()
    assert own.count('aria-pressed="true"') == 1
