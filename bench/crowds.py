"""Two academies for the organisers' desk: one with 50 registrations, one with 5,000.

Run as a process of its own on the served database; prints the session cookie of their organiser.
"""

import sys
from datetime import UTC, date, datetime, timedelta

import django

django.setup()

from django.conf import settings  # noqa: E402  # Django must be set up first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.db import connection  # noqa: E402

from academy import clock  # noqa: E402
from academy.models import Actor, Edition, Participant, Role, User, Visibility  # noqa: E402
from academy.searches import SEARCHES  # noqa: E402

SIZES = {"few": 50, "many": 5_000}
COUNTRIES = ("AT", "BR", "CO", "DE", "FR", "IN", "KE", "KR", "NG", "SE", "TN", "US")
STATES = ("applied", "confirmed", "confirmed", "confirmed", "declined")
GIVEN = ("Ada", "Ben", "Chi", "Dina", "Emil", "Fatou", "Gita", "Hugo", "Ines", "Jon")


def main() -> None:
    organiser = User.objects.create_user("desk@example.org")
    for slug, size in SIZES.items():
        starts = date(2022, 2, 1)
        edition = Edition.objects.create(slug=slug, title=f"Academy of {slug}", starts=starts, ends=starts)
        Role.objects.create(
            edition=edition, user=organiser, kind="organiser", granted_at=datetime(2021, 11, 1, tzinfo=UTC)
        )
        users = User.objects.bulk_create(
            User(email=f"{slug}{number}@example.org", password="!") for number in range(size)
        )
        Participant.objects.bulk_create(_person(edition, user, number) for number, user in enumerate(users))
        Role.objects.bulk_create(
            Role(edition=edition, user=user, kind="delegate", granted_at=datetime(2021, 12, 1, tzinfo=UTC))
            for user in users[::10]
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    store = SessionStore()
    store[SESSION_KEY] = str(organiser.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = organiser.get_session_auth_hash()
    # What `bench.desk` searches for, under the key that its address has.
    store[SEARCHES] = {"measured": ["city ada", int(clock.now().timestamp())]}
    store.create()
    sys.stdout.write(f"{settings.SESSION_COOKIE_NAME}={store.session_key}")


def _person(edition: Edition, user: User, number: int) -> Participant:
    is_protected = number % 17 == 0
    return Participant(
        edition=edition,
        user=user,
        state=STATES[number % len(STATES)],
        name=f"{GIVEN[number % 10]} {GIVEN[number // 10 % 10]}son {number}",
        organisation=f"City of Example {number % 90}",
        actor=Actor.values[number % len(Actor.values)],
        country=COUNTRIES[number % len(COUNTRIES)],
        languages=["en", "fr"] if number % 3 else ["es"],
        visibility=Visibility.PROTECTED if is_protected else Visibility.LISTED,
        pseudonym=f"Bird {number}" if is_protected else "",
        registered_at=datetime(2021, 11, 1, tzinfo=UTC) + timedelta(minutes=17 * number),
    )


if __name__ == "__main__":
    main()
