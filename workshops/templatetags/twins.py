"""The lines of twin groups in templates: {{ line|mark }}, {{ line|support }}, {{ line|why_kept }}."""

from django import template

from workshops.twins import drawing, wording
from workshops.twins.drawing import Drawn
from workshops.twins.lines import Column, Line

register = template.Library()


@register.filter
def mark(line: Line) -> str:
    """How the groups stand to a line."""
    return wording.mark_words(line)


@register.filter
def support(line: Line) -> str:
    """Who gave a line dots, and whether the groups differ."""
    return wording.support_words(line)


@register.filter
def share(column: Column) -> str:
    """One group's support of a line."""
    return wording.share_words(column)


@register.filter
def numbers(line: Line) -> str:
    """The test in numbers."""
    return wording.numbers_words(line)


@register.filter
def why_kept(line: Line) -> list[str]:
    """Why a line is kept in view; empty if it is like others."""
    return [wording.guard_words(guard, line) for guard in line.guards]


@register.filter
def drawn(line: Line) -> list[Drawn]:
    """The columns of a line, with the strokes from each to the next."""
    return drawing.drawn(line)
