"""Languages of the text in templates: in which direction they are written, and which one is authoritative."""

from django import template

from academy.languages import direction_of
from outcome.translating.languages import authoritative_language

register = template.Library()
register.filter("direction", direction_of)
register.simple_tag(authoritative_language, name="authoritative_code")
