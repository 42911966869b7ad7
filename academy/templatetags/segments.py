"""What came and what went in a text, on a page: as marks and in words."""

from collections.abc import Iterable

from django import template
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from academy.word_changes import Segment

register = template.Library()
MARKED = SafeString(
    '<{tag}><span class="visually-hidden">{begins} </span>{words}<span class="visually-hidden"> {ends}</span></{tag}>'
)


@register.simple_tag
def segments(parts: Iterable[Segment], skip: str = "") -> SafeString:
    """Runs of words, without those of the kind `skip`; whoever does not see the marks hears what was added or removed.

    In Python, because a comparison of a long document has a thousand of them.
    """
    return format_html_join("", "{}", ((_part(part),) for part in parts if part.kind != skip))


def _part(part: Segment) -> SafeString:
    words = _lines(part.text)
    if part.kind == "inserted":
        return format_html(MARKED, tag="ins", begins=_("added:"), words=words, ends=_("(end of addition)"))
    if part.kind == "deleted":
        return format_html(MARKED, tag="del", begins=_("removed:"), words=words, ends=_("(end of removal)"))
    return words


def _lines(text: str) -> SafeString:
    """Plain words with their line breaks."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return (
        escape(text)
        if len(lines) == 1
        else format_html_join(SafeString("<br>"), "{}", ((one,) for one in lines))
    )
