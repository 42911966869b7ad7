"""Languages of the text in templates: in which direction they are written, and which one is authoritative."""

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from academy.languages import direction_of
from outcome.publishing.blocks import run_of
from outcome.templatetags.clauses import run_html
from outcome.translating.languages import authoritative_language
from outcome.translating.marks import readable_runs
from outcome.translating.parts import Part

register = template.Library()
register.filter("direction", direction_of)
register.simple_tag(authoritative_language, name="authoritative_code")


@register.simple_tag
def said(part: Part, field: str, words: str) -> SafeString:
    """Words of a part, its emphasis and links as readers will see them where it has any."""
    if field not in part.marked:
        return linebreaksbr(words, autoescape=True)
    lines = (
        format_html_join("", "{}", ((run_html(run_of(run)),) for run in readable_runs(line)))
        for line in words.split("\n")
    )
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))
