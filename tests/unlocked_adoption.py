"""The academy with the adoption's protections taken away: the controls of the rushes in tests/outcome/test_rushes.py.

Positions and the closing do not wait for each other, and nobody asks which position an elector saw as theirs.
"""

from importlib import import_module
from typing import Any

from academy.wsgi import application

__all__ = ["application"]


def _unlocked(procedure: Any) -> Any:
    rows = import_module("outcome.models").Procedure.objects
    return rows.select_related("document__edition", "revision").get(pk=procedure.pk)


# Only after the application is set up can the rules be imported.
for _module in ("positions", "closing"):
    import_module(f"outcome.adoption.{_module}").locked_procedure = _unlocked  # type: ignore[attr-defined]
_adopting: Any = import_module("outcome.views.adopting")
_take = _adopting.rules.take_position
_adopting.rules.take_position = lambda *args, **said: _take(*args, **{**said, "after": None})
