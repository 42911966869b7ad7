"""Extra questions of an edition as fields of its form."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.models import Question
from academy.questions import LARGEST, LINE_LENGTH, TEXT_LENGTH

Kind = Question.Kind
YES, NO = "yes", "no"
# More possible answers than this stand in a list to choose from.
MOST_BUTTONS = 7


def name_of(question: Question) -> str:
    """The name of a question's field."""
    return f"question_{question.pk.hex}"


def field_for(question: Question) -> forms.Field:
    """The field that a question is answered in."""
    words: dict[str, Any] = {
        "label": question.label,
        "help_text": question.help,
        "required": question.required,
    }
    kind = Kind(question.kind)
    if kind in (Kind.CHOICE, Kind.YES):
        return _choice(question, words)
    if kind == Kind.CHOICES:
        options = [(option, option) for option in question.options]
        return forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **words)
    if kind == Kind.NUMBER:
        return forms.FloatField(min_value=-LARGEST, max_value=LARGEST, **words)
    if kind == Kind.TEXT:
        area = forms.Textarea(attrs={"rows": 4})
        return forms.CharField(max_length=TEXT_LENGTH, widget=area, **words)
    return forms.CharField(max_length=LINE_LENGTH, **words)


def _choice(question: Question, words: dict[str, Any]) -> forms.Field:
    """One of several: buttons, or a list if there are many. Nothing is chosen beforehand."""
    if question.kind == Kind.YES:
        return forms.ChoiceField(choices=((YES, _("yes")), (NO, _("no"))), widget=forms.RadioSelect, **words)
    choices = [(option, option) for option in question.options]
    if len(choices) > MOST_BUTTONS:
        return forms.ChoiceField(choices=[("", _("Please choose")), *choices], **words)
    return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **words)


def answer_from(question: Question, value: Any) -> Any:
    """What is kept of a field's value; None for no answer."""
    if value in (None, "", []):
        return None
    if question.kind == Kind.YES:
        return value == YES
    if question.kind == Kind.NUMBER:
        return int(value) if float(value).is_integer() else float(value)
    return value


def shown_in_form(answer: Any) -> Any:
    """An answer as its field takes it."""
    if isinstance(answer, bool):
        return YES if answer else NO
    return answer
