"""The workshops' data: parts and guiding questions, groups and seats, findings with their ledger, summaries."""

from workshops.models.findings import FINDING_LENGTH, Finding, FindingEvent, Support
from workshops.models.groups import Group, GuidingQuestion, Part, Workshop
from workshops.models.roundtables import Roundtable
from workshops.models.seats import Seat
from workshops.models.summaries import Summary, Thought

__all__ = [
    "FINDING_LENGTH",
    "Finding",
    "FindingEvent",
    "Group",
    "GuidingQuestion",
    "Part",
    "Roundtable",
    "Seat",
    "Summary",
    "Support",
    "Thought",
    "Workshop",
]
