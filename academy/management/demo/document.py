"""Stages "drafting" and "adopted": thirteen encouragements from the findings, two revisions, the adoption."""

import random
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from academy import clock
from academy.management.content import content
from academy.management.demo.keys import key_of
from academy.management.demo.people import People
from academy.models import Edition, User
from outcome.adoption import (
    Plan,
    close_adoption,
    confirm_adoption,
    freeze,
    open_adoption,
    prepare_adoption,
    take_position,
)
from outcome.deciding import Rules
from outcome.drafting import add_clause, move_clause, reword_clause, start_document, write_remark
from outcome.models import Clause, Document, Revision, Section
from outcome.provenance import cite, set_aside
from outcome.revisions import publish_revision
from workshops.models import Finding

SECOND_ORGANISER = "p06"


def seed_document(edition: Edition, people: People) -> Document:
    """Draft the document from the findings, publish the zero draft, edit it, publish the second revision."""
    data, by = content("demo-document"), people["amara"].user
    zone = ZoneInfo(edition.time_zone)
    with clock.set_to(datetime(2022, 2, 3, 18, tzinfo=zone)):
        document = start_document(edition, title=data["title"], lead=data["lead"], by=by)
        for paragraph in data["preamble"]:
            add_clause(_preamble(document), text=paragraph, by=by)
        clauses: dict[str, Clause] = {}
        _add_encouragements(document, data, 1, clauses, by=by)
        _publish(document, data["revisions"][0], by=by)
    with clock.set_to(datetime(2022, 2, 3, 21, tzinfo=zone)):
        for change in data["changes_for_revision_2"]:
            _change(change, clauses, by=by)
        _add_encouragements(document, data, 2, clauses, by=by)
        for entry in data["set_aside"]:
            set_aside(_finding(entry["finding"]), reason=entry["reason"], by=by)
        _publish(document, data["revisions"][1], by=by)
    return document


def seed_adoption(document: Document, people: People, *, seed: int) -> None:
    """Freeze the text and adopt it by consensus on day 6; `seed` chooses who stands aside and who is absent."""
    by = people["amara"].user
    zone = ZoneInfo(document.edition.time_zone)
    with clock.set_to(datetime(2022, 2, 7, 16, tzinfo=zone)):
        freeze(document, by=by)
    opening = datetime(2022, 2, 8, 12, tzinfo=zone)
    with clock.set_to(opening):
        prepared = prepare_adoption(document, Plan(Rules("consensus", "half")), by=by)
        confirmed = confirm_adoption(prepared, by=people[SECOND_ORGANISER].user)
        procedure = open_adoption(confirmed, by=by)
    electors = list(
        procedure.electors.select_related("participant__user").order_by("participant__registered_at")
    )
    draw = random.Random(seed)  # noqa: S311  # a reproducible draw, not a secret
    draw.shuffle(electors)
    for number, elector in enumerate(electors[: -max(1, len(electors) // 8)]):
        with clock.set_to(opening + timedelta(seconds=20 * (number + 1))):
            choice = "stand-aside" if number in (3, 11) else "join"
            take_position(procedure, choice=choice, by=elector.participant.user)
    with clock.set_to(opening + timedelta(minutes=20)):
        close_adoption(procedure, by=by)


def _preamble(document: Document) -> Section:
    return document.sections.get(kind=Section.Kind.PREAMBLE)


def _finding(key: str) -> Finding:
    return Finding.objects.select_related("group__workshop__edition").get(pk=key_of(key))


def _add_encouragements(
    document: Document, data: dict[str, Any], since: int, clauses: dict[str, Clause], *, by: User
) -> None:
    """Add the encouragements that exist from this revision on, each before the one that follows it in the data."""
    for number, entry in enumerate(data["encouragements"]):
        if entry["since"] != since:
            continue
        section = document.sections.get(strand__slug=entry["strand"])
        clause = add_clause(
            section, heading=entry["short_title"], text=entry["text"], remark=entry["remark"], by=by
        )
        for source in entry["sources"]:
            cite(clause, _finding(source["finding"]), relation=source["relation"], by=by)
        clauses[entry["key"]] = clause
        following = (clauses.get(later["key"]) for later in data["encouragements"][number + 1 :])
        before = next((later for later in following if later and later.section_id == section.pk), None)
        if before:
            move_clause(clause, before=before, by=by)


def _change(change: dict[str, Any], clauses: dict[str, Clause], *, by: User) -> None:
    if "move" in change:
        move_clause(clauses[change["move"]], before=clauses[change["before"]], by=by)
        return
    clause = Clause.objects.select_related("document__edition", "section").get(
        pk=clauses[change["clause"]].pk
    )
    if "text" in change:
        reword_clause(clause, text=change["text"], heading=clause.heading, version=clause.version, by=by)
    if "remark" in change:
        write_remark(clause, text=change["remark"], by=by)


def _publish(document: Document, entry: dict[str, Any], *, by: User) -> None:
    publish_revision(
        document, label=entry["label"], note=entry["note"], audience=Revision.Audience.PUBLIC, by=by
    )
