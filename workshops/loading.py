"""Loading an edition's workshops, groups and roundtables from a data file of the project."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from academy.models import Edition
from programme.models import Session, Strand
from workshops.models import Group, GuidingQuestion, Part, Roundtable, Workshop


@transaction.atomic
def load_workshops(edition: Edition, data: dict[str, Any]) -> None:
    """Make the workshops of an edition whose programme is loaded.

    A workshop session with parallel groups as children has these groups; one without has itself as its only group.

    Args:
        data: the value of an `edition-*.json`.
    """
    sessions = {session.slug: session for session in Session.objects.filter(edition=edition)}
    strands = {strand.slug: strand for strand in Strand.objects.filter(edition=edition)}
    for entry in _walk(data):
        if workshop := entry.get("workshop"):
            _load_workshop(entry, workshop, sessions=sessions, strand=strands[workshop["strand"]])
    tables = [e for e in _walk(data) if e["kind"] == "roundtable" and not e.get("children")]
    for number, entry in enumerate(tables, start=1):
        Roundtable.objects.create(
            edition=edition, session=sessions[entry["slug"]], number=number, minutes=entry["minutes"] or 45
        )


def _load_workshop(
    entry: dict[str, Any], data: dict[str, Any], *, sessions: dict[str, Session], strand: Strand
) -> None:
    session = sessions[entry["slug"]]
    workshop = Workshop.objects.create(
        edition=session.edition,
        session=session,
        strand=strand,
        number=data["number"],
        title=data["title"],
        aim=data["aim"],
    )
    for part_data in data["parts"]:
        part = Part.objects.create(
            workshop=workshop,
            letter=part_data["letter"],
            title=part_data["title"],
            minutes=part_data["minutes"],
        )
        for position, question in enumerate(part_data["questions"]):
            GuidingQuestion.objects.create(part=part, text=question, position=position)
    groups = [sessions[child["slug"]] for child in entry.get("children", []) if child["kind"] == "group"]
    for number, group_session in enumerate(groups or [session], start=1):
        name = group_session.title if groups else f"Workshop {workshop.number}"
        Group.objects.create(workshop=workshop, session=group_session, slug=f"group-{number}", name=name)


def _walk(data: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every session of the data, parents first."""
    waiting = [session for day in data["days"] for session in day["sessions"]]
    while waiting:
        entry = waiting.pop(0)
        yield entry
        waiting = [*entry.get("children", []), *waiting]
