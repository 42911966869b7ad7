"""Makes an academy larger, step by step: run as a process of its own on its database; prints what is asked, in JSON.

python -m bench.soak.growing people 1000       so many participants, all with a seat; an adoption with as many electors
python -m bench.soak.growing findings 100      so many findings on the board
"""

import json
import sys
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

import django

django.setup()

from django.db import connection  # noqa: E402  # Django must be set up first

from academy.models import Edition, Participant, Role, User  # noqa: E402  # as above
from academy.roles import grant_role  # noqa: E402  # as above
from bench.soak.setting import begin_document, facts_of, open_board, open_door  # noqa: E402  # as above
from outcome.adoption import freeze  # noqa: E402  # as above
from outcome.drafting import add_clause, start_document  # noqa: E402  # as above
from outcome.models import Document, Section  # noqa: E402  # as above
from outcome.revisions import publish_revision  # noqa: E402  # as above
from tests.adopting import _cookie  # noqa: E402  # as above
from tests.factories import make_edition, make_participant, make_user, opened_adoption  # noqa: E402  # as above
from workshops.findings import note_finding  # noqa: E402  # as above
from workshops.models import Finding, Group, Seat  # noqa: E402  # as above
from workshops.seating import slot_of  # noqa: E402  # as above

GRANTED = datetime(2021, 12, 1, tzinfo=UTC)
BOARD = "group-1"
VOTERS = 12


def people(size: int) -> dict[str, Any]:
    """Bring the 2022 edition to so many participants, and open an adoption of an edition of its own for all of them."""
    edition = Edition.objects.get(slug="2022")
    lead = User.objects.filter(email="lead@example.org").first() or _begin(edition)
    have = Participant.objects.filter(edition=edition).count()
    users = User.objects.bulk_create(
        User(email=f"grown{number}@example.org", password="!") for number in range(have, size)
    )
    _let_take_part(users, edition)
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug=BOARD)
    _seat_all(edition, group)
    everybody = list(User.objects.filter(email__startswith="grown").order_by("pk"))
    electing = _electing(size, everybody, lead)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    some = [_cookie(user) for user in everybody[:VOTERS]]
    return {
        "board": facts_of(group),
        "door": open_door(edition),
        "vote": f"/{electing.slug}/document/adoption/",
        "organiser": _cookie(lead),
        "cookies": some,
    }


def _begin(edition: Edition) -> User:
    lead = make_user("lead")
    grant_role(lead, edition, "organiser", by=None)
    make_participant(lead, edition)
    open_board(edition, BOARD, lead)
    begin_document(edition, lead)
    return lead


def _let_take_part(users: list[User], edition: Edition) -> None:
    Participant.objects.bulk_create(
        Participant(
            edition=edition,
            user=user,
            state="confirmed",
            name=f"Person {user.email.partition('@')[0]}",
            actor="local_authority",
            country="AT",
            registered_at=GRANTED,
        )
        for user in users
    )
    Role.objects.bulk_create(
        Role(edition=edition, user=user, kind="delegate", granted_at=GRANTED) for user in users
    )


def _seat_all(edition: Edition, group: Group) -> None:
    slot = slot_of(group.workshop)
    standing = Participant.objects.filter(edition=edition).exclude(seats__workshop=group.workshop)
    Seat.objects.bulk_create(
        Seat(workshop=group.workshop, slot=slot, group=group, participant=person) for person in standing
    )


def _electing(size: int, users: list[User], lead: User) -> Edition:
    """An edition whose document is being adopted by all of them."""
    edition = make_edition(f"vote{size}", starts=date(2031, 2, 1), ends=date(2031, 2, 8))
    grant_role(lead, edition, "organiser", by=None)
    _let_take_part(users, edition)
    document = start_document(edition, title="To act", lead="We encourage:", by=lead)
    add_clause(document.sections.get(kind=Section.Kind.PREAMBLE), text="We met as equals.", by=lead)
    publish_revision(document, label="Draft", audience="public", by=lead)
    freeze(document, by=lead)
    opened_adoption(Document.objects.get(pk=document.pk), by=lead)
    return edition


def findings(size: int) -> dict[str, Any]:
    """Bring the board to so many findings."""
    lead = User.objects.get(email="lead@example.org")
    group = Group.objects.of_edition(Edition.objects.get(slug="2022")).get(workshop__number=1, slug=BOARD)
    part = group.workshop.parts.get(letter="A")
    for number in range(Finding.objects.filter(group=group).count(), size):
        question, text = part.questions.first(), f"Finding {number} of a board that grows."
        note_finding(group, key=uuid4(), part=part, question=question, kind="challenge", text=text, by=lead)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    newest = Finding.objects.filter(group=group).order_by("-number")[0]
    head = Group.objects.get(pk=group.pk).head
    return {"head": head, "newest": str(newest.pk)}


def main(words: list[str]) -> None:
    json.dump({"people": people, "findings": findings}[words[0]](int(words[1])), sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
