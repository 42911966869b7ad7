"""The academy with the adoption's protections taken away: the controls of the rushes in tests/outcome/test_rushes.py.

Positions and the closing do not wait for each other, and nobody asks which position an elector saw as theirs. Between
asking whether the adoption is open and storing a position there is a moment, so that the closing falls into it.
"""

import time
from importlib import import_module
from typing import Any

from academy.wsgi import application

__all__ = ["application"]


def _unlocked(procedure: Any) -> Any:
    rows = import_module("outcome.models").Procedure.objects
    return rows.select_related("document__edition", "revision").get(pk=procedure.pk)


def _insist_slowly(procedure: Any) -> None:
    _insist(procedure)
    time.sleep(0.1)


# Only after the application is set up can the rules be imported.
_positions: Any = import_module("outcome.adoption.positions")
_insist, _positions._insist_open = _positions._insist_open, _insist_slowly
for _module in ("positions", "closing"):
    import_module(f"outcome.adoption.{_module}").locked_procedure = _unlocked  # type: ignore[attr-defined]
_adopting: Any = import_module("outcome.views.adopting")
_take = _adopting.rules.take_position
_adopting.rules.take_position = lambda *args, **said: _take(*args, **{**said, "after": None})
