"""The Word file in another word processor: LibreOffice opens it, and reads its words, headings, lists and links."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from outcome.publishing import word
from outcome.publishing.publication import publication_of
from tests.outcome.test_publishing import ARABIC, CHINESE, HOSTILE, STANDING, clause_saying, content_of
from tests.outcome.test_translating_marks import FORMATS, LINK, TEXT

if TYPE_CHECKING:
    from pathlib import Path

OFFICE = shutil.which("soffice")
ODF = {
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
}


def opened(made: bytes, folder: Path) -> etree._Element:
    """What LibreOffice reads in a file, as flat OpenDocument."""
    assert OFFICE is not None
    (folder / "text.docx").write_bytes(made)
    command = [
        OFFICE,
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        "fodt",
        "--outdir",
        str(folder),
        str(folder / "text.docx"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # our own words only
    return etree.parse(folder / "text.fodt").getroot()


def said(element: etree._Element) -> str:
    return " ".join("".join(element.itertext()).split())


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed on this machine")
def test_libreoffice_reads_the_words_headings_lists_links_and_the_language(tmp_path: Path) -> None:
    marked = {**clause_saying(TEXT, remark="Why."), "formats": FORMATS}
    clauses = (
        marked,
        clause_saying(ARABIC, number=2, key="b"),
        clause_saying(f"{CHINESE} {HOSTILE}", number=3),
    )
    root = opened(word.docx(publication_of(content_of(*clauses), STANDING)), tmp_path)
    headings = [said(one) for one in root.iterfind(".//text:h", ODF)]
    assert headings[-1] == "Drivers"
    words = said(root.find(".//{urn:oasis:names:tc:opendocument:xmlns:office:1.0}text"))
    for wanted in ("1. to act now, as the Declaration says:", ARABIC, CHINESE, HOSTILE, STANDING.digest):
        assert wanted in words
    assert [said(one) for one in root.iterfind(".//text:list-item", ODF)] == ["with people", "at once"]
    links = root.xpath(".//text:a/@xlink:href", namespaces=ODF)
    assert links == [LINK]
    bold = {
        style.get(f"{{{ODF['style']}}}name")
        for style in root.iterfind(".//style:style", ODF)
        if style.find("style:text-properties[@fo:font-weight='bold']", ODF) is not None
    }
    strong = {
        said(span)
        for span in root.iterfind(".//text:span", ODF)
        if span.get(f"{{{ODF['text']}}}style-name") in bold
    }
    assert "now" in strong
