from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from academy.models import Edition, Participant, User


@cache
def password() -> str:
    """The demo's password, hashed once: a good hash takes its time."""
    return make_password("from-intentions-2022")


def make_user(key: str) -> User:
    """A person with a verified address and the password "from-intentions-2022"."""
    user = User.objects.create(email=f"{key}@example.org", password=password())
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_edition(slug: str = "2031", **fields: Any) -> Edition:
    """An empty edition, open for registration."""
    defaults = {"title": f"Academy {slug}", "starts": date(2031, 2, 1), "ends": date(2031, 2, 8)}
    return Edition.objects.create(slug=slug, **{**defaults, **fields})


def make_participant(user: User, edition: Edition, **fields: Any) -> Participant:
    """A confirmed participant who is listed under the address's first part."""
    defaults = {
        "name": user.email.split("@")[0].title(),
        "organisation": "City of Examples",
        "actor": "local_authority",
        "country": "AT",
        "state": "confirmed",
        "visibility": "listed",
        "registered_at": datetime(2021, 12, 1, tzinfo=UTC),
    }
    return Participant.objects.create(user=user, edition=edition, **{**defaults, **fields})
