"""Files that are no outlines are refused in words, and cost neither memory nor time."""

from __future__ import annotations

import tracemalloc
import zipfile
from io import BytesIO

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st

from programme.outline.errors import TooLong, Unreadable
from programme.outline.parsing import parse
from programme.outline.reading import MOST_LINES, MOST_TEXT, read_outline_file
from programme.outline.word import MOST_DOCX
from tests.programme.outlines.making import french_docx, saved

MEGABYTE = 1_000_000


def zipped(files: dict[str, bytes]) -> bytes:
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(name, text)
    return content.getvalue()


def with_document(text: str | bytes) -> bytes:
    return zipped({"word/document.xml": text.encode() if isinstance(text, str) else text})


BODY = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>'
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + BODY.format(
    "<w:p><w:r><w:t>&b;</w:t></w:r></w:p>"
)
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>' + BODY.format(
    "<w:p><w:r><w:t>&a;</w:t></w:r></w:p>"
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "There is nothing in it."),
        (b"  \n\n ", "There is nothing in it."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "control characters"),
        (b"text\x00text", "control characters"),
        (b"\x81\x8d\x8f", "no text that can be read"),
        (b"%PDF-1.7 x", "PDF and RTF files cannot be read"),
        (b"\xd0\xcf\x11\xe0rest", "old Word file"),
        (b"a" * (MOST_TEXT + 1), "too large for an outline"),
        (b"a\n" * (MOST_LINES + 1), "lines; an outline may have at most"),
        (b"a" * 10_001, "Line 1 has more than"),
        (b"PK\x03\x04broken", "no DOCX file that could be opened"),
        (zipped({"hello.txt": b"hello"}), "no DOCX file that could be opened"),
        (with_document("<w:document>"), "no DOCX file that could be opened"),
        (with_document(LAUGHS), "no DOCX file that could be opened"),
        (with_document(LAUGHS.encode("utf-16")), "no DOCX file that could be opened"),
        (with_document(OUTSIDE), "no DOCX file that could be opened"),
        (with_document(BODY.format("")), "There is nothing in it."),
        (b"PK\x03\x04" + b"0" * MOST_DOCX, "at most 8 MB"),
    ],
)
def test_what_is_no_outline_is_refused_in_words(content, words):
    with pytest.raises(Unreadable) as refused:
        read_outline_file(content)
    assert words in str(refused.value)


def test_ten_megabytes_of_text_are_refused():
    with pytest.raises(Unreadable, match="too large for an outline"):
        read_outline_file(b"09:00-10:00 Talk\n" * 600_000)


def peak_of(action) -> int:
    """The most memory that an action holds, in bytes."""
    tracemalloc.start()
    try:
        action()
    except Unreadable:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


@pytest.mark.parametrize("name", ["word/document.xml", "word/media/picture.png"])
def test_a_file_that_unpacks_to_very_much_is_not_unpacked(name):
    bomb = zipped({"word/document.xml": b"<x/>", name: b" " * (100 * MEGABYTE)})
    assert len(bomb) < MEGABYTE
    with pytest.raises(Unreadable, match="unpacks to far more"):
        read_outline_file(bomb)
    assert peak_of(lambda: read_outline_file(bomb)) < 4 * MEGABYTE


def test_unpacked_it_would_have_cost_the_memory():
    """The control: the file is what it pretends to be."""
    bomb = zipped({"word/document.xml": b" " * (100 * MEGABYTE)})
    with zipfile.ZipFile(BytesIO(bomb)) as package:
        assert peak_of(lambda: package.read("word/document.xml")) > 90 * MEGABYTE


def test_a_file_that_lies_about_its_size_is_refused():
    honest = zipped({"word/document.xml": b" " * (50 * MEGABYTE)})
    size = (50 * MEGABYTE).to_bytes(4, "little")
    liar = honest.replace(size, (1000).to_bytes(4, "little"))
    assert liar != honest
    with pytest.raises(Unreadable, match="no DOCX file that could be opened"):
        read_outline_file(liar)
    assert peak_of(lambda: read_outline_file(liar)) < 4 * MEGABYTE


def test_fifty_thousand_sessions_are_refused_within_memory():
    source = "1 February 2022: X\n" + "\n".join(f"{n % 23:02}:00 T{n}" for n in range(50_000))
    content = source.encode()
    with pytest.raises(Unreadable):
        read_outline_file(content)
    assert peak_of(lambda: read_outline_file(content)) < 20 * MEGABYTE
    with pytest.raises(TooLong, match="at most 366 days and 5000 items"):
        parse(source)
    assert peak_of(lambda: parse(source)) < 150 * MEGABYTE


def test_an_outline_as_large_as_is_allowed_is_read():
    """The control: what is refused is refused for its size."""
    source = "1 February 2022: X\n" + "\n".join(f"{n % 23:02}:00 Talk {n}" for n in range(4_900))
    assert len(parse(read_outline_file(source.encode())).outline.days[0].items) == 4_900


def outcome_of(content: bytes) -> str:
    """Why the content is refused, or that it was read."""
    try:
        parse(read_outline_file(content))
    except Unreadable as refused:
        return str(refused)
    return "read"


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_are_read_or_refused(content):
    for tried in (content, b"PK\x03\x04" + content):
        assert outcome_of(tried) != ""


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_a_docx_with_a_broken_byte_is_read_or_refused(data):
    content = bytearray(french_docx())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=6)):
        content[place] ^= data.draw(st.integers(1, 255))
    assert outcome_of(bytes(content)) != ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_in_the_encodings_that_editors_write(encoding):
    assert read_outline_file("Begrüßung – 1. März\r\n".encode(encoding)) == "Begrüßung – 1. März\r\n"


def test_headings_bullets_bold_lines_and_raised_figures_of_a_docx_keep_their_marks():
    document = Document()
    document.add_heading("A day", 2)
    document.add_paragraph("one", style="List Bullet")
    document.add_paragraph().add_run("strong").bold = True
    paragraph = document.add_paragraph("Drivers")
    paragraph.add_run("1").font.superscript = True
    text = read_outline_file(saved(document))
    assert [line for line in text.split("\n") if line] == ["## A day", "- one", "**strong**", "Drivers¹"]
