"""Public pages answered from memory: the same bytes, nobody's but the visitors', gone with the first change."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from academy import clock, kept_pages
from academy.kept_pages import forget_pages
from academy.models import Participant
from academy.profile import change_profile, profile_of
from programme.casting import cast
from programme.models import Session
from programme.releases import release

MOMENT = datetime.fromisoformat("2022-02-02T13:04:10+01:00")


@pytest.fixture(autouse=True)
def _one_minute():
    """Pages are made again with each minute; here the clock stands still unless a test moves it."""
    with clock.set_to(MOMENT):
        yield


@pytest.fixture
def page(edition):
    return reverse("programme:agenda", args=[edition.slug])


def test_a_second_visitor_is_answered_without_a_query(page, django_assert_num_queries):
    first = Client().get(page)
    with django_assert_num_queries(0):
        second = Client().get(page)
    assert second.content == first.content
    assert (second["ETag"], second["Cache-Control"]) == (first["ETag"], "no-cache")


def test_an_unchanged_page_is_not_sent_again(page):
    first = Client().get(page)
    again = Client().get(page, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    other = Client().get(page, headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_a_condition_asked_first_still_leaves_the_whole_page_behind(page):
    Client().get(page, headers={"If-None-Match": '"another"'})
    assert Client().get(page).status_code == 200


def test_somebody_logged_in_gets_a_page_of_their_own(page, client_of, dawit):
    visitor = Client().get(page)
    own = client_of(dawit).get(page)
    assert b"Dawit" in own.content
    assert own["Cache-Control"] == "private, no-store"
    assert Client().get(page).content == visitor.content


def test_each_zone_has_its_own_page(page):
    vienna = Client().get(page)
    dhaka = Client()
    dhaka.cookies["zone"] = "Asia/Dhaka"
    assert b"Dhaka time" in dhaka.get(page).content
    assert Client().get(page).content == vienna.content
    assert b"Dhaka time" in Client().get(page, {"tz": "Asia/Dhaka"}).content


@pytest.mark.django_db(transaction=True)
def test_a_release_is_seen_at_once(page, edition):
    Client().get(page)
    Session.objects.filter(slug="day-1-opening").update(title="Welcome")
    assert b"Welcome" not in Client().get(page).content
    release(edition, label="second version", by=None)
    assert b"Welcome" in Client().get(page).content


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_renewed", [True, False], ids=["renewed", "control"])
def test_a_person_who_becomes_protected_is_gone_at_once(edition, esi, monkeypatch, is_renewed):
    """The control: if a changed person did not renew the stamp, the name would stay."""
    person = Participant.objects.get(user=esi)
    Participant.objects.filter(pk=person.pk).update(visibility="listed")
    name, session = person.name, Session.objects.get(slug="day-1-plenary-a")
    cast(person, session, "speaker", by=None)
    release(edition, label="with people", by=None)
    page = session.get_absolute_url()
    assert name in Client().get(page).content.decode()
    if not is_renewed:
        monkeypatch.setattr("academy.stamps.SHOWN", frozenset())
    person.refresh_from_db()
    change_profile(person, replace(profile_of(person), visibility="protected"), by=esi)
    assert (name in Client().get(page).content.decode()) is not is_renewed


def test_a_page_is_made_again_with_the_next_minute(page, django_assert_max_num_queries):
    assert b"13:04" in Client().get(page).content
    with clock.set_to(MOMENT + timedelta(seconds=60)):
        now = Client().get(page).content
    assert b"13:05" in now
    assert b"13:04" not in now


def test_refusals_are_not_kept(page):
    assert Client().get(page, {"day": "2022-02-05"}).status_code == 404
    assert "ETag" not in Client().get(page, {"day": "2022-02-05"})


def test_without_a_stamp_nothing_is_kept(page, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr("academy.kept_pages.stamp_of", lambda slug: None)
    Client().get(page)
    assert "ETag" not in Client().get(page)


def test_what_is_forgotten_is_made_again(page):
    first = Client().get(page)
    forget_pages()
    assert Client().get(page).content == first.content


def test_a_page_that_is_not_kept_again_leaves_nothing_behind(page, monkeypatch):
    """The stamp is gone (Redis is away): what was kept is dropped, with the lock of those who would wait for it."""
    Client().get(page)
    assert len(kept_pages._pages) == 1
    monkeypatch.setattr("academy.kept_pages.stamp_of", lambda slug: None)
    assert Client().get(page).status_code == 200
    assert (len(kept_pages._pages), len(kept_pages._making)) == (0, 0)


def test_a_page_that_is_made_again_keeps_its_tag_whatever_compresses_it(page):
    zipped = {"Accept-Encoding": "gzip"}
    first = Client().get(page, headers=zipped)
    assert first["Content-Encoding"] == "gzip"
    forget_pages()
    assert Client().get(page, headers={**zipped, "If-None-Match": first["ETag"]}).status_code == 304


def test_long_questions_are_answered_but_not_kept(page):
    assert Client().get(page, {"x": "y" * 600}).status_code == 200
    assert len(kept_pages._pages) == 0
