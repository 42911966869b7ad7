"""Guessing at one account is stopped, in every way to log in; a full venue behind one address is not."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import UTC, datetime
from time import sleep
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.contrib.auth.hashers import make_password
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse

from academy import clock
from academy.limiting import counted
from academy.models import Message, User
from tests.second_steps import code_of, give_app

PASSWORD = "from-intentions-2022"
VENUE = "192.0.2.1"
# One for all browsers: to build one for each takes longer than the answers.
HANDLER = Client().handler
TOO_MANY = "Too many failed login attempts"


@pytest.fixture(autouse=True)
def _quick_answers(settings):
    """Hundreds of logins, in seconds."""
    settings.EVEN_SECONDS = 0
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def make_people(count: int) -> list[str]:
    """The addresses of people with verified accounts."""
    hashed = make_password(PASSWORD)
    people = User.objects.bulk_create(
        User(email=f"p{number}@example.org", password=hashed) for number in range(count)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, verified=True, primary=True) for user in people
    )
    return [user.email for user in people]


def browser_at(address: str) -> Client:
    """A new browser at an internet address."""
    browser = Client(REMOTE_ADDR=address)
    browser.handler = HANDLER
    return browser


def try_password(
    email: str, password: str, *, address: str = VENUE, forwarded: str = ""
) -> tuple[Client, bool, str]:
    """A new browser at an internet address: itself, whether it got in, and the page that it was shown."""
    browser, headers = browser_at(address), {"X-Forwarded-For": forwarded} if forwarded else {}
    answer = browser.post("/accounts/login/", {"login": email, "password": password}, headers=headers)
    return browser, "_auth_user_id" in browser.session, answer.content.decode()


def code_in_the_mail(email: str) -> str:
    """The code of the newest mail to an address."""
    body = Message.objects.filter(to=email).latest("created_at").body
    found = re.search(r"^\s*([A-Z0-9]{3,}-?[A-Z0-9]{2,})\s*$", body, re.MULTILINE)
    assert found, body
    return found[1]


# --- A venue ----------------------------------------------------------------------------------------------------------


def how_many_get_in(emails: list[str]) -> int:
    """How many log in from one address if everybody mistypes once."""
    entered = 0
    for email in emails:
        try_password(email, "a slip of the finger")
        entered += try_password(email, PASSWORD)[1]
    return entered


def test_two_hundred_people_behind_one_address_log_in_within_five_minutes(db):
    assert how_many_get_in(make_people(200)) == 200


def test_with_the_limits_that_come_with_allauth_they_would_not(db, settings):
    """The control: its limits count an address, not an account."""
    settings.ACCOUNT_RATE_LIMITS = {}
    assert how_many_get_in(make_people(40)) < 30


def test_two_hundred_people_behind_one_address_get_a_code_by_mail_and_enter_it(db):
    entered = 0
    for email in make_people(200):
        browser = browser_at(VENUE)
        browser.post("/accounts/login/code/", {"email": email})
        browser.post("/accounts/login/code/confirm/", {"code": code_in_the_mail(email)})
        entered += "_auth_user_id" in browser.session
    assert entered == 200


class SlowCache:
    """The cache as it is while a machine has too much to do."""

    def __getattr__(self, name: str) -> Any:
        return getattr(cache, name)

    def get(self, *asked: Any) -> Any:
        sleep(0.15)
        return cache.get(*asked)

    def incr(self, *asked: Any) -> Any:
        sleep(0.15)
        return cache.incr(*asked)


def crowd_that_gets_in(monkeypatch, count: int) -> int:
    """How many of so many people get in who send their right passwords at the same moment, from one address."""
    emails = make_people(count)
    monkeypatch.setattr("allauth.core.internal.ratelimit.cache", SlowCache())
    monkeypatch.setattr("academy.limiting.cache", SlowCache())

    def enter(email: str) -> bool:
        try:
            return try_password(email, PASSWORD)[1]
        finally:
            connection.close()

    contexts = [copy_context() for _email in emails]
    with ThreadPoolExecutor(count) as crowd:
        return sum(crowd.map(lambda here, email: here.run(enter, email), contexts, emails))


@pytest.mark.django_db(transaction=True)
def test_a_crowd_that_comes_at_one_moment_gets_in_and_is_counted(monkeypatch):
    with clock.set_to(datetime(2022, 2, 3, 9, 1, tzinfo=UTC)):
        assert crowd_that_gets_in(monkeypatch, 20) == 20
        assert counted("account_login", RequestFactory(REMOTE_ADDR=VENUE).get("/"), times=0) == 20


@pytest.mark.django_db(transaction=True)
def test_if_the_address_was_counted_under_a_lock_a_part_would_be_refused(monkeypatch, settings):
    """The control: allauth's own limit for an address, though it is far from reached."""
    settings.ACCOUNT_RATE_LIMITS = {**django_settings.ACCOUNT_RATE_LIMITS, "login": "400/5m/ip"}
    assert crowd_that_gets_in(monkeypatch, 20) < 20


