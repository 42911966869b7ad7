"""The only source of "now".

A rehearsal clock lets an organiser try any moment of the academy: `ACADEMY_NOW=2022-02-02T13:04+01:00` starts the
clock there, and it goes on from that moment. Production refuses it.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_started = time.monotonic()
_set_to: ContextVar[datetime | None] = ContextVar("set_to", default=None)


@lru_cache(maxsize=4)
def rehearsal_start(text: str) -> datetime:
    """The moment that a rehearsal clock starts from.

    Raises:
        ImproperlyConfigured: the text is not an ISO 8601 date and time with an offset.
    """
    with suppress(ValueError, OverflowError):  # it is none, or in no year from 1 to 9999 by UTC
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise ImproperlyConfigured(
        f"ACADEMY_NOW must be a date and time with an offset, such as 2022-02-02T13:04+01:00, not {text!r}."
    )


def now() -> datetime:
    """The present moment in UTC, or the rehearsal's."""
    if moment := _set_to.get():
        return moment
    if settings.REHEARSAL_NOW:
        return rehearsal_start(settings.REHEARSAL_NOW) + timedelta(seconds=time.monotonic() - _started)
    return datetime.now(UTC)


@contextmanager
def set_to(moment: datetime) -> Iterator[None]:
    """Hold the clock at a moment, for demo data and tests.

    Raises:
        ImproperlyConfigured: in production.
    """
    if settings.PRODUCTION:
        raise ImproperlyConfigured("The clock of an academy in production is not set.")
    token = _set_to.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_to.reset(token)
