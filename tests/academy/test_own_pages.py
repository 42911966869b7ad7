"""One person's pages answered from memory: to this person in this session only, gone with the first change."""

import gzip
from datetime import datetime, timedelta

import psycopg
import pytest
from django.contrib.sessions.models import Session as DatabaseSession
from django.db import connection
from django.middleware.csrf import _unmask_cipher_token  # type: ignore[attr-defined]  # not in the stubs
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from academy import clock, own_pages
from academy.models import Participant, Role, User
from academy.own_pages import forget_own_pages
from academy.profile import change_profile, profile_of
from academy.registration import withdraw
from academy.roles import grant_role
from academy.stamps import NOBODYS_OWN, renew, stamp_for
from programme.casting import cast
from programme.models import Session
from programme.releases import release
from programme.stars import mark, unmark

MOMENT = datetime.fromisoformat("2022-02-02T13:04:10+01:00")
KEPT_QUERIES = 1  # the session and the account
MADE_QUERIES = 11

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _one_minute():
    with clock.set_to(MOMENT):
        yield


@pytest.fixture
def page(edition):
    return reverse("programme:agenda", args=[edition.slug])


@pytest.fixture
def dawits(page, client_of, dawit):
    """Dawit's browser, which has been on the page before and has its cookies."""
    client = client_of(dawit)
    client.get(page)
    client.get(page)
    return client


@pytest.fixture
def registered(dawit):
    return Participant.objects.get(user=dawit)


def test_the_same_page_again_takes_no_more_queries_than_knowing_who_asks(
    page, dawits, django_assert_num_queries
):
    first = dawits.get(page)
    with django_assert_num_queries(KEPT_QUERIES):
        second = dawits.get(page)
    assert _read(second) == _read(first)
    assert second["Cache-Control"] == "private, no-store"
    forget_own_pages()
    with django_assert_num_queries(MADE_QUERIES):
        dawits.get(page)


def test_the_forms_of_another_question_have_another_token(page, dawits):
    """Whoever lets a browser ask with words of their own, and measures the answers, never sees one mask twice."""
    tokens = {_token(dawits.get(page, {"q": word})) for word in ("a", "b", "c")}
    assert len(tokens) == 3
    assert {len(token) for token in tokens} == {64}


def test_a_browser_without_the_cookie_of_the_forms_is_given_one_and_no_kept_page(page, dawits):
    dawits.get(page)
    before = dawits.cookies["csrftoken"].value
    for strange in ("", "short", "x" * 32 + "<script>", "y" * 64):
        dawits.cookies["csrftoken"] = strange
        again = dawits.get(page)
        assert len(again.cookies["csrftoken"].value) == 32
        assert again.cookies["csrftoken"].value != before
        assert _is_token_of(again.cookies["csrftoken"].value, _token(again))


def test_a_kept_page_has_the_token_of_the_secret_that_its_browser_holds(page, dawits):
    old = _token(dawits.get(page))
    dawits.cookies["csrftoken"] = secret = "z" * 32
    for _ in range(2):
        new = _token(dawits.get(page))
        assert _is_token_of(secret, new)
        assert not _is_token_of(secret, old)


def test_a_kept_page_reads_the_same_compressed(page, dawits):
    plain, packed = dawits.get(page), dawits.get(page, headers={"accept-encoding": "gzip"})
    html = gzip.decompress(packed.content).decode()
    packed_token = html.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    assert html.replace(packed_token, "") == _read(plain)
    assert (packed["Content-Encoding"], "Accept-Encoding" in packed["Vary"]) == ("gzip", True)
    assert len(packed.content) < len(plain.content) / 3


def test_nobody_gets_the_page_of_somebody_else(page, dawits, client_of, esi):
    hers = client_of(esi)
    for _ in range(3):
        assert b"Dawit" in dawits.get(page).content
        assert b"Dawit" not in hers.get(page).content
        assert b"Dawit" not in Client().get(page).content


def test_another_session_of_the_same_person_has_pages_of_its_own(
    page, dawits, client_of, dawit, django_assert_num_queries
):
    other = client_of(dawit)
    other.cookies["csrftoken"] = dawits.cookies["csrftoken"].value
    with django_assert_num_queries(MADE_QUERIES):
        other.get(page)


def test_a_form_of_a_kept_page_is_still_accepted(page, edition, dawit, registered):
    client = Client(enforce_csrf_checks=True)
    client.force_login(dawit)
    for _ in range(3):
        token = _token(client.get(page))
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    sent = {"star": str(session.pk), "csrfmiddlewaretoken": token, "next": page}
    answer = client.post(reverse("programme:star", args=[edition.slug]), sent)
    assert (answer.status_code, registered.stars.count()) == (302, 1)


def test_whoever_logs_out_sees_a_visitors_page(page, dawits):
    dawits.logout()
    assert b"Dawit" not in dawits.get(page).content


def test_whoever_is_logged_out_elsewhere_sees_a_visitors_page(page, dawits):
    DatabaseSession.objects.all().delete()
    assert b"Dawit" not in dawits.get(page).content


def test_a_session_that_is_over_shows_a_visitors_page(page, dawits):
    DatabaseSession.objects.update(expire_date=timezone.now() - timedelta(seconds=5))
    assert b"Dawit" not in dawits.get(page).content


