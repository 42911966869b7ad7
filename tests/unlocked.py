"""The academy without turns at the places of an edition: the control of the rush in tests/academy/test_rush.py.

Between counting the places and taking one there is a moment, so that it does not take luck to see the others in it.
"""

import time
from importlib import import_module
from typing import Any

from academy.wsgi import application

__all__ = ["application"]

# Only after the application is set up can the rule be imported.
_places: Any = import_module("academy.registration.places")
_count = _places.free_places


def _count_slowly(*args: Any, **named: Any) -> Any:
    free = _count(*args, **named)
    time.sleep(0.05)
    return free


_places.in_turn = lambda edition: edition
_places.free_places = _count_slowly
