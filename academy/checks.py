"""What `manage.py check --deploy` asks beside Django's own questions."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004  # Django's word
from django.db import Error, connection

from academy.step_secrets import State, count_secrets


def earlier_keys(**_facts: Any) -> list[CheckMessage]:
    """Whether the earlier keys in SECRET_KEY_FALLBACKS can go; without one, nothing is asked of the database."""
    if not settings.SECRET_KEY_FALLBACKS:
        return []
    try:
        counts = count_secrets()
    except Error:
        return [
            Warning("Which secrets need an earlier key is unknown: no database answers.", id="academy.W002")
        ]
    if not (waiting := counts[State.EARLIER]):
        return []
    return [
        Warning(
            f"Secrets of second steps that still need an earlier key: {waiting}.",
            hint="Run manage.py renew_secrets before you take the key out of SECRET_KEY_FALLBACKS.",
            id="academy.W001",
        )
    ]


def encoding_of_the_database(**_facts: Any) -> list[CheckMessage]:
    """Whether PostgreSQL knows what it holds as Unicode; where none answers, nothing is said of it."""
    if connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            (encoding,) = cursor.fetchone()
    except Error:
        return []
    if encoding == "UTF8":
        return []
    return [
        Warning(
            f"The database is encoded as {encoding}, not as UTF8: names are compared and cut as bytes, or refused.",
            hint="Make a database as docs/install.md says, and bring everything there with backup and restore.",
            id="academy.W003",
        )
    ]


def second_steps(**_facts: Any) -> list[CheckMessage]:
    """Whether organisers and administrators have to have a second step of logging in."""
    if settings.SECOND_FACTOR:
        return []
    return [
        Warning(
            "Organisers and administrators log in without a second step: a password that leaked is enough.",
            hint="Take SECOND_FACTOR=0 out of the environment.",
            id="academy.W004",
        )
    ]
