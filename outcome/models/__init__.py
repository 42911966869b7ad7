"""The outcome document's data: clauses, sources, revisions, amendments, comments, the adoption, what follows,
and the text in other languages."""

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
from outcome.models.ballots import BallotBox, Cast
from outcome.models.clauses import Clause, Disposition, Source
from outcome.models.comments import Comment, Mention
from outcome.models.document import Document, Section
from outcome.models.following import (
    Commitment,
    CommitmentWording,
    Endorsement,
    Progress,
    ProgressNote,
)
from outcome.models.log import Editor, LogLine, LogSummary
from outcome.models.revisions import Revision
from outcome.models.room import Floor, Indication, Presence, RoomCount
from outcome.models.statements import Statement
from outcome.models.translations import LanguageVersion, TranslatedPart, Translation, Translator

__all__ = [
    "Amendment",
    "BallotBox",
    "Cast",
    "Clause",
    "CoSignature",
    "Comment",
    "Commitment",
    "CommitmentWording",
    "ContributionRules",
    "Disposition",
    "Document",
    "Editor",
    "Elector",
    "Endorsement",
    "Floor",
    "Indication",
    "LanguageVersion",
    "LogLine",
    "LogSummary",
    "Mention",
    "Merge",
    "MergedAmendment",
    "Position",
    "Presence",
    "Procedure",
    "Progress",
    "ProgressNote",
    "Record",
    "Revision",
    "RoomCount",
    "Round",
    "Section",
    "Source",
    "Statement",
    "TranslatedPart",
    "Translation",
    "Translator",
    "Treatment",
    "Wording",
]
