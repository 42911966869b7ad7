"""Footnotes: a mark after a word, and a line that begins with the same mark."""

import re
from collections.abc import Iterable
from dataclasses import replace

from programme.outline.lines import Line

_MARK = r"[¹²³⁰⁴-⁹]{1,3}|\[\^[\w-]{1,20}\]|\[\d{1,3}\]|[†‡]|\*(?=[^\s*])"
_DEFINITION = re.compile(rf"(?P<mark>{_MARK})\s*[:.)]?\s*(?P<text>\S.*)$")
_REFERENCE = re.compile(
    r"(?<=\S)(?:[¹²³⁰⁴-⁹]{1,3}|\s?\[\^[\w-]{1,20}\]|\s?\[\d{1,3}\]|[†‡]|(?<![\s*])\*(?![\w*]))"
)


def definition(line: Line) -> tuple[str, str] | None:
    """The mark and the text of a footnote, if the line begins with a mark."""
    match = None if line.cells else _DEFINITION.match(line.text)
    # "*10:00* opening" is emphasis.
    if not match or (match["mark"] == "*" and "*" in match["text"]):
        return None
    return match["mark"], match["text"]


def marks_in(line: Line) -> list[str]:
    """The marks that stand after a word of the line."""
    body = line.text
    return [match[0].strip() for match in _REFERENCE.finditer(body)]


def without_marks(lines: Iterable[Line]) -> tuple[list[Line], dict[int, list[str]]]:
    """The lines without the marks of footnotes that exist; for each line number, the marks that stood in it."""
    lines = _with_starred_note(list(lines))
    defined = {found[0] for line in lines if (found := definition(line))}
    if not defined:
        return lines, {}
    marks: dict[int, list[str]] = {}
    bare = []
    for line in lines:
        known = [mark for mark in marks_in(line) if mark in defined]
        if known:
            marks[line.number] = known
        bare.append(_bare(line, defined) if known else line)
    return bare, marks


def _with_starred_note(lines: list[Line]) -> list[Line]:
    """The lines, with the one that begins with a star and a blank as a footnote if a word has a star after it.

    Where several lines begin so, they are a list.
    """
    starred = [line for line in lines if line.bulleted and line.whole.startswith("* ")]
    is_meant = len(starred) == 1 and any("*" in marks_in(line) for line in lines if line is not starred[0])
    if not is_meant:
        return lines
    note = starred[0]
    text = f"*{note.text}"
    return [replace(line, text=text, whole=text, bulleted=False) if line is note else line for line in lines]


def _bare(line: Line, defined: set[str]) -> Line:
    def strip(text: str) -> str:
        return _REFERENCE.sub(lambda match: "" if match[0].strip() in defined else match[0], text)

    return replace(
        line, text=strip(line.text), whole=strip(line.whole), cells=tuple(strip(cell) for cell in line.cells)
    )
