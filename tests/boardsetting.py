"""A board for many: run as a process of its own on a database with the 2022 edition; prints where it is, in JSON.

    python -m tests.boardsetting PEOPLE

Group 1 of workshop 1 is open, its participants may write, and each of the people has a seat and a login. The first of
them moderates.
"""

import json
import sys
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402  # Django must be set up first
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402  # as above
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402  # as above

from academy.models import Edition, User  # noqa: E402  # as above
from programme.casting import cast  # noqa: E402  # as above
from tests.factories import make_participant, make_user, open_room  # noqa: E402  # as above
from workshops.models import Group, Seat  # noqa: E402  # as above
from workshops.pacing import let_participants_write  # noqa: E402  # as above
from workshops.seating import slot_of  # noqa: E402  # as above


def main() -> None:
    edition = Edition.objects.get(slug="2022")
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    users = [make_user(f"board{number}") for number in range(int(sys.argv[1]))]
    people = [make_participant(user, edition, name=f"Person {user.email[5:8]}") for user in users]
    cast(people[0], group.session, "moderator", by=None)
    slot = slot_of(group.workshop)
    Seat.objects.bulk_create(
        Seat(workshop=group.workshop, slot=slot, group=group, participant=person) for person in people
    )
    group = let_participants_write(open_room(edition, by=users[0]), allowed=True, by=users[0])
    part = group.workshop.parts.get(letter="A")
    told: dict[str, Any] = {
        "board": group.get_absolute_url(),
        "group": str(group.pk),
        "place": f"{part.pk}/{question.pk}" if (question := part.questions.first()) else str(part.pk),
        "cookies": [f"{settings.SESSION_COOKIE_NAME}={session_of(user)}" for user in users],
    }
    json.dump(told, sys.stdout)


def session_of(user: User) -> str:
    """The key of a session in which this person is logged in."""
    store = SessionStore()
    store[SESSION_KEY], store[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return str(store.session_key)


if __name__ == "__main__":
    main()
