"""The secrets of second steps: keys of apps, and the seeds of recovery codes. They lie encrypted in the database.

The key is made from SECRET_KEY. An earlier one in SECRET_KEY_FALLBACKS still opens what was encrypted under it, until
`renew_secrets` has encrypted it anew; docs/accounts.md says when that is done.
"""

import base64
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from academy.errors import DomainError
from academy.models import User

# The second steps that have a secret; a passkey has none, only its device does.
WITH_SECRET = (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)
# Where it lies in their data: one text, or (recovery codes that came from elsewhere) a list of texts.
ONE, MANY = ("secret", "seed"), "migrated_codes"


class NoKeyOpens(DomainError):
    """A secret was encrypted under a key that is neither SECRET_KEY nor one of its fallbacks."""

    message = _("A part of your second step cannot be opened here any more. Please write to the organisers.")
    # A page that asks for recovery codes shows none.
    silent_variable_failure = True


class State(StrEnum):
    """Under which key a secret lies."""

    PRESENT = "present"
    EARLIER = "earlier"
    LOST = "lost"


@dataclass(frozen=True)
class Renewal:
    """How many secrets lay under which key, and whose no key opens any more, by account."""

    counts: Counter[State]
    lost: dict[UUID, list[str]]


def encrypt(text: str) -> str:
    """The text, encrypted under SECRET_KEY."""
    return _opening().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """What was encrypted, under SECRET_KEY or an earlier one.

    Raises:
        NoKeyOpens
    """
    try:
        return _opening().decrypt(text.encode()).decode()
    except InvalidToken as error:
        raise NoKeyOpens from error


def _cipher(*keys: str) -> MultiFernet:
    made = [salted_hmac("academy.accounts", "second step", key, algorithm="sha256").digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in made])


def _opening() -> MultiFernet:
    """Encrypts under SECRET_KEY; what was encrypted under an earlier key can still be read."""
    return _cipher(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _opens(cipher: MultiFernet, texts: Iterable[str]) -> bool:
    try:
        for text in texts:
            cipher.decrypt(text)
    except (InvalidToken, TypeError):
        return False
    return True


def state_of(step: Authenticator) -> State:
    """Under which key the secret of this second step lies; one that is not there is lost."""
    texts = [step.data[name] for name in ONE if name in step.data] + (step.data.get(MANY) or [])
    if not (texts or MANY in step.data) or not _opens(_opening(), texts):
        return State.LOST
    return State.PRESENT if _opens(_cipher(settings.SECRET_KEY), texts) else State.EARLIER


def lost_secrets(user: User) -> list[Authenticator]:
    """The second steps of this person whose secret no key opens: no code of theirs can be right."""
    steps = Authenticator.objects.filter(user_id=user.pk, type__in=WITH_SECRET).order_by("pk")
    return [step for step in steps if state_of(step) is State.LOST]


def count_secrets() -> Counter[State]:
    """How many secrets of second steps lie under which key."""
    return Counter(state_of(step) for step in Authenticator.objects.filter(type__in=WITH_SECRET).iterator())


def renew_secrets() -> Renewal:
    """Encrypt under SECRET_KEY what lies under an earlier key; what no key opens stays as it is. May run at any time.

    Each in a transaction of its own: a recovery code that is used meanwhile stays used.
    """
    found = Renewal(Counter(), {})
    for key in list(
        Authenticator.objects.filter(type__in=WITH_SECRET).order_by("pk").values_list("pk", flat=True)
    ):
        with transaction.atomic():
            step = Authenticator.objects.select_for_update().filter(pk=key).first()
            if step is None:
                continue
            state = state_of(step)
            if state is State.EARLIER:
                step.data = _renewed(step.data)
                step.save(update_fields=["data"])
        found.counts[state] += 1
        if state is State.LOST:
            found.lost.setdefault(step.user_id, []).append(step.type)
    return found


def _renewed(data: dict[str, Any]) -> dict[str, Any]:
    """The same data, with what is secret in it encrypted under SECRET_KEY."""
    cipher = _opening()
    new: dict[str, Any] = {name: cipher.rotate(data[name]).decode() for name in ONE if name in data}
    if data.get(MANY):
        new[MANY] = [cipher.rotate(text).decode() for text in data[MANY]]
    return {**data, **new}
