"""The addresses of the database, the mail server and Redis: what is none is refused, and nothing of it is repeated."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from academy.safekeeping.databases import settings_for
from academy.safekeeping.refusals import NotSafe
from academy.service_addresses import database_of, mail_settings, redis_of

# A sign that is not written with %: what comes after it, or before, is taken for something else.
CUT = ("S3cret#x", "S3cret?x", "S3cret/x")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("postgres://academy:p%23ss@db.example.org:5432/academy", "academy"),
        ("postgresql:///academy", "academy"),
        ("sqlite:////srv/academy/academy.sqlite3", "/srv/academy/academy.sqlite3"),
        ("sqlite:////srv/a%20%23b/academy.sqlite3", "/srv/a #b/academy.sqlite3"),
        ("sqlite:///here.sqlite3", "here.sqlite3"),
    ],
)
def test_a_database_is_read(address, name):
    assert database_of(address)["NAME"] == name


@pytest.mark.parametrize(
    ("address", "host", "port", "options"),
    [
        ("postgres://a:b@[::1]:5432/d", "::1", 5432, {}),
        ("postgres:////run/postgresql/d", "/run/postgresql", "", {}),
        ("postgres://a:b@/d?host=/run/postgresql", "", "", {"host": "/run/postgresql"}),
        # A socket of the machine, with a port of its own.
        ("postgres://a:b@:5433/d", "", 5433, {}),
        # One of several servers, whichever may be written to.
        (
            "postgres://a:b@one:5432,two:5433/d?target_session_attrs=read-write",
            "one,two", "5432,5433", {"target_session_attrs": "read-write"},
        ),
        ("postgres://a:b@one,two/d", "one,two", "", {}),
        # Its name and whatever else stand in libpq's own file.
        ("postgresql:///?service=academy", "", "", {"service": "academy"}),
        ("postgres://a:b@h/d?application_name=me@home", "h", "", {"application_name": "me@home"}),
    ],
)  # fmt: skip
def test_whatever_postgresql_takes_for_a_place_is_one(address, host, port, options):
    found = settings_for(address)
    assert (found["HOST"] or "", found["PORT"] or "") == (host, port)
    assert options.items() <= found["OPTIONS"].items()


@pytest.mark.parametrize(
    "address",
    [
        "", "foo", "/srv/academy.sqlite3", "'postgres://a@b/c'", "mysql://a@b/c", "postgres://", "postgres://a@b/",
        "postgres://a:b@c:port/d", "postgres://a:b@c:99999/d", "postgres://a:b@c:0/d",
        "postgres://a:b@one:5432,two:port/d", "postgres://a:[b]@[c/d", "postgresql:///?service=",
        # SQLite would work in memory, or in another file than was meant.
        "sqlite://", "sqlite:///", "sqlite://academy.sqlite3", "sqlite://srv/academy.sqlite3", "sqlite://:memory:",
        *(f"postgres://academy:{word}@127.0.0.1:5432/academy" for word in CUT),
        # What comes before the sign may look like a port.
        "postgres://a:5/S3cret@c/d", "postgres://:5/S3cret@c/d", "postgres://a:5?S3cret@c/d", "postgres://a:5#S3cret@c/d",
    ],
)  # fmt: skip
def test_what_names_no_database_is_refused_without_being_repeated(address):
    with pytest.raises(ImproperlyConfigured, match=r"^DATABASE_URL is no address of a database") as refused:
        database_of(address, called="DATABASE_URL")
    assert "S3cret" not in str(refused.value)
    with pytest.raises(NotSafe, match=r"^This is no address of a database"):
        settings_for(address)


def test_a_mail_server_is_read():
    found = mail_settings("smtp+tls://user:p%23ss@mail.example.org:587")
    assert (found["EMAIL_HOST"], found["EMAIL_HOST_PASSWORD"], found["EMAIL_PORT"]) == (
        "mail.example.org", "p#ss", 587,
    )  # fmt: skip
    assert mail_settings("consolemail://")["EMAIL_BACKEND"].endswith("console.EmailBackend")


@pytest.mark.parametrize(
    "address",
    ["foo", "mail.example.org", "http://mail.example.org", "smtp://", "smtp://h:port", "smtp+tls://@:587",
     *(f"smtp+tls://user:{word}@mail.example.org:587" for word in CUT)],
)  # fmt: skip
def test_what_names_no_mail_server_is_refused_without_being_repeated(address):
    with pytest.raises(ImproperlyConfigured, match=r"^EMAIL_URL names no mail server") as refused:
        mail_settings(address)
    assert "S3cret" not in str(refused.value)


def test_redis_is_read_or_there_is_none():
    for address in (
        "",
        "redis://:secret@127.0.0.1:6379/0",
        "rediss://host/1",
        "unix:///run/redis.sock?db=2",
        "redis://:6379/0",
        "redis://[::1]:6379",
        "rediss://:a@b:6379/0?ssl_cert_reqs=none",
    ):
        assert redis_of(address) == address


@pytest.mark.parametrize(
    "address",
    ["localhost:6379", "redis://h:abc/0", "http://h/0", "redis://one:6379,two:6379/0",
     *(f"redis://:{before}{word}@h:6379/0" for word in CUT for before in ("", "5/", "5?", "5#"))],
)  # fmt: skip
def test_what_names_no_redis_is_refused_without_being_repeated(address):
    with pytest.raises(ImproperlyConfigured, match=r"^REDIS_URL names no Redis server") as refused:
        redis_of(address)
    assert "S3cret" not in str(refused.value)
