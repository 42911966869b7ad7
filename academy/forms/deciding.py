"""Organisers' decisions about registrations."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Participant


class DecisionForm(forms.Form):
    """An organiser's decision about registrations chosen in a list."""

    CONFIRM, DECLINE = "confirm", "decline"

    people = forms.ModelMultipleChoiceField(
        queryset=Participant.objects.none(),
        error_messages={
            "required": _("Choose at least one person."),
            "invalid_choice": _("This person is not registered for this academy."),
            "invalid_pk_value": _("This person is not registered for this academy."),
        },
    )
    decision = forms.ChoiceField(choices=((CONFIRM, _("Confirm")), (DECLINE, _("Decline"))))

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["people"]
        people.queryset = Participant.objects.filter(edition=edition).select_related("edition")

    def clean(self) -> dict[str, Any]:
        """Say by name for whom a decision is not."""
        cleaned = super().clean() or self.cleaned_data
        declines = cleaned.get("decision") == self.DECLINE
        state = Participant.State
        wrong = (state.CONFIRMED, state.WITHDRAWN) if declines else (state.DECLINED, state.WITHDRAWN)
        names = [person.name for person in cleaned.get("people", ()) if person.state in wrong]
        if names:
            words = (
                _("“Decline” is not for people who are confirmed or have withdrawn: %(names)s.")
                if declines
                else _("“Confirm” is not for people who were declined or have withdrawn: %(names)s.")
            )
            raise forms.ValidationError(f"{words % {'names': ', '.join(names)}} {_('Nothing was changed.')}")
        return cleaned
