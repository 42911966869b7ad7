"""While PostgreSQL or Redis is away, pages answer 503 in words; a fault of ours is still answered as one."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, ProgrammingError
from django.test import Client

from academy.outages import is_outage
from bench.keeping import ROOT
from tests.serving import free_port

if TYPE_CHECKING:
    from academy.models import User

# Asks an academy whose PostgreSQL refuses every call; prints what came back.
ASK = """
import json, sys
import django
django.setup()
from django.test import Client
found = {}
for name, method, path, headers in json.loads(sys.argv[1]):
    browser = Client(raise_request_exception=False, headers=headers)
    answer = getattr(browser, method)(path, secure=True)
    wanted = ("Content-Type", "Retry-After", "Cache-Control", "Content-Security-Policy")
    found[name] = [answer.status_code, {key: answer.get(key, "") for key in wanted}, answer.content.decode()]
print(json.dumps(found))
"""
HTML, JSON = {"accept": "text/html"}, {"accept": "application/json"}
ASKED: tuple[tuple[str, str, str, dict[str, str]], ...] = (
    ("page", "get", "/2022/programme/?day=1", HTML),
    (
        "page in a session",
        "get",
        "/2022/my/",
        {**HTML, "cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"},
    ),
    ("form", "post", "/2022/register/", HTML),
    ("script", "get", "/2022/programme/", JSON),
    ("api", "get", "/api/v1/editions", {}),
    ("admin", "get", "/admin/", {**HTML, "cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"}),
    ("health", "get", "/health/live", {}),
    ("readiness", "get", "/health/ready", {}),
)


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """{what was asked: status, headers, body} of an academy whose database refuses every call."""
    var = tmp_path_factory.mktemp("var")
    (var / "static").symlink_to(settings.STATIC_ROOT, target_is_directory=True)
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(ASKED)],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": f"postgres://academy:secret@127.0.0.1:{free_port()}/academy",
            "REDIS_URL": "",
            "ACADEMY_VAR": str(var),
            "DJANGO_SETTINGS_MODULE": "academy.settings",
            "ALLOWED_HOSTS": "testserver",
            "DEBUG": "0",
            "LOG_LEVEL": "CRITICAL",
        },
        check=True,
        capture_output=True,
    )
    found: dict[str, list[Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_without_its_database_every_page_says_that_it_cannot_answer_now(answers):
    assert {name: status for name, (status, _headers, _body) in answers.items()} == {
        **{name: 503 for name, *_rest in ASKED},
        "health": 200,
    }
    for name in ("page", "page in a session", "form", "script", "api", "admin"):
        headers = answers[name][1]
        assert (name, headers["Retry-After"], headers["Cache-Control"]) == (name, "30", "no-store")


def test_the_page_says_what_became_of_what_was_sent_and_leads_back(answers):
    _status, headers, page = answers["page"]
    assert headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "Nothing that was saved is lost" in page
    assert 'href="/2022/programme/?day=1"' in page
    form = answers["form"][2]
    assert "what you sent just now may not have been kept" in form
    assert "what you wrote is still there" in form


@pytest.mark.parametrize(("name", "path"), [("api", "/api/v1/editions"), ("script", "/2022/programme/")])
def test_a_program_is_told_in_its_own_language(answers, name, path):
    _status, headers, body = answers[name]
    assert headers["Content-Type"] == "application/problem+json"
    told = json.loads(body)
    assert (told["status"], told["title"], told["instance"]) == (503, "Service Unavailable", path)
    assert "try again in a minute" in told["detail"]


def test_no_answer_says_where_the_database_is(answers):
    for _status, _headers, body in answers.values():
        assert "127.0.0.1" not in body
        assert "psycopg" not in body


@pytest.fixture
def without_redis(settings: Any) -> None:
    """The cache lies in a Redis that refuses every call."""
    address = f"redis://127.0.0.1:{free_port()}/0"
    settings.CACHES = {
        name: {"BACKEND": f"academy.caching.{backend}", "LOCATION": address}
        for name, backend in (("default", "KeptRedisCache"), ("template_fragments", "FragmentCache"))
    }


def test_without_redis_a_page_that_needs_it_says_so_and_the_others_answer(
    edition, dawit: User, without_redis
):
    """A login is counted in Redis, so that nobody tries passwords without end: without it nobody is let in."""
    browser = Client(raise_request_exception=False, headers={"accept": "text/html"})
    assert browser.get("/2022/").status_code == 200
    assert browser.get("/accounts/login/").status_code == 200
    sent = browser.post("/accounts/login/", {"login": dawit.email, "password": "whatever-it-may-be"})
    assert (sent.status_code, sent["Retry-After"]) == (503, "30")
    assert "what you sent just now may not have been kept" in sent.content.decode()
    assert browser.post("/accounts/signup/", {"email": "new@example.org"}).status_code == 503
    assert browser.get("/api/v1/editions").status_code == 200


def test_a_fault_of_ours_is_still_answered_as_one(edition, monkeypatch):
    def wrong(_request: Any) -> None:
        raise ProgrammingError("no such column")

    monkeypatch.setattr("academy.middleware._remembered_zone", wrong)
    answer = Client(raise_request_exception=False).get("/2022/")
    assert answer.status_code == 500
    assert "Retry-After" not in answer.headers


def _caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


def _sqlite(name: str) -> Exception:
    error = sqlite3.OperationalError(name)
    error.sqlite_errorname = name
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (_caused(OperationalError(), psycopg.OperationalError("connection refused")), True),
        (_caused(OperationalError(), psycopg.errors.AdminShutdown()), True),
        (_caused(OperationalError(), psycopg.errors.CannotConnectNow()), True),
        (_caused(OperationalError(), psycopg.errors.TooManyConnections()), True),
        (_caused(OperationalError(), psycopg.errors.DeadlockDetected()), False),
        (_caused(OperationalError(), psycopg.errors.QueryCanceled()), False),
        (_caused(OperationalError(), _sqlite("SQLITE_BUSY")), True),
        (_caused(OperationalError(), _sqlite("SQLITE_ERROR")), False),
        (InterfaceError("connection already closed"), True),
        (ProgrammingError(), False),
        (ValueError(), False),
        (None, False),
    ],
)
def test_an_outage_is_told_from_a_fault(error, expected):
    assert is_outage(error) is expected
