"""What came and what went in a text, on a page: as marks and in words."""

from collections.abc import Iterable
from functools import cache
from html import escape

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from academy.word_changes import Segment

register = template.Library()
TAGS = {"inserted": "ins", "deleted": "del"}


@register.simple_tag
def segments(parts: Iterable[Segment], skip: str = "") -> SafeString:
    """Runs of words, without those of the kind `skip`; whoever does not see the marks hears what was added or removed.

    In Python and without `format_html`, because a comparison of a long document has thousands of them.
    """
    return SafeString("".join(_part(part) for part in parts if part.kind != skip))  # each part is escaped


def _part(part: Segment) -> str:
    words = "<br>".join(escape(part.text).replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    if part.kind not in TAGS:
        return words
    begins, ends = _marks(part.kind, get_language())
    return f"{begins}{words}{ends}"


@cache
def _marks(kind: str, _language: str | None) -> tuple[str, str]:
    """What stands before and after the words that came or went, in the language of the page."""
    said = (
        (_("added:"), _("(end of addition)"))
        if kind == "inserted"
        else (_("removed:"), _("(end of removal)"))
    )
    begins, ends = map(escape, said)
    tag = TAGS[kind]
    return (
        f'<{tag}><span class="visually-hidden">{begins} </span>',
        f'<span class="visually-hidden"> {ends}</span></{tag}>',
    )
