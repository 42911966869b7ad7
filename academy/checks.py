"""What `manage.py check --deploy` asks beside Django's own questions."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning  # noqa: A004  # Django's word
from django.db import Error

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
