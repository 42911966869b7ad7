"""The words of a clause on a page: with their marks and lists where there are any, plain otherwise."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from outcome.live.checking import is_safe_link

register = template.Library()
LISTS = {"bullet": "<ul>{}</ul>", "number": "<ol>{}</ol>"}
MARKS = {"em": "<em>{}</em>", "strong": "<strong>{}</strong>"}


@register.simple_tag
def words(content: Mapping[str, Any]) -> SafeString:
    """A clause or a remark of a content, as paragraphs and lists."""
    formats = content.get("formats")
    if not formats:
        return format_html("<p>{}</p>", linebreaksbr(content["text"], autoescape=True))
    stretches = groupby(formats, key=lambda line: line["kind"])
    return format_html_join("", "{}", ((_stretch(kind, list(lines)),) for kind, lines in stretches))


def _stretch(kind: str, lines: list[Mapping[str, Any]]) -> SafeString:
    if kind not in LISTS:
        return format_html_join("", "<p>{}</p>", ((_line(line),) for line in lines))
    return format_html(LISTS[kind], format_html_join("", "<li>{}</li>", ((_line(line),) for line in lines)))


def _line(line: Mapping[str, Any]) -> SafeString:
    return format_html_join("", "{}", ((_run(run),) for run in line["runs"]))


def _run(run: Mapping[str, Any]) -> SafeString:
    said = format_html("{}", run["text"])
    for mark in run.get("marks", ()):
        said = format_html(MARKS.get(mark, "{}"), said)
    if is_safe_link(run.get("link")):
        said = format_html('<a href="{}" rel="noopener">{}</a>', run["link"], said)
    return said
