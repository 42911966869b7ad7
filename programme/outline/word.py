"""DOCX as text: headings, bullets, bold lines, tables and footnotes with the marks of Markdown.

Only the texts are read, with the standard library, from a file whose size unpacked is known before: no picture, no
linked file, no macro is looked at, and a document type declaration (which could define entities) is refused.
"""

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree import ElementTree as ET

from django.utils.translation import gettext as _

from programme.outline.dates import read_date, read_day_head
from programme.outline.errors import Unreadable
from programme.outline.hours import read_span
from programme.outline.wording import EDGE

MOST_DOCX, MOST_XML, MOST_FILES, DEEPEST = 8_000_000, 12_000_000, 2_000, 250
# What the standard library raises for packages that are broken, encrypted, or packed in a way it does not know.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ET.ParseError,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WRAPPERS = frozenset(f"{_W}{name}" for name in ("sdt", "sdtContent", "ins", "customXml"))
_BOX = f"{_W}txbxContent"
_UNSEEN = frozenset(
    (f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
)
_HEADING = re.compile(r"(?:heading|berschrift|überschrift|titre)\s?([1-6])$", re.IGNORECASE)
_EDGE_FILE = re.compile(r"word/(?:header|footer)\d*\.xml")
_LIST = re.compile(r"(?:list|aufz|puces|liste)", re.IGNORECASE)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def read_docx(content: bytes) -> str:
    """The text of a DOCX file.

    Raises:
        Unreadable: it is too large, unpacks to too much, or is no DOCX.
    """
    if len(content) > MOST_DOCX:
        raise Unreadable(_("This file is too large: an outline in DOCX may have at most 8 MB."))
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            _insist_on_size(package)
            body = _xml(package, "word/document.xml").find(f"{_W}body")
            notes = _notes(package, "footnote") | _notes(package, "endnote")
            edges = _edges(package)
    except _BROKEN as e:
        raise Unreadable(
            _("This is no DOCX file that could be opened; it may be broken or encrypted.")
        ) from e
    if body is None:
        raise Unreadable(_("There is no text in this DOCX file."))
    lines = [line for block in _blocks(body) for line in _lines(block)]
    marks = [f"[^{key}]: {text}" for key, text in notes.items()]
    return "\n".join([*lines, "", *marks, "", *(f"{EDGE} {text}" for text in edges)]).strip("\n") + "\n"


def docx_words(content: bytes) -> str:
    """The words of a DOCX file, a line for each paragraph; neither the numbers of lists nor what was struck out.

    Raises:
        Unreadable: it unpacks to too much, or is no DOCX.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            _insist_on_size(package)
            body = _xml(package, "word/document.xml")
    except _BROKEN as e:
        raise Unreadable(
            _("This is no DOCX file that could be opened; it may be broken or encrypted.")
        ) from e
    return "\n".join(_plain_words(paragraph) for paragraph in body.iter(f"{_W}p"))


def _plain_words(element: ET.Element) -> str:
    if element.tag in _UNSEEN:
        return ""
    if element.tag in (f"{_W}br", f"{_W}tab", f"{_W}cr"):
        return "\n"
    own = element.text or "" if element.tag == f"{_W}t" else ""
    return own + "".join(_plain_words(child) for child in element)


def _insist_on_size(package: zipfile.ZipFile) -> None:
    """Refuse what would not fit when unpacked. No more than the size that is said is ever unpacked."""
    files = package.infolist()
    texts = sum(entry.file_size for entry in files if entry.filename.endswith((".xml", ".rels")))
    total = sum(entry.file_size for entry in files)
    if len(files) > MOST_FILES or texts > MOST_XML or total > 10 * MOST_DOCX:
        raise Unreadable(_("This DOCX file unpacks to far more than an outline can hold. It was not opened."))


def _xml(package: zipfile.ZipFile, name: str) -> ET.Element:
    entry = package.getinfo(name)
    with package.open(entry) as file:
        # Not `package.read`: it unpacks everything first, whatever size the entry says it has.
        raw = file.read(entry.file_size + 1)
    if b"<!" in raw.replace(b"<!--", b"") or b"\x00" in raw:
        raise ValueError(name)
    tree = ET.fromstring(raw)  # noqa: S314  # without a document type there are no entities to expand
    _insist_on_depth(tree)
    return tree


def _insist_on_depth(tree: ET.Element) -> None:
    """Refuse tables within tables within tables, which nobody could read."""
    level = [tree]
    for _depth in range(DEEPEST):
        level = [child for element in level for child in element]
        if not level:
            return
    raise Unreadable(_("Texts or tables in this DOCX file lie too deep within each other. It was not read."))


def _notes(package: zipfile.ZipFile, kind: str) -> dict[str, str]:
    """The texts of the footnotes or endnotes by their marks."""
    if f"word/{kind}s.xml" not in package.namelist():
        return {}
    notes = {}
    for note in _xml(package, f"word/{kind}s.xml").findall(f"{_W}{kind}"):
        text = " ".join(" ".join(_words(p) for p in note.iter(f"{_W}p")).split())
        if text and note.get(f"{_W}type") is None:
            notes[_mark(kind, note.get(f"{_W}id", ""))] = text
    return notes


def _mark(kind: str, number: str) -> str:
    return number if kind == "footnote" else f"e{number}"


def _edges(package: zipfile.ZipFile) -> list[str]:
    """What stands at the head or foot of the pages, each text once; numbers of pages alone are left out."""
    texts: dict[str, None] = {}
    for name in sorted(package.namelist()):
        if _EDGE_FILE.fullmatch(name):
            for paragraph in _xml(package, name).iter(f"{_W}p"):
                text = " ".join(_words(paragraph).split())
                if any(map(str.isalpha, text)):
                    texts[text] = None
    return list(texts)


def _blocks(body: ET.Element) -> Iterator[ET.Element]:
    """Paragraphs and tables in their order, also those within content controls."""
    waiting = list(reversed(body))
    while waiting:
        block = waiting.pop()
        if block.tag in {f"{_W}p", f"{_W}tbl"}:
            yield block
        elif block.tag in _WRAPPERS:
            waiting += reversed(block)


def _lines(block: ET.Element) -> list[str]:
    return _table(block) if block.tag == f"{_W}tbl" else _paragraph(block)


def _paragraph(paragraph: ET.Element) -> list[str]:
    """A paragraph as one or more lines and an empty one, so that paragraphs stay apart; bullets stand close."""
    lines = [line.strip() for line in _words(paragraph).split("\n") if line.strip()]
    if not lines:
        return [""]
    style, level = _style(paragraph), _list_level(paragraph)
    if heading := _HEADING.search(style):
        return ["", *(f"{'#' * int(heading[1])} {line}" for line in lines), ""]
    if level is not None or _LIST.match(style):
        return [f"{'  ' * (level or 0)}- {lines[0]}", *lines[1:]]
    if _is_bold(paragraph):
        lines = [f"**{line}**" for line in lines]
    return ["", *lines]


def _table(table: ET.Element) -> list[str]:
    """A row as one line with bars; what else its cells hold stands in the same cell after a break."""
    lines = [""]
    above: dict[int, str] = {}
    for row in _within(table, "tr"):
        cells = _cells(row, above)
        filled = [cell for cell in cells if cell]
        if filled and filled == [cells[0]] and read_day_head(filled[0], stands_out=True):
            lines += filled
        elif len(filled) == len(cells) == 1:
            lines += ["", *filled[0].split("<br>")]
        elif filled:
            lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def _cells(row: ET.Element, above: dict[int, str]) -> list[str]:
    """The cells of a row at the places of their columns; a time or date over several rows stands in each of them.

    Args:
        above: what stands in cells that are merged downwards, by column; kept up to date.
    """
    cells: list[str] = []
    for cell in _within(row, "tc"):
        text = "<br>".join(_cell(cell))
        merged = cell.find(f"{_W}tcPr/{_W}vMerge")
        if merged is None:
            above.pop(len(cells), None)
        elif merged.get(f"{_W}val") == "restart":
            above[len(cells)] = text
        elif not text and _tells_when(above.get(len(cells), "")):
            text = above[len(cells)]
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        width = "1" if span is None else span.get(f"{_W}val", "1")
        cells += [text] + [""] * (min(int(width), 60) - 1 if width.isdigit() else 0)
    return cells


def _tells_when(text: str) -> bool:
    return bool(read_span(text) or read_date(text))


def _within(parent: ET.Element, name: str) -> Iterator[ET.Element]:
    """The rows of a table, or the cells of a row, also those in content controls; not those of a table within."""
    waiting = list(reversed(parent))
    while waiting:
        child = waiting.pop()
        if child.tag == f"{_W}{name}":
            yield child
        elif child.tag in _WRAPPERS:
            waiting += reversed(child)


def _cell(cell: ET.Element) -> list[str]:
    """The lines of a cell; a table within it gives a line a row."""
    texts = []
    for block in _blocks(cell):
        if block.tag == f"{_W}tbl":
            rows = (
                " ".join(" ".join(_cell(inner)) for inner in _within(row, "tc"))
                for row in _within(block, "tr")
            )
            texts += [" ".join(row.split()) for row in rows if row.strip()]
            continue
        bullet = "- " if _list_level(block) is not None or _LIST.match(_style(block)) else ""
        for line in _words(block).replace("|", "/").split("\n"):
            texts += [f"{bullet}{line.strip()}"] if line.strip() else []
    return texts


def _words(paragraph: ET.Element) -> str:
    """The text of a paragraph; raised figures and footnotes keep their marks, deleted text is left out."""
    texts = []
    for run in _runs(paragraph):
        if run.tag == _BOX:
            texts.append("\n")
            continue
        raised = run.find(f"{_W}rPr/{_W}vertAlign[@{_W}val='superscript']") is not None
        for part in run:
            if part.tag == f"{_W}t":
                text = part.text or ""
                texts.append(text.translate(_RAISED) if raised and text.strip().isdigit() else text)
            elif part.tag in {f"{_W}br", f"{_W}cr"}:
                texts.append("\n")
            elif part.tag == f"{_W}tab":
                texts.append("\t")
            elif part.tag in {f"{_W}footnoteReference", f"{_W}endnoteReference"}:
                kind = part.tag.removeprefix(_W).removesuffix("Reference")
                texts.append(f"[^{_mark(kind, part.get(f'{_W}id', ''))}]")
            elif part.tag == f"{_W}noBreakHyphen":
                texts.append("-")
    return "".join(texts)


def _runs(paragraph: ET.Element) -> Iterator[ET.Element]:
    """The pieces of a paragraph that are to be seen, those of its text boxes each after their box.

    Hidden text, what was moved away, and what older programs would show instead of a text box are none of it.
    """
    waiting = list(reversed(paragraph))
    while waiting:
        element = waiting.pop()
        if element.tag in _UNSEEN or (element.tag == f"{_W}r" and _is_hidden(element)):
            continue
        if element.tag in {f"{_W}r", _BOX}:
            yield element
        waiting += reversed(element)


def _is_hidden(run: ET.Element) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val", "1") not in {"0", "false"}


def _style(paragraph: ET.Element) -> str:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return "" if style is None else style.get(f"{_W}val", "")


def _list_level(paragraph: ET.Element) -> int | None:
    """How deep in a list a paragraph stands; None if in none."""
    numbering = paragraph.find(f"{_W}pPr/{_W}numPr")
    if numbering is None:
        return None
    level = numbering.find(f"{_W}ilvl")
    value = "0" if level is None else level.get(f"{_W}val", "0")
    return min(int(value), 8) if value.isdigit() else 0


def _is_bold(paragraph: ET.Element) -> bool:
    """Whether everything that is written in a paragraph is bold."""
    runs = [
        run for run in paragraph.iter(f"{_W}r") if "".join(t.text or "" for t in run.iter(f"{_W}t")).strip()
    ]
    marks = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    return bool(runs) and all(
        mark is not None and mark.get(f"{_W}val", "1") not in {"0", "false"} for mark in marks
    )
