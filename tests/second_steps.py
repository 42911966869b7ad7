"""Second steps of logging in, for tests: an authenticator app that knows its key, and the code that it shows."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value

from academy.models import User

PERIOD = 30


def give_app(user: User) -> str:
    """Set up an authenticator app for this person; returns its key."""
    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    return str(secret)


def code_of(secret: str, *, away: int = 0) -> str:
    """The six digits that an app with this key shows now, or `away` periods from now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD + away)))
