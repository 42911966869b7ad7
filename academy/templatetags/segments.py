"""What came and what went in a text, on a page: as marks and in words."""

from collections.abc import Iterable
from functools import cache

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from academy.word_changes import Segment

register = template.Library()
MARKED = SafeString(
    '<{tag}><span class="visually-hidden">{begins} </span>{words}<span class="visually-hidden"> {ends}</span></{tag}>'
)
TAGS = {"inserted": "ins", "deleted": "del"}


@register.simple_tag
def segments(parts: Iterable[Segment], skip: str = "") -> SafeString:
    """Runs of words, without those of the kind `skip`; whoever does not see the marks hears what was added or removed.

    In Python, because a comparison of a long document has a thousand of them.
    """
    return SafeString("".join(_part(part) for part in parts if part.kind != skip))  # each part is escaped


def _part(part: Segment) -> SafeString:
    words = _lines(part.text)
    if part.kind not in TAGS:
        return words
    begins, ends = _heard(part.kind, get_language())
    return format_html(MARKED, tag=TAGS[part.kind], begins=begins, words=words, ends=ends)


@cache
def _heard(kind: str, _language: str | None) -> tuple[str, str]:
    """What is said before and after the words that came or went, in the language of the page."""
    if kind == "inserted":
        return _("added:"), _("(end of addition)")
    return _("removed:"), _("(end of removal)")


def _lines(text: str) -> SafeString:
    """Plain words with their line breaks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (
        escape(text)
        if len(lines) == 1
        else format_html_join(SafeString("<br>"), "{}", ((one,) for one in lines))
    )
