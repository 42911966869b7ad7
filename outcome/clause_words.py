"""What the history commits to of a clause and of a document. Pure, over their rows."""

from typing import Any

from outcome.models import Clause, Document


def clause_words(clause: Clause) -> dict[str, Any]:
    """What the history commits to of a clause; what came with writing together stands in it only where it is."""
    words = {
        "section": str(clause.section_id),
        "parent": str(clause.parent_id) if clause.parent_id else None,
        "kind": clause.kind,
        "heading": clause.heading,
        "text": clause.text,
        "order": clause.order,
        "removed": clause.removed,
    }
    if clause.formats:
        words["formats"] = clause.formats
    if clause.language:
        words["language"] = clause.language
    if clause.merged_into_id:
        words["merged_into"] = str(clause.merged_into_id)
    return words


def document_words(document: Document) -> dict[str, Any]:
    """What the history commits to of a document, apart from its clauses."""
    frozen = document.frozen_revision_id
    words = {
        "title": document.title,
        "lead": document.lead,
        "state": document.state,
        "frozen_revision": str(frozen) if frozen else None,
    }
    if document.beginnings is not None:
        words["beginnings"] = document.beginnings
    return words
