"""Data for search engines in a page."""

from typing import Any

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def structured_data(value: Any) -> SafeString:
    """The value as a block of JSON-LD, out of which no text in it can break.

    The block is data: browsers do not run it, so that the content security policy has nothing to say about it.
    """
    # Django writes every <, > and & as an escape of JSON; only the name of the type is another.
    block = json_script(value).replace("application/json", "application/ld+json", 1)
    return mark_safe(block)  # noqa: S308  # json_script has escaped it
