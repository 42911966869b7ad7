"""What the environment may say, and what production insists on."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from academy import clock, environment

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "academy.example.org",
    "CSRF_TRUSTED_ORIGINS": "https://academy.example.org",
    "HTTPS_HSTS_SECONDS": "31536000",
    "EMAIL_URL": "smtp://mail.example.org:587",
    "DEFAULT_FROM_EMAIL": "academy@example.org",
    "DATABASE_URL": "postgres://academy@localhost/academy",
    "REDIS_URL": "redis://localhost:6379/0",
}


def start(**variables: str) -> subprocess.CompletedProcess[str]:
    """Run Django's checks for deployment in a process with just these variables."""
    kept = {name: os.environ[name] for name in ("PATH", "ACADEMY_VAR", "HOME") if name in os.environ}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **variables}, capture_output=True, text=True, timeout=60, check=False
    )


def test_production_with_everything_set_has_no_reason_to_refuse():
    assert environment.production_refusals(SAFE) == []


def test_an_address_may_end_with_a_slash_as_where_it_was_copied():
    written = {**SAFE, "CSRF_TRUSTED_ORIGINS": "https://a.example.org/, https://b.example.org"}
    assert environment.production_refusals(written) == []
    assert environment.origins(written) == ["https://a.example.org", "https://b.example.org"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": ""}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "academy.example.org,*"}, "ALLOWED_HOSTS"),
        ({"CSRF_TRUSTED_ORIGINS": "http://academy.example.org"}, "CSRF_TRUSTED_ORIGINS"),
        ({"HTTPS_HSTS_SECONDS": ""}, "HTTPS_HSTS_SECONDS"),
        ({"DEBUG": "1"}, "DEBUG"),
        ({"ACADEMY_NOW": "2022-02-02T13:04+01:00"}, "ACADEMY_NOW"),
        ({"EMAIL_URL": ""}, "EMAIL_URL"),
        ({"EMAIL_URL": "consolemail://"}, "EMAIL_URL"),
        ({"ALLOWED_HOSTS": "https://academy.example.org"}, "ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "a.example.org b.example.org"}, "ALLOWED_HOSTS"),
        ({"CSRF_TRUSTED_ORIGINS": "https://"}, "CSRF_TRUSTED_ORIGINS"),
        ({"CSRF_TRUSTED_ORIGINS": "https://a.example.org https://b.example.org"}, "CSRF_TRUSTED_ORIGINS"),
        ({"CSRF_TRUSTED_ORIGINS": "https://a.example.org/academy"}, "CSRF_TRUSTED_ORIGINS"),
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN"),
        ({"DEFAULT_FROM_EMAIL": ""}, "DEFAULT_FROM_EMAIL"),
        ({"DATABASE_URL": "sqlite:///academy.sqlite3"}, "DATABASE_URL"),
        ({"REDIS_URL": ""}, "REDIS_URL"),
    ],
)
def test_production_refuses_with_the_reason(change, named):
    (reason,) = environment.production_refusals({**SAFE, **change})
    assert reason.startswith(named)


def test_every_reason_is_named_at_once():
    with pytest.raises(ImproperlyConfigured) as refused:
        environment.insist_on_production({})
    assert str(refused.value).count("\n- ") == 8


@pytest.mark.parametrize(
    ("said", "meant"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("OFF", False), ("no", False)]
)
def test_a_flag_says_yes_or_no(said, meant):
    assert environment.flag({"DEBUG": said}, "DEBUG", default=not meant) is meant
    assert environment.flag({"DEBUG": ""}, "DEBUG", default=meant) is meant


@pytest.mark.parametrize("said", ["enabled", "y", "2", "nein", "true, for now"])
def test_a_flag_that_says_neither_is_refused_by_name(said):
    with pytest.raises(ImproperlyConfigured, match="SECOND_FACTOR must be 1 or 0"):
        environment.flag({"SECOND_FACTOR": said}, "SECOND_FACTOR", default=True)


def test_a_production_without_second_steps_is_warned_of():
    key = {"SECRET_KEY": "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8" * 2}
    checked = start(ACADEMY_MODE="production", SECOND_FACTOR="0", **{**SAFE, **key})
    assert checked.returncode != 0
    assert "log in without a second step" in checked.stderr


def test_an_unknown_mode_is_refused():
    with pytest.raises(ImproperlyConfigured, match="development or production"):
        environment.mode({"ACADEMY_MODE": "prod"})


