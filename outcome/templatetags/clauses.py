"""The words of a clause on a page: with their marks and lists where there are any, plain otherwise."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from outcome.publishing.blocks import Block, Run, run_of, stretches

register = template.Library()
LISTS = {"bullet": "<ul>{}</ul>", "number": "<ol>{}</ol>"}


@register.simple_tag
def words(content: Mapping[str, Any]) -> SafeString:
    """A clause or a remark of a content, as paragraphs and lists."""
    formats = content.get("formats")
    if not formats:
        return format_html("<p>{}</p>", linebreaksbr(content["text"], autoescape=True))
    stretches = groupby(formats, key=lambda line: line["kind"])
    return format_html_join("", "{}", ((_stretch(kind, list(lines)),) for kind, lines in stretches))


@register.simple_tag
def blocks(found: Sequence[Block], number: int | None = None, term: str = "") -> SafeString:
    """Paragraphs and lists, each in its own direction; a number or a term opens the first paragraph."""
    opening = format_html("<strong>{}.</strong> ", number) if number else SafeString("")
    opening = format_html("<em>{}</em> ", term) if term else opening
    said = []
    for kind, some in stretches(found):
        if kind in LISTS:
            items = format_html_join("", '<li dir="auto">{}</li>', ((_lines(block),) for block in some))
            said.append(format_html("<p>{}</p>", opening) if opening else SafeString(""))
            said.append(format_html(LISTS[kind], items))
        else:
            first, *rest = some
            said.append(format_html('<p dir="auto">{}{}</p>', opening, _lines(first)))
            said += [format_html('<p dir="auto">{}</p>', _lines(block)) for block in rest]
        opening = SafeString("")
    return format_html_join("\n", "{}", ((one,) for one in said))


def _lines(block: Block) -> SafeString:
    lines = (format_html_join("", "{}", ((run_html(run),) for run in line)) for line in block.lines)
    return format_html_join(SafeString("<br>"), "{}", ((line,) for line in lines))


def _stretch(kind: str, lines: list[Mapping[str, Any]]) -> SafeString:
    if kind not in LISTS:
        return format_html_join("", "<p>{}</p>", ((_line(line),) for line in lines))
    return format_html(LISTS[kind], format_html_join("", "<li>{}</li>", ((_line(line),) for line in lines)))


def _line(line: Mapping[str, Any]) -> SafeString:
    return format_html_join("", "{}", ((run_html(run_of(run)),) for run in line["runs"]))


def run_html(run: Run) -> SafeString:
    """Words with their marks and their link."""
    said = format_html("{}", run.text)
    for mark, there in (("<em>{}</em>", run.em), ("<strong>{}</strong>", run.strong)):
        said = format_html(mark, said) if there else said
    if run.link:
        said = format_html('<a href="{}" rel="noopener">{}</a>', run.link, said)
    return said
