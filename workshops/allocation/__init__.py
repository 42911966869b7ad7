"""Spreading people over groups: every group mirrors the whole, and people meet others. Pure: values in and out."""

from workshops.allocation.contradictions import Clash, Contradiction, contradictions_in
from workshops.allocation.spreading import spread
from workshops.allocation.swapping import by_lot, search
from workshops.allocation.task import (
    Candidate,
    Impossible,
    Plan,
    Result,
    Room,
    Task,
    broken_rules,
    cost_of,
    even_rooms,
    least_possible,
    measured,
    roomy,
)

__all__ = [
    "Candidate",
    "Clash",
    "Contradiction",
    "Impossible",
    "Plan",
    "Result",
    "Room",
    "Task",
    "broken_rules",
    "by_lot",
    "contradictions_in",
    "cost_of",
    "even_rooms",
    "least_possible",
    "measured",
    "roomy",
    "search",
    "spread",
]
