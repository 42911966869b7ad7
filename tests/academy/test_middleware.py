"""What happens to every request: headers, identifiers, the way to the login and back, discretion."""

import json
import logging
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.urls import URLResolver, get_resolver

from academy.logs import JsonFormatter, without_secrets


def test_every_answer_carries_the_security_headers(edition, client):
    answer = client.get("/2022/")
    policy = answer["Content-Security-Policy"]
    assert "'unsafe-inline'" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert (answer["X-Content-Type-Options"], answer["Referrer-Policy"]) == ("nosniff", "same-origin")
    assert len(answer["X-Request-Id"]) == 16


def test_what_a_person_was_shown_is_not_kept_by_the_browser(edition, client, client_of, dawit):
    assert client_of(dawit).get("/2022/my/")["Cache-Control"] == "private, no-store"
    assert "no-store" not in client.get("/2022/").headers.get("Cache-Control", "")


def test_no_script_reads_a_cookie_that_lets_in_or_proves_a_form(edition, client, dawit):
    dawit.set_password("what-nobody-guesses")
    dawit.save()
    EmailAddress.objects.update_or_create(user=dawit, email=dawit.email, defaults={"verified": True})
    given = client.get("/accounts/login/").cookies
    given |= client.post(
        "/accounts/login/", {"login": dawit.email, "password": "what-nobody-guesses"}
    ).cookies
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        assert (given[name]["httponly"], given[name]["samesite"]) == (True, "Lax")


def test_nothing_that_was_sent_comes_back_by_trace(edition, client):
    answer = client.trace("/2022/", headers={"x-secret": "Sekrit-1"})
    assert b"Sekrit-1" not in answer.content
    assert answer.status_code == 405


def test_whoever_opens_an_address_of_a_form_is_told_so(edition, client):
    answer = client.get("/zone/", headers={"accept": "text/html"})
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "This address only takes what a form sends" in answer.content.decode()
    assert client.get("/zone/", headers={"accept": "application/json"}).content == b""


def test_a_cookie_that_no_browser_sends_is_refused(edition, client):
    """As it is sent: some Pythons make no such cookie, and read it."""
    answer = client.get("/2022/", headers={"cookie": r'sessionid="a\000b"'})
    assert answer.status_code == 400


def test_nobody_logged_in_is_led_to_the_login_and_back(edition, client):
    answer = client.get("/2022/my/?x=1")
    assert answer["Location"] == "/accounts/login/?next=/2022/my/%3Fx%3D1"


def test_what_was_sent_after_a_logout_leads_back_to_the_page_of_its_form(edition, client):
    answer = client.post("/2022/withdraw/", headers={"referer": "http://testserver/2022/my/"})
    assert answer["Location"] == "/accounts/login/?next=/2022/my/"
    page = client.get(answer["Location"]).content.decode()
    assert "You were logged out. What you sent was not recorded" in page


def test_a_foreign_page_is_no_way_back(edition, client):
    answer = client.post("/2022/withdraw/", headers={"referer": "https://evil.example/2022/my/"})
    assert answer["Location"] == "/accounts/login/?next=/2022/"


def test_a_script_gets_a_problem_it_can_read(edition, client, client_of, farid):
    nobody = client.get("/2022/people/", headers={"accept": "application/json"})
    assert (nobody.status_code, nobody.json()["status"]) == (401, 401)
    outsider = client_of(farid).get("/2022/people/", headers={"accept": "application/json"})
    assert outsider.status_code == 403
    assert outsider["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mail to esi@example.org failed", "mail to [address] failed"),
        ("GET /2022/?token=abc", "GET /2022/?[query]"),
        ("/accounts/confirm-email/MQ:1abc:def/", "/accounts/confirm-email/[key]"),
        ("/accounts/password/reset/key/1-abc/", "/accounts/password/reset/key/[key]"),
    ],
)
def test_logs_hold_no_addresses_and_no_keys(text, kept):
    assert without_secrets(text) == kept


# Addresses of allauth that hold a key; those of ours are found by the names of their parameters.
OF_ALLAUTH = ("account_confirm_email", "account_reset_password_from_key")


def keyed(patterns: Iterable[Any], before: str = "") -> Iterator[tuple[str, str]]:
    """(name, address) of every address that holds a text that works as a key."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from keyed(one.url_patterns, route)
        elif one.name in OF_ALLAUTH or re.search(r"<(?:slug|str):(?:token|key|code)>", route):
            filled = re.sub(r"<slug:edition>", "2031", route)
            yield (
                one.name,
                "/" + re.sub(r"<[^>]+>|\(\?P<.*\)", "Sekrit-1", filled).replace("^", "").replace("$", ""),
            )


ADDRESSES = dict(keyed(get_resolver().url_patterns))


def test_the_search_for_secret_addresses_finds_them():
    ours = {"invitation", "mail_stop", "certificate_check", "personal_calendar"}
    assert ADDRESSES.keys() >= {*ours, *OF_ALLAUTH}
    assert ADDRESSES["invitation"] == "/2031/invitation/Sekrit-1/"


@pytest.mark.parametrize("name", sorted(ADDRESSES))
def test_no_key_in_an_address_is_logged(name):
    address = ADDRESSES[name]
    for text in (
        f"Gone: {address}",
        f"Not Found: https://academy.example.org{address}",
        f'"GET {address} HTTP/1.1"',
    ):
        assert "Sekrit-1" in text
        assert "Sekrit-1" not in without_secrets(text)


def test_a_log_line_is_one_json_object_with_its_traceback_cleaned():
    try:
        raise ValueError("esi@example.org")
    except ValueError:
        record = logging.LogRecord(
            "academy", logging.ERROR, __file__, 1, "failed for %s", ("esi@example.org",), None
        )
        record.exc_info = sys.exc_info()
    line = json.loads(JsonFormatter().format(record))
    assert (line["level"], line["message"]) == ("error", "failed for [address]")
    assert "esi@" not in line["traceback"]


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_answers_in_a_word(db, client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.content.decode()) == (200, f"{path.rsplit('/', 1)[1]}\n")


def test_not_ready_says_nothing_about_the_inside(db, client, settings, caplog):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.content.decode()) == (503, "not ready\n")
    assert "not ready: redis" in caplog.text
    assert client.get("/health/live").status_code == 200


def test_a_name_that_is_not_ours_is_a_warning_without_a_traceback(db, client, caplog, settings):
    settings.ALLOWED_HOSTS = ["academy.example.org"]
    answer = client.get("/", headers={"host": "evil.example"})
    (line,) = [record for record in caplog.records if record.name == "django.security.DisallowedHost"]
    assert (answer.status_code, line.levelname, line.exc_info) == (400, "WARNING", None)
    assert "traceback" not in json.loads(JsonFormatter().format(line))
