"""The academy without turns at the places of an edition: the control of the rush in tests/academy/test_rush.py.

The first to come wait, between counting the places and taking one, until as many are there as the environment names; so
that it takes no luck to see them all count the same free places. The meeting place is made before the processes part.
"""

import os
from importlib import import_module
from multiprocessing import Barrier, Value
from typing import Any

from academy.wsgi import application

__all__ = ["application"]

# Only after the application is set up can the rules be imported.
_places: Any = import_module("academy.registration.places")
_applying: Any = import_module("academy.registration.applying")
_seat = _applying._seat

TOGETHER = int(os.environ["MEET_BEFORE_A_PLACE"])
PATIENCE = 60
_came: Any = Value("i", 0)
_meeting = Barrier(TOGETHER)


def _seat_together(*args: Any, **named: Any) -> None:
    """Counts the places and takes one; the first ones keep it only when all of them have counted."""
    _seat(*args, **named)
    with _came.get_lock():
        _came.value += 1
        is_early = _came.value <= TOGETHER
    if is_early:
        _meeting.wait(PATIENCE)


_places.in_turn = lambda edition: edition
_applying._seat = _seat_together
