"""The admin of the outcome document: to look at; the text changes at the desk, revisions and records never."""

from academy.admin import show
from outcome.models import (
    Clause,
    Disposition,
    Document,
    Elector,
    Position,
    Procedure,
    Record,
    Revision,
    Section,
    Source,
)

show(Document, "title", "edition", "state")
show(Section, "title", "kind", "document", "position")
show(Clause, "kind", "heading", "section", "version", "removed", filters=("kind", "removed"))
show(Source, "clause", "finding", "relation", filters=("relation",))
show(Disposition, "finding", "reason", "set_aside_at")
show(Revision, "number", "label", "audience", "published_at", "digest")
show(Procedure, "method", "quorum", "state", "opened_at", "closed_at")
show(Elector, "procedure", "id", hidden=("participant",))
show(Position, "elector", "number", "choice", "taken_at")
show(Record, "procedure", "digest", "made_at")
