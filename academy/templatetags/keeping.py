"""What a form that comes back with errors still holds, and what is wrong with it."""

from django import template
from django.forms import BaseForm, FileField
from django.utils.translation import gettext as _

from academy.forms import plain

register = template.Library()


@register.filter
def reasons(form: BaseForm) -> list[str]:
    """What is wrong with a form, line by line."""
    return plain.reasons(form)


@register.filter
def what_is_kept(form: BaseForm) -> str:
    """What of a form stands in it again, and what is asked for again; empty if nothing was said in it."""
    files = [field.name for field in form if isinstance(field.field, FileField)]
    if any(getattr(field.field.widget, "input_type", "") == "password" for field in form):
        return _("What you wrote is kept below; only passwords have to be entered again.")
    is_written = any(name not in files and not form[name].is_hidden for name in form.changed_data)
    if is_written and form.files:
        return _("What you wrote is kept below; only the file has to be chosen again.")
    if form.files:
        return _("The file has to be chosen again.")
    return _("What you wrote is kept below.") if is_written else ""
