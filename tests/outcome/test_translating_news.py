"""Who learns of language versions: by mail when one is out of date, in feed and data, when checking."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from academy.kept_pages import forget_pages
from academy.models import Message, Participant
from outcome import adoption
from outcome.checking import check_copy, plain_text
from outcome.drafting import reword_clause
from outcome.revisions import publish_revision
from outcome.translating import telling
from outcome.translating.beginning import be_named, begin_translation, end_translator, name_translator
from outcome.translating.progress import lines_of
from outcome.translating.writing import save_part
from tests.factories import opened_adoption
from tests.outcome.translations import publish_it, published_in

API = "/api/v1/editions/2022/languages"
FEED = "/2022/document/languages/feed/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def version(published, amara):
    return published_in(published, by=amara)


def reword(clause, text, *, by):
    clause.refresh_from_db()
    return reword_clause(clause, text=text, heading=clause.heading, version=clause.version, by=by)


def publish(document, *, by, audience="public"):
    return publish_revision(document, label="Next", audience=audience, by=by)


def told(user):
    found = Message.objects.filter(user=user, key__contains="stale").order_by("created_at", "key")
    return [(row.subject, row.language) for row in found]


# --- By mail ----------------------------------------------------------------------------------------------------------


def test_translators_and_organisers_are_told_once_when_a_translation_is_out_of_date(
    document, published, clause, amara, dawit
):
    dawit.language = "es"
    dawit.save()
    spanish = begin_translation(published, "es", by=amara)
    name_translator(spanish, dawit, by=amara)
    published_in(published, by=amara, language="fr")
    reword(clause, "to anchor it in a budget;", by=amara)
    made = publish(document, by=amara)
    assert told(dawit) == [("El texto que tradujo ha cambiado: Español", "es")]
    assert told(amara) == [("Translations are out of date: Spanish, French", "en")]
    mail = Message.objects.get(user=dawit, key__contains="stale")
    assert f"/2022/document/compare/{published.number}/{made.number}/" in mail.body
    assert f"/2022/document/languages/{spanish.pk}/" in mail.body
    telling.tell_stale(made)
    assert (len(told(dawit)), len(told(amara))) == (1, 1)


def test_nobody_is_told_where_nothing_changed_in_the_words(document, published, clause, version, amara):
    before = clause.text
    reword(clause, "other;", by=amara)
    publish(document, by=amara, audience="organisers")
    reword(clause, before, by=amara)
    publish(document, by=amara)
    assert told(amara) == []


def test_nobody_is_told_of_a_revision_for_organisers_or_of_what_was_taken_from_them(
    document, published, clause, amara, dawit
):
    spanish = begin_translation(published, "es", by=amara)
    given = name_translator(spanish, dawit, by=amara)
    reword(clause, "to anchor it in a budget;", by=amara)
    publish(document, by=amara, audience="organisers")
    assert (told(dawit), told(amara)) == ([], [])
    end_translator(given, by=amara)
    reword(clause, "to anchor it in a law;", by=amara)
    publish(document, by=amara)
    assert (told(dawit), len(told(amara))) == ([], 1)


def test_a_language_that_is_begun_for_the_adopted_text_is_not_out_of_date(
    document, published, clause, delegates, amara, esi
):
    published_in(published, by=amara)
    reword(clause, "to anchor it in a budget;", by=amara)
    made = publish(document, by=amara)
    Message.objects.all().delete()
    begun = begin_translation(made, "es", by=amara)
    adoption.freeze(document, by=amara)
    opened = opened_adoption(document, by=amara)
    for person in delegates:
        adoption.take_position(opened, choice="join", by=person)
    adoption.close_adoption(opened, by=amara)
    assert begun.revision == made
    assert told(amara) == []


# --- As data and as a feed --------------------------------------------------------------------------------------------


def test_the_data_says_of_each_version_what_it_is_of_and_whether_it_is_current(
    document, published, clause, version, amara
):
    found = Client().get(API).json()
    one = found["items"][0]
    wanted = {
        "language": "es",
        "name_in_english": "Spanish",
        "version": 1,
        "is_newest": True,
        "digest": version.digest,
        "is_current": True,
        "parts_out_of_date": 0,
        "translators": [],
        "url": f"http://testserver{version.get_absolute_url()}",
    }
    assert {name: one[name] for name in wanted} == wanted
    assert one["translation_of"]["digest"] == published.digest
    for form in ("json", "pdf", "xml"):
        assert Client().get(one["files"][form]).status_code == 200
    reword(clause, "to anchor it in a budget;", by=amara)
    publish(document, by=amara)
    forget_pages()
    later = Client().get(API).json()["items"][0]
    assert (later["is_current"], later["parts_out_of_date"]) == (False, 1)


def test_the_data_is_chosen_by_language_and_by_newest(published, version, amara):
    french = published_in(published, by=amara, language="fr")
    spanish = version.translation
    spanish.refresh_from_db()
    from outcome.translating.writing import take_back

    take_back(spanish, by=amara)
    line = lines_of(spanish)[0]
    save_part(spanish, line.part.key, {**line.words, "title": "Otro"}, seen=line.number, by=amara)
    publish_it(spanish, by=amara, note="Corrected")
    forget_pages()
    assert [(r["language"], r["version"]) for r in Client().get(f"{API}?language=es").json()["items"]] == [
        ("es", 2),
        ("es", 1),
    ]
    newest = Client().get(f"{API}?newest=true").json()["items"]
    assert sorted((r["language"], r["version"]) for r in newest) == [("es", 2), ("fr", french.number)]
    assert Client().get(f"{API}?language=%00").status_code == 422


def test_neither_data_nor_feed_tells_of_what_participants_read_or_names_anybody_unasked(
    document, edition, published, clause, version, amara, esi
):
    reword(clause, "to anchor it in a budget;", by=amara)
    published_in(publish(document, by=amara, audience="participants"), by=amara)
    forget_pages()
    assert [row["translation_of"]["revision"] for row in Client().get(API).json()["items"]] == [1]
    assert Client().get(FEED).content.decode().count("<entry>") == 1


def test_a_translator_stands_in_the_data_as_shown_and_only_if_wanted(edition, published, amara, esi):
    begun = begin_translation(published, "es", by=amara)
    name_translator(begun, esi, by=amara)
    be_named(begun, named=True, by=esi)
    for line in lines_of(begun):
        save_part(begun, line.part.key, dict(line.part.fields), seen=0, by=esi)
    publish_it(begun, by=amara)
    names = Client().get(API).json()["items"][0]["translators"]
    shown = Participant.objects.as_shown().get(user=esi, edition=edition).shown_name
    assert names == [shown]
    assert "Esi" not in str(names)


def test_the_feed_tells_of_each_version_once(published, version):
    root = ET.fromstring(Client().get(FEED).content)
    entries = root.findall("a:entry", ATOM)
    assert [entry.findtext("a:title", "", ATOM) for entry in entries] == [
        f"Spanish, version 1: revision 1, {published.label}"
    ]
    assert [entry.findtext("a:id", "", ATOM) for entry in entries] == [f"urn:uuid:{version.pk}"]


def test_the_data_and_the_feed_take_the_same_queries_for_one_version_and_for_three(published, version, amara):
    counts = []
    for language in (None, "fr", "de"):
        if language:
            published_in(published, by=amara, language=language)
        forget_pages()
        with CaptureQueriesContext(connection) as taken:
            assert Client().get(API).status_code == 200
            assert Client().get(FEED).status_code == 200
        counts.append(len(taken))
    assert len(set(counts)) == 1


def test_the_data_is_described(edition):
    assert "/api/v1/editions/{slug}/languages" in Client().get("/api/v1/openapi.json").json()["paths"]


# --- On the page of checking ------------------------------------------------------------------------------------------


def in_words_of_its_own(published, amara):
    """A translation that shares no clause with the text that it translates."""
    begun = begin_translation(published, "es", by=amara)
    for line in lines_of(begun):
        mark = line.part.name
        words = {name: f"uno-{mark} dos-{mark} {name}-{mark} tres-{mark}" for name in line.part.fields}
        save_part(begun, line.part.key, words, seen=0, by=amara)
    return publish_it(begun, by=amara)


def test_a_copy_of_the_text_of_a_translation_is_called_the_translation_of_the_adopted_text(
    edition, published, adopted, amara
):
    made = in_words_of_its_own(published, amara)
    found = check_copy(edition, plain_text(made.content), readable=[published])
    assert (found.kind, found.title) == ("other", "This is a translation of the adopted text")
    assert "translation into Spanish, version 1, of revision 1" in found.reasons[0]
    from_the_page = f"{made.content['terms']['notice']}\n{plain_text(made.content)}"
    assert check_copy(edition, from_the_page, readable=[published]).kind == "other"


def test_a_doctored_translation_is_told_where_it_differs(edition, published, adopted, amara):
    made = in_words_of_its_own(published, amara)
    copy = plain_text(made.content).replace("text-e1", "oro")
    found = check_copy(edition, f"{copy} und mehr", readable=[published])
    assert (found.kind, found.title) == ("changed", "This is not a translation as it was published")
    assert "translation into Spanish, version 1, of revision 1" in found.reasons[0]
    assert found.reasons[1:] == [
        "Encouragement 1: adopted was “text-e1”, the copy says “oro”.",
        "It holds words that do not belong to the translation: “und mehr”.",
    ]


def test_a_translation_is_not_told_of_to_who_may_not_read_its_revision(edition, published, adopted, amara):
    made = in_words_of_its_own(published, amara)
    found = check_copy(edition, plain_text(made.content), readable=[])
    assert (found.kind, found.title) == ("unknown", "This is another text")


def test_of_several_versions_the_one_that_was_copied_is_named(edition, published, adopted, amara):
    in_words_of_its_own(published, amara)
    french = published_in(published, by=amara, language="fr", mark="fr")
    found = check_copy(edition, plain_text(french.content), readable=[published])
    assert (found.kind, found.title) == ("other", "This is a translation of the adopted text")
    assert "French" in found.reasons[0]
