"""The academy of the soak: run as a process of its own on its database; prints where everything is, in JSON.

python -m bench.soak.setting prepare PEOPLE WRITERS     people, two open boards, a document that is written together
python -m bench.soak.setting vote                       publishes it, freezes it, and opens its adoption
"""

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from academy import clock  # noqa: E402  # Django must be set up first
from academy.history import record  # noqa: E402  # as above
from academy.models import Edition, Participant, User  # noqa: E402  # as above
from academy.registration import participant_words  # noqa: E402  # as above
from academy.roles import grant_role  # noqa: E402  # as above
from outcome.adoption import freeze  # noqa: E402  # as above
from outcome.drafting import add_clause, start_document  # noqa: E402  # as above
from outcome.models import Clause, Document, Section  # noqa: E402  # as above
from outcome.restructuring import open_for_writing  # noqa: E402  # as above
from outcome.revisions import publish_revision  # noqa: E402  # as above
from programme.models import JoinLink, Session  # noqa: E402  # as above
from tests.factories import make_participant, make_user, open_room, opened_adoption  # noqa: E402  # as above
from workshops.models import Group, Seat  # noqa: E402  # as above
from workshops.pacing import let_participants_write  # noqa: E402  # as above
from workshops.seating import slot_of  # noqa: E402  # as above

BOARDS = ("group-1", "group-2")
ROOM = "https://meet.example.org/plenary"
ENCOURAGEMENTS = 6


def prepare(people: int, writers: int) -> dict[str, Any]:
    """Fill the 2022 edition for a day with so many people, some of whom write the document."""
    edition = Edition.objects.get(slug="2022")
    lead = make_user("lead")
    grant_role(lead, edition, "organiser", by=None)
    boards = [open_board(edition, slug, lead) for slug in BOARDS]
    users = [make_user(f"person{number}") for number in range(people)]
    for number, user in enumerate(users):
        grant_role(user, edition, "delegate", by=None)
        _seat(_participant(user, edition), boards[number % len(boards)])
    authors = [make_user(f"writer{number}") for number in range(writers)]
    for user in authors:
        _participant(user, edition)
        grant_role(user, edition, "organiser", by=None)
    document = begin_document(edition, lead)
    clauses = Clause.objects.filter(document=document, removed=False).exclude(kind=Clause.Kind.REMARK)
    return {
        "base": "/2022/",
        "people": [user.email for user in users],
        "writers": [user.email for user in authors],
        "boards": [facts_of(board) for board in boards],
        "door": open_door(edition),
        "room": ROOM,
        "document": str(document.pk),
        "clauses": [str(key) for key in clauses.values_list("pk", flat=True)],
    }


def _participant(user: User, edition: Edition) -> Participant:
    """Somebody with a confirmed place, of whom the history knows."""
    person = make_participant(user, edition)
    record(edition, "registered", person, by=user, content=participant_words(person))
    return person


def open_board(edition: Edition, slug: str, lead: User) -> Group:
    return let_participants_write(open_room(edition, by=lead, slug=slug), allowed=True, by=lead)


def _seat(person: Participant, group: Group) -> None:
    slot = slot_of(group.workshop)
    Seat.objects.create(workshop=group.workshop, slot=slot, group=group, participant=person)


def facts_of(group: Group) -> dict[str, Any]:
    part = group.workshop.parts.get(letter="A")
    question = part.questions.first()
    return {
        "path": group.get_absolute_url(),
        "group": str(group.pk),
        "place": f"{part.pk}/{question.pk}" if question else str(part.pk),
        "dots": group.dots,
    }


def open_door(edition: Edition) -> str:
    """A session that goes on now, with a link for everybody."""
    session = Session.objects.filter(edition=edition, kind="plenary", parent=None).order_by("position")[0]
    present = clock.now()
    Session.objects.filter(pk=session.pk).update(starts_at=present, ends_at=present + timedelta(hours=12))
    JoinLink.objects.update_or_create(session=session, defaults={"url": ROOM})
    return f"{session.get_absolute_url()}join/"


def begin_document(edition: Edition, lead: User) -> Document:
    document = start_document(edition, title="To act", lead="We encourage everybody:", by=lead)
    for section in document.sections.order_by("position"):
        count = 2 if section.kind == Section.Kind.PREAMBLE else ENCOURAGEMENTS
        for number in range(count):
            text = f"To listen first, and to act in {section.position}.{number + 1} ways."
            add_clause(section, text=text, by=lead)
    publish_revision(document, label="Zero draft", audience="public", by=lead)
    return open_for_writing(document, by=lead)


def vote() -> dict[str, Any]:
    """Publish what was written, freeze it, and open its adoption."""
    edition, lead = Edition.objects.get(slug="2022"), User.objects.get(email="lead@example.org")
    document = Document.objects.get(edition=edition)
    publish_revision(document, label="As written", audience="public", by=lead)
    document.refresh_from_db()
    freeze(document, by=lead)
    document.refresh_from_db()
    return {"procedure": str(opened_adoption(document, by=lead).pk)}


def main(words: list[str]) -> None:
    made = vote() if words[0] == "vote" else prepare(int(words[1]), int(words[2]))
    json.dump(made, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1:])
