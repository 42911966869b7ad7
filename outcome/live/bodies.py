"""The words of a clause in the shared document, and how other words are put in their place. Pure, over pycrdt.

A body is an XmlFragment of paragraphs and lists, as y-prosemirror writes it. As plain text it is one line a paragraph
or item, items with "- " or "1. " before them. Places are counted in UTF-8 bytes, as pycrdt does; nothing here
resolves a browser's positions.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from pycrdt import XmlElement, XmlFragment, XmlText

from academy.word_changes import TOKEN

LISTS = {"bullet_list": "- ", "ordered_list": ""}
LINE = re.compile(r"^(?P<bullet>[-•*] )|^(?P<number>\d{1,3}\. )")

Run = dict[str, Any]


@dataclass(frozen=True)
class Line:
    """A paragraph or an item: what it hangs in, and its text with its marks."""

    kind: str  # "paragraph", "bullet" or "number"
    runs: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    texts: tuple[XmlText, ...] = ()

    @property
    def text(self) -> str:
        return "".join(text for text, _marks in self.runs)


def lines_of(body: XmlFragment | XmlElement, kind: str = "paragraph") -> Iterator[Line]:
    """The paragraphs and items of a body, in order; what has no place in one is passed over.

    However deep somebody nested the nodes: what one update hung in the text must not keep it from being read.
    """
    stack = [(iter(body.children), kind)]
    while stack:
        nodes, kind = stack[-1]
        node = next(nodes, None)
        if node is None:
            stack.pop()
        elif isinstance(node, XmlText):
            # Text that hangs beside the paragraphs, which no editor writes, is still somebody's words.
            if runs := tuple(_runs(node)):
                yield Line(kind, runs, (node,))
        elif isinstance(node, XmlElement) and node.tag == "paragraph":
            texts = tuple(child for child in node.children if isinstance(child, XmlText))
            yield Line(kind, tuple(run for text in texts for run in _runs(text)), texts)
        elif isinstance(node, XmlElement):
            inside = {"bullet_list": "bullet", "ordered_list": "number"}.get(node.tag or "", kind)
            stack.append((iter(node.children), inside))


def _runs(text: XmlText) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    for piece, marks in text.diff():
        if isinstance(piece, str) and piece:
            yield piece, tuple(sorted(_marks(marks or {})))


def _marks(marks: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in marks.items():
        if value is not None:
            yield name, value.get("href", "") if isinstance(value, dict) else ""


def plain(body: XmlFragment) -> str:
    """A body as plain text, tidied: one line a paragraph or item, no blanks around it, in Unicode form NFC."""
    return tidied(line for line in _plain_lines(body))


def tidied(lines: Any) -> str:
    return unicodedata.normalize("NFC", "\n".join(lines)).strip()


def _plain_lines(body: XmlFragment) -> Iterator[str]:
    number = 0
    for line in lines_of(body):
        number = number + 1 if line.kind == "number" else 0
        yield {"bullet": "- ", "number": f"{number}. "}.get(line.kind, "") + line.text


def formatted(body: XmlFragment) -> list[Run] | None:
    """A body with its marks and lists as a JSON value; None if it has none, as the plain text says it all."""
    lines = [line for line in lines_of(body) if line.text.strip()]
    if all(line.kind == "paragraph" and not any(marks for _text, marks in line.runs) for line in lines):
        return None
    return [
        {"kind": line.kind, "runs": [_run(text, dict(marks)) for text, marks in line.runs]} for line in lines
    ]


def _run(text: str, marks: dict[str, str]) -> Run:
    run: Run = {"text": unicodedata.normalize("NFC", text)}
    if marks:
        run["marks"] = sorted(name for name in marks if name != "link")
        if "link" in marks:
            run["link"] = marks["link"]
    return run


def fill(body: XmlFragment, text: str, formats: Sequence[Run] | None = None) -> None:
    """Put words into an empty body: from their marks and lists if there are any, else one paragraph a line."""
    plain_rows: list[Run] = [{"kind": "paragraph", "runs": [{"text": line}]} for line in text.split("\n")]
    rows = formats or plain_rows
    last: tuple[str, XmlElement] | None = None
    for row in rows:
        parent: XmlFragment | XmlElement = body
        if row["kind"] != "paragraph":
            tag = "bullet_list" if row["kind"] == "bullet" else "ordered_list"
            if last is None or last[0] != tag:
                last = tag, XmlElement(tag)
                body.children.append(last[1])
            parent = XmlElement("list_item")
            last[1].children.append(parent)
        else:
            last = None
        _append_paragraph(parent, row["runs"])


def _append_paragraph(parent: XmlFragment | XmlElement, runs: Sequence[Run]) -> None:
    paragraph = XmlElement("paragraph")
    parent.children.append(paragraph)
    # An empty paragraph has its text, too: two people who began one each would have their first words doubled.
    text = XmlText()
    paragraph.children.append(text)
    _insert_runs(text, 0, runs)


def _insert_runs(text: XmlText, place: int, runs: Sequence[Run]) -> None:
    for run in runs:
        if not run["text"]:
            continue
        marks: dict[str, Any] = {name: {} for name in run.get("marks", ())}
        if "link" in run:
            marks["link"] = {"href": run["link"]}
        text.insert(place, run["text"], marks or None)
        place += len(run["text"].encode())


def rewrite(body: XmlFragment, text: str) -> None:
    """Give a body these words, changing only the words that differ, so that others may go on writing in it."""
    wanted = text.split("\n")
    lines = list(lines_of(body))
    have = list(_plain_lines(body))
    if tidied(have) == tidied(wanted):
        return
    if len(have) != len(wanted) or any(len(line.texts) > 1 for line in lines):
        _replace_lines(body, have, wanted)
        return
    for line, old, new in zip(lines, have, wanted, strict=True):
        if old != new:
            _reword_line(body, line, old, new)


def _reword_line(body: XmlFragment, line: Line, old: str, new: str) -> None:
    prefix = old[: len(old) - len(line.text)]
    if not line.texts or not new.startswith(prefix):
        _replace_lines(
            body, list(_plain_lines(body)), [new if have == old else have for have in _plain_lines(body)]
        )
        return
    reword(line.texts[0], new[len(prefix) :])


def reword(target: Any, text: str) -> None:
    """Turn one text into another word by word; `target` is a Text or XmlText of pycrdt."""
    have = "".join(piece for piece, _marks in target.diff() if isinstance(piece, str))
    before, after = TOKEN.findall(have), TOKEN.findall(text)
    place = 0
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        gone, come = "".join(before[i1:i2]), "".join(after[j1:j2])
        if tag == "equal":
            place += len(gone.encode())
            continue
        if gone:
            del target[place : place + len(gone.encode())]
        if come:
            target.insert(place, come)
            place += len(come.encode())


def _replace_lines(body: XmlFragment, have: list[str], wanted: list[str]) -> None:
    """Change whole lines where lines came or went; the nodes of those that stay are left alone.

    Lists are written anew when a line in them changes.
    """
    nodes: list[Any] = list(body.children)
    if len(nodes) != len(have) or any(not _is_paragraph(node) for node in nodes):
        del body.children[0 : len(nodes)]
        fill(body, "\n".join(wanted))
        return
    matcher = SequenceMatcher(None, have, wanted, autojunk=False)
    for tag, i1, i2, j1, j2 in reversed(matcher.get_opcodes()):
        if tag == "equal":
            continue
        common = min(i2 - i1, j2 - j1)
        for offset in range(common):
            texts = [child for child in nodes[i1 + offset].children if isinstance(child, XmlText)]
            if len(texts) == 1:
                reword(texts[0], wanted[j1 + offset])
            else:
                del body.children[i1 + offset : i1 + offset + 1]
                _insert_paragraph(body, i1 + offset, wanted[j1 + offset])
        if i2 - i1 > common:
            del body.children[i1 + common : i2]
        for offset in range(common, j2 - j1):
            _insert_paragraph(body, i1 + offset, wanted[j1 + offset])


def _is_paragraph(node: Any) -> bool:
    return isinstance(node, XmlElement) and node.tag == "paragraph"


def _insert_paragraph(body: XmlFragment, place: int, text: str) -> None:
    paragraph = XmlElement("paragraph")
    body.children.insert(place, paragraph)
    words = XmlText()
    paragraph.children.append(words)
    if text:
        words.insert(0, text)


def cut(body: XmlFragment, at: int) -> tuple[str, list[Run]]:
    """Take the words from a place in the raw text to the end out of a body, and return them.

    Args:
        at: counted in characters of `raw`.

    Returns: the words as plain text, and with their marks and lists.
    """
    tail: list[Run] = []
    seen = 0
    for line in list(lines_of(body)):
        length = len(line.text)
        if seen + length <= at and not tail:
            seen += length + 1
            continue
        begin = max(0, at - seen)
        tail.append({"kind": line.kind, "runs": [_run(text, dict(m)) for text, m in _from(line.runs, begin)]})
        for text in line.texts:
            size = len("".join(piece for piece, _m in text.diff() if isinstance(piece, str)).encode())
            start = len(line.text[:begin].encode()) if len(line.texts) == 1 else 0
            if size > start:
                del text[start:size]
        seen += length + 1
    _drop_empty_end(body)
    words = "\n".join("".join(run["text"] for run in row["runs"]) for row in tail)
    return words, tail


def _from(runs: Any, begin: int) -> Iterator[tuple[str, Any]]:
    for text, marks in runs:
        if begin < len(text):
            yield text[begin:], marks
        begin = max(0, begin - len(text))


def _drop_empty_end(body: XmlFragment) -> None:
    """Take away the nodes at the end that hold no words any more, but never the first one."""
    nodes = list(body.children)
    last = len(nodes)
    while last > 1 and not "".join(line.text for line in _of_node(nodes[last - 1])):
        last -= 1
    if last < len(nodes):
        del body.children[last : len(nodes)]


def _of_node(node: Any) -> Iterator[Line]:
    if isinstance(node, XmlText):
        yield Line("paragraph", tuple(_runs(node)), (node,))
    elif node.tag == "paragraph":
        texts = tuple(child for child in node.children if isinstance(child, XmlText))
        yield Line("paragraph", tuple(run for text in texts for run in _runs(text)), texts)
    else:
        yield from lines_of(node)


def raw(body: XmlFragment) -> str:
    """The text as an editor counts it: lines without the signs of lists, joined by line breaks, nothing tidied."""
    return "\n".join(line.text for line in lines_of(body))


def join(body: XmlFragment, rows: Sequence[Run]) -> None:
    """Put lines at the end of a body; where two paragraphs meet, they become one."""
    lines = list(lines_of(body))
    rest = list(rows)
    if lines and rest and lines[-1].kind == rest[0]["kind"] == "paragraph" and lines[-1].text.strip():
        text = lines[-1].texts[-1]
        place = len("".join(piece for piece, _m in text.diff() if isinstance(piece, str)).encode())
        if not lines[-1].text.endswith((" ", "\n")):
            text.insert(place, " ")
            place += 1
        _insert_runs(text, place, rest.pop(0)["runs"])
    elif not plain(body):
        del body.children[0 : len(body.children)]
    if rest:
        fill(body, "", rest)


def whole(body: XmlFragment) -> list[Run]:
    """All lines of a body with their marks, to be put in elsewhere."""
    return [
        {"kind": line.kind, "runs": [_run(text, dict(m)) for text, m in line.runs]} for line in lines_of(body)
    ]
