"""What a form that comes back with errors still holds."""

from django import template
from django.forms import BaseForm, FileField
from django.utils.translation import gettext as _

register = template.Library()


@register.filter
def what_is_kept(form: BaseForm) -> str:
    """What of a form stands in it again, and what is asked for again: passwords, or a file."""
    shown = form.visible_fields()
    files = [field for field in shown if isinstance(field.field, FileField)]
    passwords = [field for field in shown if getattr(field.field.widget, "input_type", "") == "password"]
    if passwords:
        return _("What you wrote is kept below; only passwords have to be entered again.")
    if files and len(shown) == len(files):
        return _("The file has to be chosen again.")
    if files:
        return _("What you wrote is kept below; only the file has to be chosen again.")
    return _("What you wrote is kept below.")