def test_a_changed_password_ends_the_kept_pages_of_other_sessions(page, dawits, dawit):
    dawit.set_password("a new one, long enough")
    dawit.save()
    assert b"Dawit" not in dawits.get(page).content


def test_whoever_does_not_ask_who_is_there_would_answer_for_ever(page, dawits, dawit, monkeypatch):
    """The control: the same, without the question to the database."""
    monkeypatch.setattr(own_pages, "_as_stored", lambda _session, _person: ("as ever",))
    forget_own_pages()
    dawits.get(page)
    User.objects.filter(pk=dawit.pk).update(is_active=False)
    assert b"Dawit" in dawits.get(page).content


def test_a_kept_page_has_the_headers_of_one_that_was_made(page, dawits):
    forget_own_pages()
    made, kept = dawits.get(page), dawits.get(page)
    strip = {"X-Request-Id", "Vary"}
    assert {k: v for k, v in kept.items() if k not in strip} == {
        k: v for k, v in made.items() if k not in strip
    }
    assert "Cookie" in kept["Vary"]


def test_a_page_with_a_message_from_the_session_is_not_kept(page, dawits):
    session = dawits.session
    session["_messages"] = '[["__json_message",0,20,"Only once.",""]]'
    session.save()
    forget_own_pages()
    assert b"Dawit" in dawits.get(page).content
    assert len(own_pages._pages) == 0


def test_whoever_may_not_log_in_any_more_sees_a_visitors_page(page, dawits, dawit):
    dawit.is_active = False
    dawit.save()
    assert b"Dawit" not in dawits.get(page).content


def test_a_star_and_its_end_are_seen_at_once(page, dawits, dawit, registered, edition):
    session = Session.objects.get(edition=edition, slug="day-1-opening")
    before = dawits.get(page).content
    mark(registered, [session.pk], by=dawit)
    starred = dawits.get(page).content
    assert starred.count(b'aria-pressed="true"') == before.count(b'aria-pressed="true"') + 1
    unmark(registered, session.pk, by=dawit)
    assert dawits.get(page).content.count(b'aria-pressed="true"') == before.count(b'aria-pressed="true"')


def test_without_its_stamp_a_star_would_not_be_seen(page, dawits, dawit, registered, edition, monkeypatch):
    """The control: the same, with nobody told of the change."""
    monkeypatch.setattr("programme.stars.announce", lambda *_topic, **_facts: None)
    before = dawits.get(page)
    mark(registered, [Session.objects.get(edition=edition, slug="day-1-opening").pk], by=dawit)
    assert _read(dawits.get(page)) == _read(before)


def _rename(edition, dawit, registered):
    profile = profile_of(registered)
    change_profile(registered, type(profile)(**{**vars(profile), "name": "Dawit Renamed"}), by=dawit)


def _give_a_role_in_a_session(edition, dawit, registered):
    opening = Session.objects.get(edition=edition, slug="day-1-opening")
    cast(registered, opening, "speaker", by=None)


def _make_an_organiser(edition, dawit, registered):
    grant_role(dawit, edition, Role.Kind.ORGANISER, by=None)


def _withdraw(edition, dawit, registered):
    withdraw(registered, by=dawit)


def _release(edition, dawit, registered):
    Session.objects.filter(edition=edition, slug="day-1-opening").update(title="Welcome to all")
    release(edition, label="another", by=None)


@pytest.mark.parametrize(
    "change", [_rename, _give_a_role_in_a_session, _make_an_organiser, _withdraw, _release]
)
def test_a_change_is_seen_at_once(page, dawits, dawit, registered, edition, change):
    before = _read(dawits.get(page))
    change(edition, dawit, registered)
    after = _read(dawits.get(page))
    forget_own_pages()
    assert _read(dawits.get(page)) == after != before


def _is_token_of(secret, token):
    return _unmask_cipher_token(token) == secret


def _token(answer):
    return answer.content.decode().split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def _read(answer):
    """The page without what differs from answer to answer."""
    html = answer.content.decode()
    return html.replace(_token(answer), "") if "csrfmiddlewaretoken" in html else html


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server that drops a connection")
def test_a_connection_that_the_server_dropped_costs_nobody_a_page(page, dawits):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (number,) = cursor.fetchone()
    with psycopg.connect(**beside_this_connection()) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [number])
    answer = dawits.get(page)
    assert answer.status_code == 200
    assert "Log out" in answer.content.decode()


def beside_this_connection() -> dict[str, object]:
    known = connection.get_connection_params()
    return {name: known[name] for name in ("dbname", "user", "password", "host", "port") if name in known}


def test_a_page_is_made_again_with_the_next_minute(page, dawits, django_assert_num_queries):
    with clock.set_to(MOMENT + timedelta(minutes=1)), django_assert_num_queries(MADE_QUERIES):
        dawits.get(page)


def test_without_the_cache_nothing_is_used_again(page, dawits, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(own_pages, "stamp_for", lambda _slug, _person: None)
    with django_assert_num_queries(MADE_QUERIES):
        dawits.get(page)


def test_findings_noted_every_second_leave_the_pages_alone_and_other_changes_do_not(edition, dawit):
    before = stamp_for(edition.slug, str(dawit.pk))
    for kind in NOBODYS_OWN:
        renew(edition.slug, kind)
    assert stamp_for(edition.slug, str(dawit.pk)) == before
    renew(edition.slug, "something.new")
    assert stamp_for(edition.slug, str(dawit.pk)) != before
