"""What organisers do at their desk for people: decide, give a role, take a file away, keep a view."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms.plain import PlainTextForm
from academy.models import Role


class DecideForm(PlainTextForm):
    """A decision about the people who are chosen, with a reason that they read."""

    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Stands in the mail that each of them gets."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, says_why: bool = False, **kwargs: Any) -> None:
        """Args: says_why: whoever loses a place reads why, so that the reason must be given."""
        super().__init__(*args, **kwargs)
        if says_why:
            self.fields["reason"].required = True
            self.fields["reason"].error_messages["required"] = str(
                _("Say why: whoever loses a place reads the reason. Nothing was changed.")
            )


class GrantForm(PlainTextForm):
    """A role for the people who are chosen."""

    kind = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect, choices=Role.Kind)
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)


class ExportForm(PlainTextForm):
    """How people leave the house as a file."""

    kind = forms.ChoiceField(
        label=_("Kind of file"),
        widget=forms.RadioSelect,
        choices=(("xlsx", _("Excel (XLSX)")), ("csv", _("CSV, for every spreadsheet"))),
        initial="xlsx",
    )
    with_protected = forms.BooleanField(
        label=_("Include protected people, with their real names"),
        required=False,
    )


class KeepViewForm(PlainTextForm):
    """A name for what the list is asked for."""

    name = forms.CharField(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(label=_("All organisers see it"), required=False)
    query = forms.CharField(widget=forms.HiddenInput, required=False, max_length=3000)


class ChangeViewForm(PlainTextForm):
    """Another name for a view, and who sees it."""

    name = forms.CharField(label=_("Name"), max_length=60)
    is_shared = forms.BooleanField(label=_("All organisers see it"), required=False)
