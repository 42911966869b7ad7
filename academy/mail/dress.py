"""How a mail looks: plain text as it was written, and the same words as a page of HTML. Pure.

The text knows three things only: an empty line ends a paragraph, lines that begin with "- " are a list, and an address
that begins with http:// or https:// is a link that says where it leads. Everything else is text and stays text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from academy.languages import direction_of

LINK = re.compile(r"https?://[^\s<>\"'`{}|\\^]+")
# What ends a sentence rather than an address.
AFTER_LINK = ".,;:!?)]}»”’"
FONT = "font-family:'Atkinson Hyperlegible Next','Segoe UI',system-ui,Arial,sans-serif"
STYLE = """
:root { color-scheme: light dark; supported-color-schemes: light dark }
@media (prefers-color-scheme: dark) {
  .sheet, .outside { background: #15171b !important }
  .sheet, .sheet p, .sheet li { color: #eceae4 !important }
  .head, .foot, .foot p { color: #a9adb6 !important; border-color: #343842 !important }
  .sheet a { color: #8fb7ff !important }
}
"""


@dataclass(frozen=True)
class Dress:
    """What surrounds the words of a mail: its head, and lines at its foot, each with the address it leads to or "".

    The foot may be in another language than the words: organisers write letters in more languages than we do.
    """

    head: str = ""
    language: str = ""
    foot: list[tuple[str, str]] = field(default_factory=list)
    foot_language: str = ""


def as_text(body: str, dress: Dress) -> str:
    """The plain text: the words, and the foot below the usual two dashes."""
    if not dress.foot:
        return body
    lines = [f"{words}: {address}" if address else words for words, address in dress.foot]
    return "\n".join([body.rstrip("\n"), "", "-- ", *lines, ""])


def as_page(subject: str, body: str, dress: Dress) -> str:
    """The same words as a page of HTML that needs nothing from elsewhere."""
    language = escape(dress.language or "en", quote=True)
    direction = direction_of(dress.language)
    head = (
        f'<p class="head" dir="auto" style="margin:0 0 20px;padding:0 0 12px;border-bottom:1px solid #dcd8cd;'
        f'color:#565b66;font-size:14px;line-height:1.4">{escape(dress.head)}</p>'
        if dress.head
        else ""
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{language}" dir="{direction}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(subject)}</title>\n<style>{STYLE}</style>\n</head>\n"
        f'<body class="outside" style="margin:0;padding:0;background:#fbfaf6">\n'
        f'<div class="sheet" style="max-width:600px;margin:0 auto;padding:24px 20px;background:#fbfaf6;'
        f'color:#1b1d22;{FONT};font-size:17px;line-height:1.55">\n{head}\n'
        f"{''.join(_blocks(body))}{_foot(dress)}</div>\n</body>\n</html>\n"
    )


def _blocks(body: str) -> Iterator[str]:
    """Paragraphs and lists, one after the other."""
    for paragraph in re.split(r"\n[ \t]*\n", body.strip("\n")):
        lines = [line.rstrip() for line in paragraph.split("\n") if line.strip()]
        for is_list, together in groupby(lines, key=lambda line: line.startswith("- ")):
            if is_list:
                items = "".join(f'<li style="margin:0 0 6px">{linked(line[2:])}</li>' for line in together)
                yield f'<ul style="margin:0 0 16px;padding:0 0 0 22px">{items}</ul>\n'
            else:
                yield f'<p style="margin:0 0 16px">{"<br>".join(linked(line) for line in together)}</p>\n'


def linked(line: str) -> str:
    """A line in HTML: escaped, its addresses as links whose words are the address itself."""
    parts, place = [], 0
    for found in LINK.finditer(line):
        address = found.group().rstrip(AFTER_LINK)
        parts.append(escape(line[place : found.start()]))
        parts.append(_link(address, address))
        place = found.start() + len(address)
    return "".join([*parts, escape(line[place:])])


def _link(address: str, words: str) -> str:
    return (
        f'<a href="{escape(address, quote=True)}" style="color:#1d4f9c;overflow-wrap:anywhere">'
        f"{escape(words)}</a>"
    )


def _foot(dress: Dress) -> str:
    if not dress.foot:
        return ""
    lines = "".join(
        f'<p style="margin:0 0 6px;color:#565b66">{_link(address, words) if address else escape(words)}</p>'
        for words, address in dress.foot
    )
    return (
        '<div class="foot" style="margin:28px 0 0;padding:14px 0 0;border-top:1px solid #dcd8cd;color:#565b66;'
        f'font-size:14px;line-height:1.45"{_of_its_own(dress)}>{lines}</div>\n'
    )


def _of_its_own(dress: Dress) -> str:
    """What tells browsers and screen readers that the foot is in another language than the words; with its blank."""
    code = dress.foot_language
    if not code or code == (dress.language or "en"):
        return ""
    return f' lang="{escape(code, quote=True)}" dir="{direction_of(code)}"'
