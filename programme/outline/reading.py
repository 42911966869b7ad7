"""From a file to the text of an outline: plain text, Markdown or DOCX; anything else is refused in words."""

import re

from django.utils.translation import gettext as _

from academy.text import FORBIDDEN
from programme.outline.errors import Unreadable
from programme.outline.lines import numbered
from programme.outline.word import MOST_DOCX, read_docx

# A text of this length, in any script, fits into a form with what is corrected beside it (DATA_UPLOAD_MAX_MEMORY_SIZE).
MOST_TEXT, MOST_LINES, LONGEST_LINE = 250_000, 10_000, 10_000
# The marks that some editors write at the start of a file or between words; everything else of the kind is refused.
# Marks of editors that say nothing: of width, of direction (a title never keeps one), of where a line may break.
_HARMLESS = re.compile("[\ufeff\u00ad\u200b-\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\x0b\x0c]")
_ZIP, _OLD_WORD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_outline_file(content: bytes) -> str:
    """The text of a file; of a DOCX file, a text that says the same with the marks of Markdown.

    What the file is, its content says and not its name.

    Raises:
        Unreadable: it is too large, no text, or a DOCX that is broken or hostile.
    """
    if content.startswith(_ZIP):
        return checked(read_docx(content))
    if content.startswith(_OLD_WORD):
        raise Unreadable(_("This is an old Word file. Please save it as DOCX or as text, and try again."))
    if content.startswith((b"%PDF", b"{\\rtf")):
        raise Unreadable(_("PDF and RTF files cannot be read. Please save the outline as DOCX or as text."))
    if len(content) > MOST_DOCX:
        raise Unreadable(_too_large())
    return checked(_decoded(content))


def checked(text: str) -> str:
    """The text, if it can be an outline.

    Raises:
        Unreadable: it is empty, too long, or holds control characters.
    """
    if len(text) > MOST_TEXT:
        raise Unreadable(_too_large())
    text = _HARMLESS.sub(lambda match: "\n" if match[0] in "\x0b\x0c\u2028\u2029" else "", text)
    if found := FORBIDDEN.search(text):
        words = _(
            "Line %(line)s holds control characters, as no text does. Please take them out, or choose another file."
        )
        raise Unreadable(words % {"line": text.count("\n", 0, found.start()) + 1})
    if not text.strip():
        raise Unreadable(
            _("There is nothing in it. Please choose a file with an outline, or paste its text.")
        )
    lines = numbered(text)
    if len(lines) > MOST_LINES:
        words = _("It has %(count)s lines; an outline may have at most %(limit)s.")
        raise Unreadable(words % {"count": len(lines), "limit": MOST_LINES})
    long = next((number for number, line in enumerate(lines, 1) if len(line) > LONGEST_LINE), None)
    if long:
        words = _("Line %(line)s has more than %(limit)s characters; that is no outline.")
        raise Unreadable(words % {"line": long, "limit": LONGEST_LINE})
    return text


def _decoded(content: bytes) -> str:
    """The text in UTF-8 or, with its mark, UTF-16; else in the encoding of older Windows programs."""
    has_mark = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if has_mark else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable(
        _("This is no text that can be read. Please save the outline as text in UTF-8, or as DOCX.")
    )


def _too_large() -> str:
    words = _("This is too large for an outline, which may have at most %(limit)s characters.")
    return words % {"limit": f"{MOST_TEXT:,}"}
