"""The outcome document's data: clauses and their sources, revisions, and the adoption with its record."""

from outcome.models.adoption import Elector, Position, Procedure, Record
from outcome.models.clauses import Clause, Disposition, Source
from outcome.models.document import Document, Section
from outcome.models.log import Editor, LogLine, LogSummary
from outcome.models.revisions import Revision

__all__ = [
    "Clause",
    "Disposition",
    "Document",
    "Editor",
    "Elector",
    "LogLine",
    "LogSummary",
    "Position",
    "Procedure",
    "Record",
    "Revision",
    "Section",
    "Source",
]
