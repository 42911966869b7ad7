"""Revisions: the document as it was published, with every word, number and source, under a digest."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.canonical import digest, digest_or_none
from academy.errors import DomainError, Invalid
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, HistoryEntry, User
from academy.text import tidy
from outcome.clause_words import clause_words, document_words
from outcome.live.showing import followed
from outcome.live.verifying import verify_log
from outcome.locking import writable
from outcome.models import Clause, Document, Revision, Source
from outcome.provenance import OPEN, coverage

# From the fewest readers to everyone.
WIDTH = (Revision.Audience.ORGANISERS, Revision.Audience.PARTICIPANTS, Revision.Audience.PUBLIC)


# What else happens when a revision is published, in the same transaction; whoever listens returns nothing of use.
_after_publishing: list[Callable[[Revision], object]] = []


def after_publishing(listener: Callable[[Revision], object]) -> None:
    """Have something done in the transaction that publishes a revision."""
    if listener not in _after_publishing:
        _after_publishing.append(listener)


class NothingNew(DomainError):
    """The text is that of the last revision, or there is none."""

    message = gettext_lazy("Nothing has changed since the last revision.")


@transaction.atomic
def publish_revision(document: Document, *, label: str, note: str = "", audience: str, by: User) -> Revision:
    """Publish the document as it stands now, under the next number.

    Args:
        label: what people call it, such as "Zero draft".
        note: what changed, in words.
        audience: who may read it; see `Revision.Audience`.

    Raises:
        NotAllowed, DocumentFixed, Invalid
        NothingNew: the text is that of the last revision, and no more people may read it than that one.
    """
    document = writable(document, by=by)
    if audience not in Revision.Audience.values:
        raise Invalid(_("Please choose who may read this revision."))
    followed(document)
    content = document_content(document)
    content_digest = digest(content)
    last = latest_revision(document)
    if last and last.digest == content_digest and WIDTH.index(audience) <= WIDTH.index(last.audience):
        raise NothingNew
    revision = Revision.objects.create(
        document=document,
        parent=last,
        number=last.number + 1 if last else 1,
        label=tidy(label, limit=120, what=_("The label")),
        note=tidy(note, limit=2000, what=_("The note")) if note.strip() else "",
        audience=audience,
        content=content,
        digest=content_digest,
        published_at=clock.now(),
    )
    facts = {"number": revision.number, "digest": revision.digest, **coverage(document.edition)}
    record(
        document.edition, "revision published", revision, by=by, data=facts, content=revision_words(revision)
    )
    announce("revision published", document=str(document.pk))
    for listener in _after_publishing:
        listener(revision)
    return revision


def revision_words(revision: Revision) -> dict[str, Any]:
    """What the history commits to of a revision; its content stands in it by its digest."""
    fields = ("number", "label", "note", "audience", "digest")
    return {field: getattr(revision, field) for field in fields}


def open_when_published(revision: Revision) -> int:
    """How many findings had no place in the document when the revision was published, as the history holds it."""
    entries = HistoryEntry.objects.filter(
        edition=revision.document.edition_id,
        object_type=Revision._meta.label_lower,
        object_id=str(revision.pk),
        verb="revision published",
    )
    data = entries.values_list("data", flat=True).first() or {}
    return int(data.get(OPEN, 0))


def latest_revision(document: Document) -> Revision | None:
    return Revision.objects.filter(document=document).order_by("-number").first()


def document_content(document: Document) -> dict[str, Any]:
    """The document as it stands now, as a JSON value: title, opening words, sections with numbered clauses.

    Each encouragement has its number over the whole document, its remark (or None), and the findings it rests on
    as they are worded now, without who said them. A clause without words is not in it yet. Marks, lists and the
    language of a clause stand in it only where there are any.
    """
    clauses = list(Clause.objects.standing().filter(document=document).exclude(text=""))
    remarks = {clause.parent_id: clause for clause in clauses if clause.kind == Clause.Kind.REMARK}
    sources = _sources(document)
    by_section: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    number = 0
    for clause in clauses:
        if clause.kind == Clause.Kind.REMARK:
            continue
        is_numbered = clause.kind == Clause.Kind.ENCOURAGEMENT
        number += is_numbered
        remark = remarks.get(clause.pk)
        by_section[clause.section_id].append(
            {
                "id": str(clause.pk),
                "kind": clause.kind,
                "number": number if is_numbered else None,
                "heading": clause.heading,
                "text": clause.text,
                "remark": {"id": str(remark.pk), "text": remark.text, **_extras(remark)} if remark else None,
                "sources": sources[clause.pk],
                **_extras(clause),
            }
        )
    return {
        "title": document.title,
        "lead": document.lead,
        "sections": [
            {
                "id": str(section.pk),
                "kind": section.kind,
                "title": section.title,
                "strand": section.strand.slug if section.strand else None,
                "colour": section.strand.colour if section.strand else "slate",
                "clauses": by_section[section.pk],
            }
            for section in document.sections.select_related("strand").order_by("position")
        ],
    }


def _extras(clause: Clause) -> dict[str, Any]:
    extras = {"formats": clause.formats, "language": clause.language}
    return {name: value for name, value in extras.items() if value}


def _sources(document: Document) -> defaultdict[UUID, list[dict[str, Any]]]:
    sources: defaultdict[UUID, list[dict[str, Any]]] = defaultdict(list)
    rows = Source.objects.filter(clause__document=document, clause__removed=False).order_by(
        "finding__group__workshop__number", "finding__group__slug", "finding__number"
    )
    fields = ("clause", "relation", "finding", "finding__text", "finding__language", "finding__part__letter")
    group = ("finding__group__name", "finding__group__workshop__number")
    for clause, relation, finding, text, language, part, name, workshop in rows.values_list(*fields, *group):
        sources[clause].append(
            {
                "finding": str(finding),
                "relation": relation,
                "text": text,
                "language": language,
                "workshop": workshop,
                "group": name,
                "part": part,
            }
        )
    return sources


def own_words(content: Any) -> Any:
    """What of a content belongs to the document alone: its words, their order, and which findings they rest on.

    How a finding is worded, or what a group is called, may still change elsewhere; the revision keeps how it was.
    None for a value that is no content.
    """
    try:
        return {
            "title": content["title"],
            "lead": content["lead"],
            "sections": [
                {
                    "id": section["id"],
                    "title": section["title"],
                    "clauses": [
                        {**clause, "sources": [(s["finding"], s["relation"]) for s in clause["sources"]]}
                        for clause in section["clauses"]
                    ],
                }
                for section in content["sections"]
            ],
        }
    except (KeyError, TypeError):
        return None


def clauses_of(content: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every (section, clause) of a content, in order."""
    for section in content["sections"]:
        for clause in section["clauses"]:
            yield section, clause


def verify_document(edition: Edition) -> Iterator[Mismatch]:
    """Yield what in the document, its clauses and its revisions is not as it was written or published."""
    document = Document.objects.filter(edition=edition).first()
    if document is None:
        return
    yield from verify_contents(edition, Document, {str(document.pk): document_words(document)})
    clauses = Clause.objects.filter(document=document)
    yield from verify_contents(edition, Clause, {str(clause.pk): clause_words(clause) for clause in clauses})
    revisions = list(Revision.objects.filter(document=document).order_by("number"))
    yield from verify_contents(edition, Revision, {str(row.pk): revision_words(row) for row in revisions})
    for revision in revisions:
        if digest_or_none(revision.content) != revision.digest:
            yield Mismatch(f"revision {revision.number}", "its content was changed after it was published")
    fixed = document.frozen_revision
    if fixed and own_words(document_content(document)) != own_words(fixed.content):
        yield Mismatch(
            "outcome document", f"its text is not that of revision {fixed.number}, which was frozen"
        )
    yield from verify_log(document)
