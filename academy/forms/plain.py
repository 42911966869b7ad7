"""What every form of ours refuses, control characters, and how what is wrong with a form is said in lines."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.text import has_forbidden_characters


class PlainTextForm(forms.Form):
    """A form that says which field holds control characters instead of keeping them."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, value in list(cleaned.items()):
            if isinstance(value, str) and has_forbidden_characters(value):
                self.add_error(name, _("Control characters cannot be used here."))
        return cleaned


def reasons(form: forms.BaseForm) -> list[str]:
    """What is wrong with a form, for a page that has no place beside its fields: each line names its field."""
    lines = [str(error) for error in form.non_field_errors()]
    for name, errors in form.errors.items():
        if name in form.fields:
            lines += [f"{form[name].label}: {error}" for error in errors]
    return lines
