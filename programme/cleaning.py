"""What a text must lose before it travels: characters that calendars, XML and spreadsheets cannot hold. Pure."""

import re

# Control characters but tab and line feed, halves of surrogate pairs, non-characters, other line separators.
UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def clean(text: str) -> str:
    """The text with plain line feeds and without characters that break the formats it goes into."""
    return UNFIT.sub(
        "", text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    )


def one_line(text: str) -> str:
    """The text in one line, with single blanks."""
    return " ".join(clean(text).split())
