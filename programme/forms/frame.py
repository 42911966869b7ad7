"""Forms for what sessions hang in: days and strands."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.models import Colour, Edition
from programme.forms.stating import NO_SUCH_STRAND, StatedForm
from programme.framing import AIM_LENGTH
from programme.models import Strand


class DayForm(StatedForm):
    """A day: its date, what it is called, its strand and what it is for."""

    date = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("If it changes, the sessions of the day go along at the same times."),
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    short_title = forms.CharField(label=_("Short title"), max_length=60)
    colour = forms.ChoiceField(label=_("Colour"), choices=Colour.choices)
    strand = forms.ModelChoiceField(
        Strand.objects.none(),
        label=_("Strand"),
        required=False,
        empty_label=_("none"),
        error_messages=NO_SUCH_STRAND,
    )
    aim = forms.CharField(
        label=_("Aim"), max_length=AIM_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, edition=edition, **kwargs)
        strand: Any = self.fields["strand"]
        strand.queryset = Strand.objects.filter(edition=edition).order_by("position")


class StrandForm(StatedForm):
    """A strand: what it is called, and its colour."""

    title = forms.CharField(label=_("Title"), max_length=200)
    short_title = forms.CharField(label=_("Short title"), max_length=40)
    colour = forms.ChoiceField(label=_("Colour"), choices=Colour.choices)
