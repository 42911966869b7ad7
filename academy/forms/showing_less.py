"""The form with which organisers show less of somebody."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.models import Participant, Visibility
from academy.privacy.less import ways_to_show_less

UNLISTED = _("Not at all: only organisers see the name")
PROTECTED = _("By a new pseudonym that leads to nobody; affiliation and name appear nowhere")
ANOTHER = _("By another pseudonym that leads to nobody, in place of the one that they have")


class ShowLessForm(forms.Form):
    """How somebody is seen from now on: only ways that show less than now."""

    seen = forms.ChoiceField(
        label=_("How others see this person from now on"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how others see this person.")},
    )

    def __init__(self, *args: Any, person: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        is_protected = person.visibility == Visibility.PROTECTED
        words = {
            Visibility.UNLISTED: UNLISTED,
            Visibility.PROTECTED: ANOTHER if is_protected else PROTECTED,
        }
        ways = ways_to_show_less(person)
        seen: Any = self.fields["seen"]
        seen.choices = [(way.value, words[way]) for way in ways]
        seen.initial = ways[-1].value

    def clean_seen(self) -> Visibility:
        return Visibility(self.cleaned_data["seen"])
