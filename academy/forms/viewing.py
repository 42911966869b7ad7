"""How somebody wants to see the pages."""

from django import forms

from academy.forms.plain import PlainTextForm


class ZoneForm(PlainTextForm):
    """The choice of a zone to see times in as well; none is a choice too."""

    zone = forms.CharField(required=False, max_length=64)
    # Whether its times come first; what is not said stays as it was.
    first = forms.ChoiceField(choices=(("", ""), ("yes", ""), ("no", "")), required=False)
    next = forms.CharField(required=False, max_length=500)