def test_somebody_who_guesses_at_many_accounts_is_stopped_and_others_are_not(db, settings):
    settings.ADDRESS_LIMITS = {**django_settings.ADDRESS_LIMITS, "wrong-password": 3}
    emails = make_people(5)
    pages = [try_password(email, "guess")[2] for email in emails[:4]]
    assert [TOO_MANY in page for page in pages] == [False, False, False, True]
    assert not try_password(emails[4], PASSWORD)[1]
    assert try_password(emails[4], PASSWORD, address="203.0.113.9")[1]


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:1:2::3", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::3", "2001:db8:1:3::3", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
    ],
)
def test_a_network_of_ipv6_is_one_address(db, settings, one, other, is_same):
    settings.ADDRESS_LIMITS = {**django_settings.ADDRESS_LIMITS, "wrong-password": 1}
    assert TOO_MANY not in try_password("nobody@example.org", "guess", address=one)[2]
    assert (TOO_MANY in try_password("nobody-else@example.org", "guess", address=other)[2]) is is_same


def test_what_is_no_page_has_a_name_that_no_page_can_have():
    """A middleware counts what is sent to the pages of these names."""
    pages = [name for name in django_settings.ADDRESS_LIMITS if "-" not in name]
    assert [reverse(page, args=["1", "a-b"] if page.endswith("from_key") else []) for page in pages]
    assert all(page.startswith(("account_", "mfa_")) for page in pages)


@pytest.mark.parametrize("page", [name for name in django_settings.ADDRESS_LIMITS if "_" in name])
def test_of_each_account_page_so_much_is_taken_from_one_address(db, settings, page):
    settings.ADDRESS_LIMITS = {**django_settings.ADDRESS_LIMITS, page: 2}
    key = ["1", "a-b"] if page.endswith("from_key") else []
    address = reverse(page, args=key)
    with clock.set_to(datetime(2022, 2, 3, 9, 1, tzinfo=UTC)):
        *before, refused = (browser_at(VENUE).post(address) for _time in range(3))
    assert (refused.status_code, refused["Retry-After"]) == (429, "240")
    assert 429 not in [answer.status_code for answer in before]
    assert browser_at("203.0.113.9").post(address).status_code != 429
    assert browser_at(VENUE).get(address).status_code != 429


# --- One account ------------------------------------------------------------------------------------------------------


def guess_at(email: str) -> bool:
    """Whether the right password still gets in after five wrong ones, each from another address."""
    for number in range(5):
        assert not try_password(email, f"guess {number}", address=f"198.51.100.{number}")[1]
    return try_password(email, PASSWORD, address="203.0.113.9")[1]


def test_after_five_wrong_passwords_an_account_is_closed_to_everybody_for_a_while(db):
    victim, other = make_people(2)
    assert not guess_at(victim)
    assert TOO_MANY in try_password(victim, PASSWORD)[2]
    assert TOO_MANY in try_password(victim.upper(), PASSWORD)[2]
    assert try_password(other, PASSWORD)[1]
    assert TOO_MANY not in try_password("nobody@example.org", "guess")[2]


def test_without_the_limit_of_the_account_the_guessing_goes_on(db, settings):
    """The control: addresses alone do not stop somebody who has many."""
    settings.ACCOUNT_RATE_LIMITS = {**django_settings.ACCOUNT_RATE_LIMITS, "login_failed": None}
    assert guess_at(make_people(1)[0])


def test_an_unknown_address_is_closed_after_five_tries_too(db):
    for number in range(5):
        try_password("nobody@example.org", f"guess {number}", address=f"198.51.100.{number}")
    assert TOO_MANY in try_password("nobody@example.org", "guess")[2]


def test_a_code_by_mail_can_be_guessed_at_three_times_and_asked_for_ten_times_an_hour(db, settings):
    (email,) = make_people(1)
    browser = browser_at(VENUE)
    browser.post("/accounts/login/code/", {"email": email})
    code = code_in_the_mail(email)
    for _guess in range(3):
        browser.post("/accounts/login/code/confirm/", {"code": "AAAAAA"})
    browser.post("/accounts/login/code/confirm/", {"code": code})
    assert "_auth_user_id" not in browser.session
    for number in range(5):
        browser_at(f"198.51.100.{number}").post("/accounts/login/code/", {"email": email.upper()})
    assert Message.objects.filter(to__iexact=email).count() == 3
    settings.ACCOUNT_RATE_LIMITS = {**django_settings.ACCOUNT_RATE_LIMITS, "request_login_code": "10/h/key"}
    for number in range(12):
        browser_at(f"198.51.100.{number}").post("/accounts/login/code/", {"email": email})
    assert Message.objects.filter(to__iexact=email).count() == 10


