"""Forms of the roles: given to several people, and ended."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Participant, Role


class GrantForm(forms.Form):
    """A role for people who were found among the registrations."""

    people = forms.ModelMultipleChoiceField(
        queryset=Participant.objects.none(),
        error_messages={
            "required": _("Choose at least one person."),
            "invalid_choice": _("This person is not registered for this academy."),
            "invalid_pk_value": _("This person is not registered for this academy."),
        },
    )
    kind = forms.ChoiceField(
        label=_("Role"), choices=Role.Kind.choices, error_messages={"required": _("Choose a role.")}
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["people"]
        people.queryset = Participant.objects.filter(edition=edition, erased_at=None).select_related("user")


class EndForm(forms.Form):
    """Roles to be ended; `sure` is asked for one's own role of organiser."""

    roles = forms.ModelMultipleChoiceField(
        queryset=Role.objects.none(),
        error_messages={
            "required": _("Choose at least one role to end."),
            "invalid_choice": _("This role has ended already."),
            "invalid_pk_value": _("There is no such role."),
        },
    )
    sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles: Any = self.fields["roles"]
        roles.queryset = Role.objects.active().filter(edition=edition).select_related("user", "edition")
