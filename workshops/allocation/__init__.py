"""Spreading people over groups: every group mirrors the whole, and people meet others. Pure: values in and out."""

from workshops.allocation.spreading import spread
from workshops.allocation.swapping import by_lot, search
from workshops.allocation.task import (
    Candidate,
    Impossible,
    Result,
    Room,
    Task,
    cost_of,
    even_rooms,
    least_possible,
)

__all__ = [
    "Candidate",
    "Impossible",
    "Result",
    "Room",
    "Task",
    "by_lot",
    "cost_of",
    "even_rooms",
    "least_possible",
    "search",
    "spread",
]