def test_a_number_that_is_none_is_refused_by_name():
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXY_COUNT must be a whole number, not 'two'"):
        environment.number({"TRUSTED_PROXY_COUNT": "two"}, "TRUSTED_PROXY_COUNT", default=0)


@pytest.mark.parametrize(
    "text", ["soon", "2022-02-02T13:04", "0001-01-01T00:00+14:00", "9999-12-31T23:59-12:00"]
)
def test_a_rehearsal_from_no_moment_or_beyond_the_calendar_is_refused_by_name(text):
    assert clock.rehearsal_start("0001-01-01T14:00+14:00").isoformat() == "0001-01-01T00:00:00+00:00"
    with pytest.raises(ImproperlyConfigured, match="ACADEMY_NOW must be a date and time with an offset"):
        clock.rehearsal_start(text)


def test_the_development_secret_is_made_once(tmp_path):
    first = environment.development_secret(tmp_path / "var")
    assert environment.development_secret(tmp_path / "var") == first
    assert len(first) > 50


def test_a_production_start_without_settings_refuses_in_words():
    refused = start(ACADEMY_MODE="production")
    assert refused.returncode != 0
    assert "This academy does not start in production mode:" in refused.stderr
    assert "- SECRET_KEY is missing or shorter than 50 characters." in refused.stderr


def test_check_deploy_is_silent_in_production():
    checked = start(ACADEMY_MODE="production", **{**SAFE, "SECRET_KEY": "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8" * 2})
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "no issues" in checked.stdout


def test_every_variable_that_is_read_stands_in_the_example():
    read = re.compile(r"environ(?:ment)?(?:\.get\(|, )\s*['\"]([A-Z_]+)['\"]")
    sources = (ROOT / "academy" / name for name in ("settings.py", "environment.py"))
    names = {name for path in sources for name in read.findall(path.read_text())}
    assert {"ACADEMY_MODE", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "TRUSTED_PROXY_COUNT"} <= names
    example = (ROOT / ".env.example").read_text()
    assert sorted(name for name in names if f"{name}=" not in example) == []


SHOW_COOKIES = """
import django; django.setup()
from django.conf import settings as s
from academy.cookies import MESSAGES_COOKIE, ZONE_COOKIE
from django.utils.module_loading import import_string
assert import_string(s.MESSAGE_STORAGE).storage_classes[0].cookie_name == MESSAGES_COOKIE
print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, ZONE_COOKIE, MESSAGES_COOKIE)
print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN)
"""


def cookies_of(**variables: str) -> list[str]:
    kept = {name: os.environ[name] for name in ("PATH", "ACADEMY_VAR", "HOME") if name in os.environ}
    environ = {**kept, **variables, "DJANGO_SETTINGS_MODULE": "academy.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW_COOKIES],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


def hsts_of(**variables: str) -> str:
    """What an answer in production says of HTTPS."""
    kept = {name: os.environ[name] for name in ("PATH", "ACADEMY_VAR", "HOME") if name in os.environ}
    environ = {**kept, **SAFE, "ACADEMY_MODE": "production", "DJANGO_SETTINGS_MODULE": "academy.settings"}
    done = subprocess.run(
        [sys.executable, "-c", SHOW_HSTS],
        cwd=ROOT,
        env={**environ, **variables},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


SHOW_HSTS = """
import django; django.setup()
from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware
request = HttpRequest()
request.is_secure = lambda: True
print(SecurityMiddleware(lambda request: HttpResponse())(request)["Strict-Transport-Security"])
"""


def test_https_is_insisted_on_for_our_name_alone_unless_more_is_asked_for():
    assert hsts_of() == "max-age=31536000"
    assert (
        hsts_of(HTTPS_HSTS_SECONDS="86400", HTTPS_HSTS_SUBDOMAINS="1") == "max-age=86400; includeSubDomains"
    )
    both = hsts_of(HTTPS_HSTS_SUBDOMAINS="1", HTTPS_HSTS_PRELOAD="1")
    assert both == "max-age=31536000; includeSubDomains; preload"


def test_in_production_no_other_name_of_the_domain_can_set_a_cookie_of_ours():
    names = ["sessionid", "csrftoken", "zone", "messages"]
    assert cookies_of(**SAFE, ACADEMY_MODE="production") == [
        *(f"__Host-{name}" for name in names), "True", "True", "None", "None",
    ]  # fmt: skip
    assert cookies_of()[:4] == names
