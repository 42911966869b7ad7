"""What the forms of the desk share: what they were read from, fields for times, words for what is gone."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from academy.models import Edition
from programme.edits import last_number

NO_SUCH_DAY = {"required": _("Choose a day."), "invalid_choice": _("The programme has no such day any more.")}
NO_SUCH_STRAND = {"invalid_choice": _("The programme has no such strand any more.")}


def clock_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.TimeField:
    """A time of day, typed as the academy's clocks show it."""
    return forms.TimeField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "data-keep": True}),
        error_messages={"invalid": _("A time is written as 13:30.")},
    )


def state_field() -> forms.CharField:
    """What the page was read from. Kept by the page with the words: they go with the state they were written on."""
    return forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-keep": True}))


class StatedForm(PlainTextForm):
    """A form that knows what it was read from: the state of its row, and the last edit before."""

    state = state_field()
    edit = forms.IntegerField(
        required=False, min_value=0, widget=forms.HiddenInput(attrs={"data-keep": True})
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial["edit"] = last_number(edition)

    @property
    def read_at(self) -> int:
        """The number of the last edit before the page was read."""
        return int(self.cleaned_data.get("edit") or 0)
