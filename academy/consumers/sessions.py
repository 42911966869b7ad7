"""Who is logged in with which session, asked for many sessions at once: as a request would be told now."""

from collections.abc import Iterable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.exceptions import ValidationError
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare

from academy.models import User


def people_of(keys: Iterable[str | None]) -> dict[str | None, User]:
    """{key of the session: the active person who is logged in with it}, in two questions.

    The session of a handshake does not learn of a logout; this asks the stored one. A login ends with the session, with
    the account, and with the password.
    """
    store = import_module(settings.SESSION_ENGINE).SessionStore
    rows = store.get_model_class().objects.filter(session_key__in={key for key in keys if key})
    said = {row.session_key: store().decode(row.session_data) for row in rows.filter(expire_date__gt=Now())}
    claimed = {key: _key_of(content) for key, content in said.items()}
    users = {user.pk: user for user in User.objects.filter(pk__in=set(claimed.values()), is_active=True)}
    return {
        key: users[claimed[key]]
        for key, content in said.items()
        if claimed[key] in users and _is_of_this_password(users[claimed[key]], content)
    }


def _key_of(content: dict[str, Any]) -> Any:
    """The key of the account that a session claims; None if it makes no sense."""
    if content.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    try:
        return User._meta.pk.to_python(content[SESSION_KEY])
    except (KeyError, ValidationError):
        return None


def _is_of_this_password(user: User, content: dict[str, Any]) -> bool:
    held = content.get(HASH_SESSION_KEY) or ""
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(held, one) for one in hashes)
