"""The outcome document's data: clauses and their sources, revisions, amendments, comments, the adoption."""

from outcome.models.adoption import Elector, Position, Procedure, Record
from outcome.models.amending import (
    Amendment,
    ContributionRules,
    CoSignature,
    Merge,
    MergedAmendment,
    Round,
    Treatment,
    Wording,
)
from outcome.models.clauses import Clause, Disposition, Source
from outcome.models.comments import Comment, Mention
from outcome.models.document import Document, Section
from outcome.models.log import Editor, LogLine, LogSummary
from outcome.models.revisions import Revision

__all__ = [
    "Amendment",
    "Clause",
    "CoSignature",
    "Comment",
    "ContributionRules",
    "Disposition",
    "Document",
    "Editor",
    "Elector",
    "LogLine",
    "LogSummary",
    "Mention",
    "Merge",
    "MergedAmendment",
    "Position",
    "Procedure",
    "Record",
    "Revision",
    "Round",
    "Section",
    "Source",
    "Treatment",
    "Wording",
]
