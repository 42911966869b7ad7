"""What the log hears about logging in, and how long a login lasts.

Accounts stand in the log by their key, never by name or address; `docs/security/inventory.md` lists what is logged.
"""

import logging
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from academy.errors import DomainError
from academy.models import User

log = logging.getLogger("academy.security")


def key_of(user: Any) -> str:
    """How an account stands in the log: its key, or "nobody"."""
    return str(user.pk) if isinstance(user, User) else "nobody"


def step_done(*, user: User, method: str, reauthenticated: bool = False, **facts: Any) -> None:
    """One way to say who one is was right: password, code by mail, passkey, code of an app, recovery code."""
    how = facts.get("type") or method
    log.info("Right %s of account %s%s", how, key_of(user), ", asked again" if reauthenticated else "")


def step_failed(*, user: User, authenticator: Any = None, **_facts: Any) -> None:
    """A second step was wrong."""
    log.warning("Wrong %s of account %s", getattr(authenticator, "type", "code"), key_of(user))


def secret_lost(user: User, kinds: list[str]) -> None:
    """A code was tried, and a secret of the account lies under a key that nobody has here any more."""
    log.error("The secret of account %s cannot be opened: %s", key_of(user), ", ".join(kinds))


def password_failed(email: str) -> None:
    """A password was wrong, or the address is nobody's; the same question is asked in both cases."""
    known = User.objects.filter(email__iexact=email).first()
    log.warning("Wrong password of account %s", key_of(known))


def logged_in(*, request: HttpRequest, user: User, **_facts: Any) -> None:
    """Somebody is in."""
    log.info("Logged in: account %s", key_of(user))
    end_in_time(request)


def logged_out(*, user: Any = None, **_facts: Any) -> None:
    """Somebody went."""
    log.info("Logged out: account %s", key_of(user))


def end_in_time(request: HttpRequest) -> None:
    """Have the session end two weeks (`SESSION_COOKIE_AGE`) after this login, whatever is done in it."""
    session = request.session
    session.set_expiry(session.get_expiry_date(expiry=settings.SESSION_COOKIE_AGE))


def refused(request: HttpRequest, error: DomainError) -> None:
    """Somebody asked for what they may not do."""
    match = getattr(request, "resolver_match", None)
    place = match.view_name if match else "none"
    log.warning(
        "Refused: account %s, %s %s (%s)", key_of(request.user), request.method, place, type(error).__name__
    )
