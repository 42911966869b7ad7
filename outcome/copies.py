"""The words of a copy in any form in which the document leaves the site: Word, page, legal document, Markdown, text."""

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

from django.utils.translation import gettext_lazy as _

from academy.errors import Invalid
from programme.outline.errors import Unreadable
from programme.outline.word import docx_words

LAW = "{http://docs.oasis-open.org/legaldocml/ns/akn/3.0}"
BLOCKS = frozenset(f"{LAW}{name}" for name in ("p", "li", "heading", "num"))
UNREAD = frozenset(("script", "style", "title", "template"))
MARKDOWN = re.compile(
    r"\\(?P<meant>[^\sA-Za-z0-9])|(?P<address>\]\(<[^<>]*>\))|(?P<sign>\*+|</?(?:em|strong)>|\[)|(?P<code>`)"
)
LINE_SIGNS = re.compile(r"^(?:> ?)*(?:#{1,6} |- |---$)?", re.MULTILINE)
# What our Markdown begins with, and has before its sections.
IS_MARKDOWN = re.compile(r"\A\s*# \S.*\n(?:.*\n)*?## \S")


class NotReadable(Invalid):
    """It is in no form whose words can be read here."""

    message = _("This file is neither a text nor data (JSON). Copy its words and paste them below instead.")


def words_of_copy(made: bytes) -> str:
    """The words of a file, or its data (JSON) as it is.

    Raises:
        NotReadable
    """
    if made.startswith(b"PK"):
        try:
            return docx_words(made)
        except Unreadable as error:
            raise NotReadable from error
    try:
        text = made.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise NotReadable from error
    return plain_words(text)


def plain_words(text: str) -> str:
    """A text without the signs of a page, of a legal document, or of Markdown; every other one as it is."""
    start = text.lstrip()[:400].lower()
    if start.startswith(("<!doctype html", "<html")):
        return _of_page(text)
    if "<akomantoso" in start:
        return _of_law(text)
    if IS_MARKDOWN.match(text):
        return MARKDOWN.sub(lambda found: found["meant"] or "", LINE_SIGNS.sub("", text))
    return text


class _Page(HTMLParser):
    """The words of a page; what begins or ends a block parts them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.unread = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.unread += tag in UNREAD
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self.unread -= tag in UNREAD and self.unread > 0
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self.unread:
            self.said.append(data)

    def _part(self, tag: str) -> None:
        if tag not in ("em", "strong", "a", "b", "i", "span", "bdi"):
            self.said.append("\n")


def _of_page(text: str) -> str:
    page = _Page()
    page.feed(text)
    page.close()
    return "".join(page.said)


def _of_law(text: str) -> str:
    """The words of a legal document, without what it says about itself.

    Raises:
        NotReadable: it is not well formed, or defines entities.
    """
    if "<!" in text:
        raise NotReadable
    try:
        root = ET.fromstring(text.encode())  # noqa: S314  # without a document type there are no entities to expand
    except ET.ParseError as error:
        raise NotReadable from error
    found = [element for element in root.iter() if element.tag in BLOCKS]
    return "\n".join(_said(element) for element in found)


def _said(element: ET.Element) -> str:
    said = element.text or ""
    for child in element:
        said += ("\n" if child.tag == f"{LAW}eol" else _said(child)) + (child.tail or "")
    return said
