"""What a page shows when somebody was faster: what is there now, beside what was typed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import models
from django.forms import BaseForm, ChoiceField, ModelChoiceField, MultipleChoiceField

from academy.requests import apply
from academy.word_changes import Segment, word_changes
from programme.edits import Overtaken

Made = TypeVar("Made")


def attempt(form: BaseForm, rule: Callable[[], Made]) -> tuple[Made | None, models.Model | None]:
    """What the rule makes of a valid form, and the row as it is now if somebody was faster."""
    overtaken: list[models.Model] = []

    def noticing() -> Made:
        try:
            return rule()
        except Overtaken as error:
            overtaken.append(error.row)
            raise

    made = apply(form, noticing)
    return made, overtaken[0] if overtaken else None


@dataclass(frozen=True)
class Meanwhile:
    """Two changes put together: what the form goes on with, where both differ, and what came from the other."""

    initial: dict[str, Any]
    differences: list[tuple[str, list[Segment]]]
    taken_over: list[str]


def meanwhile(form: BaseForm, base: dict[str, Any], present: dict[str, Any]) -> Meanwhile:
    """What was typed beside what is there now. A field that was not touched takes what is there now.

    Args:
        base: what the form said when the page was read.
        present: what it would say now.
    """
    initial: dict[str, Any] = {}
    differences, taken_over = [], []
    for name, field in form.fields.items():
        if name not in present or name in ("state", "edit"):
            continue
        was, now = _words(field, base.get(name)), _words(field, present[name])
        typed = _words(field, form.cleaned_data.get(name))
        if typed not in {was, now}:
            initial[name] = form.cleaned_data.get(name)
            differences.append((str(field.label), word_changes(now, typed)))
        elif now != was and typed == was:
            taken_over.append(str(field.label))
    return Meanwhile(initial, differences, taken_over)


def _words(field: Any, value: Any) -> str:
    """A value as a reader of the form sees it."""
    if value is None or value == "" or value is False:
        return ""
    if isinstance(field, ModelChoiceField):
        key = value.pk if isinstance(value, models.Model) else value
        return str(next((row for row in field.queryset or () if row.pk == key), ""))
    if isinstance(field, ChoiceField):
        choices: Any = field.choices
        names = dict(choices)
        several = value if isinstance(field, MultipleChoiceField) else [value]
        return ", ".join(str(names.get(one, one)) for one in several)
    if value is True:
        return "✓"
    return f"{value:%H:%M}" if hasattr(value, "hour") else str(value).replace("\r\n", "\n").strip()
