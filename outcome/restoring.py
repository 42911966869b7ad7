"""Going back without rewriting history: a clause, or a whole revision, is restored as an edit of the draft."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy

from academy.errors import DomainError
from academy.history import record
from academy.models import User
from outcome.clause_words import document_words
from outcome.drafting import remove_clause, restore_clause, reword_clause
from outcome.live.showing import followed
from outcome.locking import writable
from outcome.models import Clause, Document, Revision, Section, Source
from outcome.provenance import cite, uncite
from outcome.restructuring import place_clause
from outcome.revisions import clauses_of, document_content, own_words
from workshops.models import Finding


class NotInRevision(DomainError):
    """The revision does not hold the clause."""

    status = 404
    message = gettext_lazy("This revision does not hold the clause.")


class AsItIs(DomainError):
    """The draft says that already."""

    message = gettext_lazy("The draft says that already. Nothing was changed.")


@transaction.atomic
def restore_words(clause: Clause, revision: Revision, *, by: User) -> Clause:
    """Give a clause the words, remark and sources that it had in a revision; a removed one comes back with them.

    Raises:
        NotAllowed, DocumentFixed, NotInRevision, AsItIs
    """
    document = _draft(clause.document, by=by)
    was = next((c for _section, c in clauses_of(revision.content) if c["id"] == str(clause.pk)), None)
    if was is None or revision.document_id != document.pk:
        raise NotInRevision
    if _now(document).get(str(clause.pk)) == _own(was):
        raise AsItIs
    return _bring_back(clause, was, by=by)


@transaction.atomic
def restore_revision(revision: Revision, *, by: User) -> Document:
    """Bring the draft to what a revision said: its clauses, their words, order and sources; others are removed.

    What is removed stays as a tombstone, and every step is an entry of the history.

    Raises:
        NotAllowed, DocumentFixed, AsItIs
    """
    document = _draft(revision.document, by=by)
    if own_words(document_content(document)) == own_words(revision.content):
        raise AsItIs
    wanted = {UUID(c["id"]): c for _section, c in clauses_of(revision.content)}
    now = _now(document)
    clauses = {c.pk: c for c in Clause.objects.filter(document=document, parent=None)}
    for pk, clause in clauses.items():
        if pk in wanted:
            if now.get(str(pk)) != _own(wanted[pk]):
                _bring_back(clause, wanted[pk], by=by)
        elif not clause.removed:
            remove_clause(clause, by=by)
    _put_in_order(document, revision.content, by=by)
    facts = {"revision": revision.number, "digest": revision.digest}
    record(
        document.edition, "revision restored", document, by=by, data=facts, content=document_words(document)
    )
    return document


def _draft(document: Document, *, by: User) -> Document:
    document = writable(document, by=by)
    followed(document)
    return document


def _own(clause: Mapping[str, Any]) -> tuple[Any, ...]:
    """What a clause says and rests on, wherever it stands."""
    remark = clause["remark"]["text"] if clause["remark"] else ""
    sources = sorted((source["finding"], source["relation"]) for source in clause["sources"])
    return clause["heading"], clause["text"], remark, sources


def _now(document: Document) -> dict[str, tuple[Any, ...]]:
    return {c["id"]: _own(c) for _section, c in clauses_of(document_content(document))}


def _bring_back(clause: Clause, was: Mapping[str, Any], *, by: User) -> Clause:
    row = restore_clause(clause, by=by)
    remark = was["remark"]["text"] if was["remark"] else ""
    row = reword_clause(
        row,
        text=was["text"],
        heading=was["heading"],
        remark=remark if row.kind == Clause.Kind.ENCOURAGEMENT else None,
        version=row.version,
        by=by,
    )
    _bring_back_sources(row, was["sources"], by=by)
    return row


def _bring_back_sources(clause: Clause, sources: list[dict[str, Any]], *, by: User) -> None:
    wanted = {UUID(source["finding"]): source["relation"] for source in sources}
    for row in Source.objects.filter(clause=clause).select_related("clause__document__edition"):
        if row.finding_id not in wanted:
            uncite(row, by=by)
        elif row.relation == wanted[row.finding_id]:
            del wanted[row.finding_id]
    findings = Finding.objects.filter(pk__in=wanted).select_related("group__workshop__edition")
    for finding in findings:
        cite(clause, finding, relation=wanted[finding.pk], by=by)


def _put_in_order(document: Document, content: Mapping[str, Any], *, by: User) -> None:
    """Each section's clauses in the order of the content; nothing is moved that stands right."""
    sections = {str(section.pk): section for section in Section.objects.filter(document=document)}
    for said in content["sections"]:
        section, order = sections[said["id"]], [UUID(c["id"]) for c in said["clauses"]]
        standing = Clause.objects.standing().filter(section=section, parent=None).values_list("pk", flat=True)
        if list(standing) == order:
            continue
        for pk in order:
            clause = Clause.objects.select_related("document__edition", "section").get(pk=pk)
            place_clause(clause, section=section, before=None, by=by)
