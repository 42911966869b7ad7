"""The academy without turns at the places of an edition: the control of the rush in tests/academy/test_rush.py."""

from importlib import import_module

from academy.wsgi import application

__all__ = ["application"]

# Only after the application is set up can the rule be imported.
import_module("academy.registration.places").in_turn = lambda edition: edition  # type: ignore[attr-defined]