def test_a_code_of_an_app_can_be_guessed_at_five_times(db):
    (email,) = make_people(1)
    user = User.objects.get(email=email)
    secret = give_app(user)
    wrong = f"{(int(code_of(secret)) + 500_000) % 1_000_000:06}"
    for number in range(5):
        browser = try_password(email, PASSWORD, address=f"198.51.100.{number}")[0]
        browser.post("/accounts/2fa/authenticate/", {"code": wrong})
    browser = try_password(email, PASSWORD, address="203.0.113.9")[0]
    page = browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert TOO_MANY in page.content.decode()
    assert "_auth_user_id" not in browser.session
    cache.clear()
    browser.post("/accounts/2fa/authenticate/", {"code": code_of(secret)})
    assert "_auth_user_id" in browser.session


def test_a_code_of_an_app_counts_once(db):
    (email,) = make_people(1)
    code = code_of(give_app(User.objects.get(email=email)))
    first, second = (try_password(email, PASSWORD)[0] for _ in range(2))
    for browser in (first, second):
        browser.post("/accounts/2fa/authenticate/", {"code": code})
    assert "_auth_user_id" in first.session
    assert "_auth_user_id" not in second.session


def ask_for_reset(email: str, address: str) -> Any:
    return browser_at(address).post("/accounts/password/reset/", {"email": email})


def test_links_for_a_new_password_are_sent_three_times_a_minute_to_one_address(db):
    (email,) = make_people(1)
    answers = [ask_for_reset(email, f"198.51.100.{number}").status_code for number in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert Message.objects.filter(to=email).count() == 3
    assert [ask_for_reset("nobody@example.org", VENUE).status_code for _ in range(5)] == answers


def test_who_tried_too_often_is_told_so_on_a_page_of_ours(db):
    (email,) = make_people(1)
    for _ in range(3):
        ask_for_reset(email, VENUE)
    assert "Too many tries" in ask_for_reset(email, VENUE).content.decode()


# --- Proxies ----------------------------------------------------------------------------------------------------------


def tries_until_stopped(settings, *forwarded: str) -> int:
    """How many tries are answered as tries, each at another account and with another header, if three are allowed."""
    settings.ADDRESS_LIMITS = {**django_settings.ADDRESS_LIMITS, "wrong-password": 3}
    pages = [
        try_password(f"nobody{number}@example.org", "guess", forwarded=header)[2]
        for number, header in enumerate(forwarded)
    ]
    return sum(TOO_MANY not in page for page in pages)


def test_without_a_proxy_nobody_believes_the_header(db, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0
    assert tries_until_stopped(settings, *(f"203.0.113.{number}" for number in range(8))) == 3


def test_behind_one_proxy_only_what_the_proxy_wrote_counts(db, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert tries_until_stopped(settings, *(f"203.0.113.{number}, {VENUE}" for number in range(8))) == 3


def test_behind_one_proxy_different_visitors_are_different(db, settings):
    """The control: what the proxy wrote does count."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert tries_until_stopped(settings, *(f"{VENUE}, 203.0.113.{number}" for number in range(8))) == 8


def test_the_port_that_a_proxy_writes_is_no_part_of_an_address(db, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert tries_until_stopped(settings, *(f"203.0.113.7:{port}" for port in range(4000, 4008))) == 3
    cache.clear()
    assert tries_until_stopped(settings, *(f"[2001:db8::1]:{port}" for port in range(4000, 4008))) == 3


@pytest.mark.parametrize(
    ("proxies", "forwarded"), [(2, "203.0.113.{}"), (1, "unix:{}"), (1, "{},"), (1, ""), (2, ",10.0.0.1")]
)
def test_if_the_proxies_say_nobody_all_count_as_one_and_people_get_in(
    db, settings, caplog, proxies, forwarded
):
    """The log says so, once."""
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    assert try_password(*make_people(1), PASSWORD, forwarded=forwarded.format(1))[1]
    assert tries_until_stopped(settings, *(forwarded.format(number) for number in range(8))) == 3
    assert caplog.text.count("does not say who asks") == 1


@pytest.mark.parametrize("header", ["", "not an address", "1.2.3.4, \x00", ",", "203.0.113.7, [::1]:80"])
def test_a_header_that_makes_no_sense_breaks_nothing(db, settings, header):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    try:
        assert not try_password("nobody@example.org", "guess", forwarded=header)[1]
    except ImproperlyConfigured:
        pytest.fail("a visitor can break the login with a header")
