"""The workshops' data: parts and guiding questions, groups and seats, findings with their ledger, summaries,
and what twin groups have in common."""

from workshops.models.findings import FINDING_LENGTH, Attribution, Finding, FindingEvent, Support
from workshops.models.groups import ClosedPart, Group, GuidingQuestion, Part, Workshop
from workshops.models.plans import (
    Lock,
    Pair,
    Plan,
    PlanChange,
    PlannedSeat,
    PlanRun,
    PlanSlot,
    PlanStep,
    Wish,
    WishRound,
)
from workshops.models.reading_back import (
    CORRECTION_LENGTH,
    SENTENCE_LENGTH,
    Answer,
    Guide,
    ReadBack,
    Sentence,
)
from workshops.models.roundtables import Rotation, Roundtable, RoundtableSeat
from workshops.models.seats import Seat
from workshops.models.summaries import Summary, Thought
from workshops.models.twins import Highlight, TwinDecision

__all__ = [
    "CORRECTION_LENGTH",
    "FINDING_LENGTH",
    "SENTENCE_LENGTH",
    "Answer",
    "Attribution",
    "ClosedPart",
    "Finding",
    "FindingEvent",
    "Group",
    "Guide",
    "GuidingQuestion",
    "Highlight",
    "Lock",
    "Pair",
    "Part",
    "Plan",
    "PlanChange",
    "PlanRun",
    "PlanSlot",
    "PlanStep",
    "PlannedSeat",
    "ReadBack",
    "Rotation",
    "Roundtable",
    "RoundtableSeat",
    "Seat",
    "Sentence",
    "Summary",
    "Support",
    "Thought",
    "TwinDecision",
    "Wish",
    "WishRound",
    "Workshop",
]
