from __future__ import annotations

from uuid import uuid4

from academy.models import Edition, User
from workshops.closing import open_group
from workshops.findings import note_finding
from workshops.models import Finding, Group


def open_room(edition: Edition, *, by: User, workshop: int = 1, slug: str = "group-1") -> Group:
    """A group of the edition with its board open."""
    group = Group.objects.of_edition(edition).get(workshop__number=workshop, slug=slug)
    return open_group(group, by=by)


def make_finding(group: Group, *, by: User, text: str = "A budget line makes it real.") -> Finding:
    """A finding under the first question of part A."""
    part = group.workshop.parts.get(letter="A")
    return note_finding(
        group, key=uuid4(), part=part, question=part.questions.first(), kind="challenge", text=text, by=by
    )
