"""Prepares what is measured: a participant with stars and groups, a large edition, and the time of releases.

Run as a process of its own on the served database; prints a JSON object: the session cookie of the participant, and the
seconds that a release takes at both sizes.
"""

import json
import sys
import time

import django

django.setup()

from django.conf import settings  # noqa: E402  # Django must be set up first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH  # noqa: E402
from django.utils.crypto import get_random_string  # noqa: E402

from academy.models import Edition, Participant, User  # noqa: E402
from bench.programmes import large_edition  # noqa: E402
from programme.models import Session  # noqa: E402
from programme.releases import release  # noqa: E402
from programme.stars import mark  # noqa: E402


def main() -> None:
    edition = Edition.objects.get(slug="2022")
    user = User.objects.get(email="dawit@example.org")
    participant = Participant.objects.get(user=user, edition=edition)
    chosen = Session.objects.planned().filter(edition=edition, kind="plenary").values_list("pk", flat=True)
    mark(participant, list(chosen), by=user)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    seconds = {"six days": timed_release(edition), "sixty days": timed_release(large_edition())}
    # A browser that is logged in holds the secret of the forms as well.
    cookie = f"{settings.SESSION_COOKIE_NAME}={store.session_key}; "
    cookie += f"{settings.CSRF_COOKIE_NAME}={get_random_string(CSRF_SECRET_LENGTH, CSRF_ALLOWED_CHARS)}"
    json.dump({"cookie": cookie, "release": seconds}, sys.stdout)


def timed_release(edition: Edition) -> float:
    """The seconds that a release of the draft takes."""
    begun = time.perf_counter()
    release(edition, label="measured", by=None)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
