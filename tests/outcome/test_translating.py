"""Language versions: who begins and writes them, saved part by part, nothing lost, published for good, out of date."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from academy import clock
from academy.canonical import digest
from academy.errors import Invalid, NotAllowed
from academy.languages import in_words, language_name
from academy.models import Message, Participant
from academy.privacy.erasure import erase
from academy.registration import withdraw
from outcome.adoption import unfreeze
from outcome.drafting import add_clause, remove_clause, reword_clause
from outcome.models import Revision, TranslatedPart, Translation, Translator
from outcome.publishing.language_codes import law_code
from outcome.revisions import publish_revision
from outcome.translating.aging import aging_of, current_revision
from outcome.translating.beginning import (
    be_named,
    begin_translation,
    end_translator,
    name_translator,
    who_may_translate,
)
from outcome.translating.errors import (
    ChangedSince,
    Incomplete,
    LanguageBegun,
    NobodyHere,
    NothingCorrected,
    NotInWork,
    NotReady,
    NotToBeTranslated,
    PartOvertaken,
)
from outcome.translating.languages import languages_to_translate_into
from outcome.translating.parts import parts_of
from outcome.translating.progress import Done, Progress, lines_of, progress_of
from outcome.translating.publishing import (
    fingerprint,
    publish_translation,
    translated_words,
)
from outcome.translating.reading import translators_shown
from outcome.translating.writing import mark_ready, save_part, take_back
from tests.outcome.translations import in_spanish, publish_it, published_in, translate_all
from workshops.attributing import NotListed

if TYPE_CHECKING:
    from academy.models import User
    from outcome.models import Clause, Document

EVERYBODY = ("public", "participants")


def saved(translation: Translation, clause: Clause, text: str, *, by: User, seen: int = 0) -> TranslatedPart:
    words = {"heading": "Anclarlo", "text": text, "remark": "Se dejó caer."}
    return save_part(translation, str(clause.pk), words, seen=seen, by=by)


# --- Beginning, and to whom it is given -------------------------------------------------------------------------------


def test_the_parts_of_a_text_are_its_head_its_sections_and_its_clauses(published):
    assert [(part.kind, part.name, tuple(part.fields)) for part in parts_of(published.content)] == [
        ("head", "head", ("title", "lead", "encouragement", "remark_word", "notice")),
        ("section", "s1", ("title",)),
        ("clause", "p1", ("text",)),
        ("section", "s2", ("title",)),
        ("clause", "e1", ("heading", "text", "remark")),
        ("clause", "e2", ("heading", "text")),
    ]


def test_every_language_that_is_offered_has_a_name_and_a_code_of_the_law(db):
    offered = languages_to_translate_into()
    assert len(offered) > 60
    assert [code for code, name in offered if name == code or in_words([code]) == code] == []
    assert [code for code, _name in offered if law_code(code) == "und"] == []
    assert [code for code, _name in offered if code == "en"] == []
    assert offered[0] == ("ar", language_name("ar"))


def test_a_language_is_begun_once_for_a_revision(published, spanish, amara):
    with pytest.raises(LanguageBegun):
        begin_translation(published, "es", by=amara)
    assert begin_translation(published, "fr", by=amara).language == "fr"
    with pytest.raises(Invalid):
        begin_translation(published, "en", by=amara)
    with pytest.raises(Invalid):
        begin_translation(published, "xx", by=amara)


def test_what_only_organisers_may_read_is_not_translated(document, amara):
    kept = publish_revision(document, label="Kept", audience="organisers", by=amara)
    with pytest.raises(NotToBeTranslated):
        begin_translation(kept, "es", by=amara)


def test_only_organisers_begin_and_give(published, spanish, dawit, chiara):
    with pytest.raises(NotAllowed):
        begin_translation(published, "fr", by=dawit)
    with pytest.raises(NotAllowed):
        name_translator(spanish, dawit, by=chiara)


def test_whoever_it_is_given_to_writes_it_and_nobody_else(spanish, clause, amara, dawit, chiara):
    name_translator(spanish, dawit, by=amara)
    assert saved(spanish, clause, "anclarlo;", by=dawit).number == 1
    with pytest.raises(NotAllowed):
        saved(spanish, clause, "otra cosa;", by=chiara, seen=1)


def test_whom_it_is_taken_from_writes_it_no_longer_and_what_they_wrote_stays(spanish, clause, amara, dawit):
    given = name_translator(spanish, dawit, by=amara)
    saved(spanish, clause, "anclarlo;", by=dawit)
    end_translator(given, by=amara)
    with pytest.raises(NotAllowed):
        saved(spanish, clause, "de nuevo;", by=dawit, seen=1)
    assert TranslatedPart.objects.get().words["text"] == "anclarlo;"


def test_who_withdraws_translates_no_longer(edition, spanish, clause, amara, dawit):
    name_translator(spanish, dawit, by=amara)
    withdraw(Participant.objects.get(edition=edition, user=dawit), by=dawit)
    with pytest.raises(NotAllowed):
        saved(spanish, clause, "anclarlo;", by=dawit)


def test_it_is_given_to_people_of_the_academy_only(edition, spanish, amara, dawit, farid):
    with pytest.raises(NobodyHere):
        name_translator(spanish, farid, by=amara)
    accounts = who_may_translate(edition)
    assert dawit in accounts
    assert farid not in accounts


def test_a_translator_is_told_by_mail_once_each_time_it_is_given(spanish, amara, dawit):
    given = name_translator(spanish, dawit, by=amara)
    assert name_translator(spanish, dawit, by=amara) == given
    mail = Message.objects.get(user=dawit)
    assert mail.subject == "Please translate the outcome document: Spanish"
    assert f"/2022/document/languages/{spanish.pk}/" in mail.body
    end_translator(given, by=amara)
    with clock.set_to(clock.now() + timedelta(hours=1)):
        name_translator(spanish, dawit, by=amara)
    assert Message.objects.filter(user=dawit).count() == 2


# --- Saving part by part ----------------------------------------------------------------------------------------------


def test_every_saving_is_kept_and_the_last_one_counts(spanish, clause, amara):
    saved(spanish, clause, "anclarlo;", by=amara)
    saved(spanish, clause, "anclarlo en una decisión;", by=amara, seen=1)
    rows = TranslatedPart.objects.order_by("number").values_list("number", "words__text")
    assert list(rows) == [(1, "anclarlo;"), (2, "anclarlo en una decisión;")]
    line = next(line for line in lines_of(spanish) if line.part.key == str(clause.pk))
    assert (line.words["text"], line.number) == ("anclarlo en una decisión;", 2)


def test_the_second_of_two_translators_is_told_and_overwrites_nothing(spanish, clause, amara, dawit):
    name_translator(spanish, dawit, by=amara)
    saved(spanish, clause, "lo de Amara;", by=amara)
    with pytest.raises(PartOvertaken) as told:
        saved(spanish, clause, "lo de Dawit;", by=dawit)
    assert told.value.present.words["text"] == "lo de Amara;"
    assert TranslatedPart.objects.count() == 1


def test_without_asking_what_the_translator_saw_the_first_words_are_covered(spanish, clause, amara, dawit):
    """The control: somebody who always says that they saw the last saving overwrites what they never read."""
    name_translator(spanish, dawit, by=amara)
    saved(spanish, clause, "lo de Amara;", by=amara)
    last = TranslatedPart.objects.latest("number").number
    assert saved(spanish, clause, "lo de Dawit;", by=dawit, seen=last).number == 2


def test_the_same_words_once_more_are_the_same_saving(spanish, clause, amara):
    first = saved(spanish, clause, "anclarlo;", by=amara)
    again = saved(spanish, clause, "anclarlo;\r\n", by=amara)
    assert (first.pk, TranslatedPart.objects.count()) == (again.pk, 1)


def test_words_are_tidied_titles_stand_on_one_line_and_nothing_else_is_kept(spanish, clause, amara):
    words = {"heading": " Anclarlo\nbien ", "text": "uno\r\n\r\ndos ", "remark": "", "script": "x"}
    row = save_part(spanish, str(clause.pk), words, seen=0, by=amara)
    assert row.words == {"heading": "Anclarlo bien", "text": "uno\n\ndos", "remark": ""}


@pytest.mark.parametrize(
    "words", [{}, {"text": "  "}, {"text": "a\x00"}, {"text": "x" * 8001}, {"heading": "h\u202e"}]
)
def test_what_cannot_be_words_is_refused(spanish, clause, amara, words):
    with pytest.raises(Invalid):
        save_part(spanish, str(clause.pk), words, seen=0, by=amara)
    assert TranslatedPart.objects.count() == 0


def test_a_part_of_nowhere_is_refused(spanish, amara):
    with pytest.raises(Invalid):
        save_part(spanish, "nowhere", {"text": "x"}, seen=0, by=amara)


def test_progress_counts_clauses_that_are_whole(spanish, clause, amara):
    assert progress_of(lines_of(spanish)) == Progress(0, 3, 6)
    words = {"heading": "", "text": "anclarlo;", "remark": ""}
    save_part(spanish, str(clause.pk), words, seen=0, by=amara)
    line = next(line for line in lines_of(spanish) if line.part.key == str(clause.pk))
    assert line.done == Done.BEGUN
    saved(spanish, clause, "anclarlo;", by=amara, seen=1)
    assert progress_of(lines_of(spanish)) == Progress(1, 3, 5)


def test_the_sentence_about_the_translation_may_be_left_out(spanish, amara):
    head = parts_of(spanish.revision.content)[0]
    save_part(spanish, "head", {**in_spanish(head), "notice": ""}, seen=0, by=amara)
    assert lines_of(spanish)[0].is_done


# --- Review and publication -------------------------------------------------------------------------------------------


def test_an_unfinished_version_is_not_ready(spanish, clause, amara):
    saved(spanish, clause, "anclarlo;", by=amara)
    with pytest.raises(Incomplete) as told:
        mark_ready(spanish, by=amara)
    assert str(told.value) == "5 parts of the text are not translated yet."


def test_what_is_ready_takes_no_words_until_it_is_taken_back(spanish, clause, amara):
    translate_all(spanish, by=amara)
    mark_ready(spanish, by=amara)
    with pytest.raises(NotInWork):
        saved(spanish, clause, "otra;", by=amara, seen=1)
    take_back(spanish, by=amara)
    assert saved(spanish, clause, "otra;", by=amara, seen=1).number == 2


def test_translators_are_told_what_the_review_asks_for(spanish, amara, dawit):
    name_translator(spanish, dawit, by=amara)
    translate_all(spanish, by=dawit)
    mark_ready(spanish, by=dawit)
    assert take_back(spanish, asks="Say “anclar” everywhere.", by=amara).asks == "Say “anclar” everywhere."
    mail = Message.objects.filter(user=dawit).latest("created_at", "pk")
    assert "Say “anclar” everywhere." in " ".join(
        Message.objects.filter(user=dawit).values_list("body", flat=True)
    )
    assert mail.edition_id == spanish.revision.document.edition_id
    mark_ready(spanish, by=dawit)
    spanish.refresh_from_db()
    assert spanish.asks == ""


def test_a_translator_asks_nothing_in_the_name_of_the_review(spanish, amara, dawit):
    name_translator(spanish, dawit, by=amara)
    translate_all(spanish, by=dawit)
    mark_ready(spanish, by=dawit)
    assert take_back(spanish, asks="Do it all again", by=dawit).asks == ""


def test_only_organisers_publish_and_only_what_is_ready(spanish, amara, dawit):
    name_translator(spanish, dawit, by=amara)
    translate_all(spanish, by=dawit)
    seen = fingerprint(translated_words(spanish))
    with pytest.raises(NotReady):
        publish_translation(spanish, seen=seen, by=amara)
    mark_ready(spanish, by=dawit)
    with pytest.raises(NotAllowed):
        publish_translation(spanish, seen=seen, by=dawit)
    assert publish_translation(spanish, seen=seen, by=amara).number == 1
    spanish.refresh_from_db()
    assert spanish.state == Translation.State.PUBLISHED


def test_nothing_is_published_that_was_not_looked_at(spanish, clause, amara, dawit):
    translate_all(spanish, by=amara)
    mark_ready(spanish, by=amara)
    seen = fingerprint(translated_words(spanish))
    take_back(spanish, by=amara)
    saved(spanish, clause, "en el último momento;", by=amara, seen=1)
    mark_ready(spanish, by=amara)
    with pytest.raises(ChangedSince):
        publish_translation(spanish, seen=seen, by=amara)
    assert spanish.versions.count() == 0


def test_a_version_says_the_same_clauses_under_the_same_numbers_and_of_what_it_is_a_translation(
    spanish, amara
):
    translate_all(spanish, by=amara)
    made, revision = publish_it(spanish, by=amara), spanish.revision
    assert made.digest == digest(made.content)
    assert made.content["translation_of"] == {
        "revision": 1,
        "label": "Zero draft",
        "digest": revision.digest,
        "language": "en",
    }
    ours, theirs = (
        [
            (clause["id"], clause["number"], clause["kind"], (clause["remark"] or {}).get("id"))
            for section in content["sections"]
            for clause in section["clauses"]
        ]
        for content in (made.content, revision.content)
    )
    assert ours == theirs
    assert made.content["terms"]["remark"] == "es: Explanatory remark."
    assert (made.content["title"], made.content["lead"]) == (
        "es: From intentions to commitments",
        "es: We encourage:",
    )


def test_lists_of_the_authoritative_text_are_lists_in_the_translation(document, amara):
    clause = document.clauses.get(heading="Count")
    clause.formats = [
        {"kind": "paragraph", "runs": [{"text": "to count:"}]},
        {"kind": "bullet", "runs": [{"text": "people"}]},
    ]
    clause.text = "to count:\n- people"
    clause.save()
    revision = publish_revision(document, label="With a list", audience="public", by=amara)
    begun = begin_translation(revision, "es", by=amara)
    part = next(part for part in parts_of(revision.content) if part.key == str(clause.pk))
    assert part.has_lists
    words = {"heading": "Contar", "text": "contar:\n- la gente\n- las casas"}
    save_part(begun, part.key, words, seen=0, by=amara)
    found = next(
        clause
        for section in translated_words(begun)["sections"]
        for clause in section["clauses"]
        if clause["id"] == part.key
    )
    assert found["formats"] == [
        {"kind": "paragraph", "runs": [{"text": "contar:"}]},
        {"kind": "bullet", "runs": [{"text": "la gente"}]},
        {"kind": "bullet", "runs": [{"text": "las casas"}]},
    ]


def test_a_correction_is_a_further_version_and_the_first_one_stays(spanish, clause, amara):
    translate_all(spanish, by=amara)
    first = publish_it(spanish, by=amara)
    take_back(spanish, by=amara)
    mark_ready(spanish, by=amara)
    with pytest.raises(NothingCorrected):
        publish_translation(spanish, seen=fingerprint(translated_words(spanish)), by=amara)
    take_back(spanish, by=amara)
    saved(spanish, clause, "corregido;", by=amara, seen=1)
    second = publish_it(spanish, by=amara, note="A word.")
    assert (first.number, second.number, second.note) == (1, 2, "A word.")
    before = spanish.versions.get(number=1)
    assert (before.content, before.digest) == (first.content, first.digest)
    assert first.get_absolute_url() == "/2022/document/revisions/1/in/es/1/"
    assert second.get_absolute_url() == "/2022/document/revisions/1/in/es/2/"


# --- Who is named -----------------------------------------------------------------------------------------------------


def test_translators_are_named_only_if_they_want_it_and_as_they_are_shown(
    edition, spanish, amara, dawit, esi, chiara
):
    for person in (dawit, esi, chiara):
        name_translator(spanish, person, by=amara)
    translate_all(spanish, by=dawit)
    made = publish_it(spanish, by=amara)
    assert translators_shown(made) == []
    for person in (dawit, esi):
        be_named(spanish, named=True, by=person)
    own, hidden = (Participant.objects.get(edition=edition, user=person) for person in (dawit, esi))
    assert translators_shown(made) == sorted([own.name, hidden.pseudonym])
    assert hidden.name not in str(made.content)
    be_named(spanish, named=False, by=dawit)
    assert translators_shown(made) == [hidden.pseudonym]


def test_nobody_else_says_that_somebody_is_named_and_who_is_not_listed_cannot_be(
    edition, spanish, amara, dawit
):
    with pytest.raises(NotAllowed):
        be_named(spanish, named=True, by=dawit)
    name_translator(spanish, dawit, by=amara)
    Participant.objects.filter(edition=edition, user=dawit).update(visibility="unlisted")
    with pytest.raises(NotListed):
        be_named(spanish, named=True, by=dawit)


def test_erasing_a_translator_leaves_the_text_and_no_name(edition, spanish, amara, dawit):
    name_translator(spanish, dawit, by=amara)
    be_named(spanish, named=True, by=dawit)
    translate_all(spanish, by=dawit)
    made = publish_it(spanish, by=amara)
    erase(dawit, by=None)
    assert Translator.objects.filter(user=dawit).count() == 0
    made.refresh_from_db()
    assert (translators_shown(made), made.digest) == ([], digest(made.content))


# --- Out of date ------------------------------------------------------------------------------------------------------


def next_revision(document: Document, by: User, audience: str = "public") -> Revision:
    return publish_revision(document, label="Next", audience=audience, by=by)


def aged(translated: Revision, audiences: tuple[str, ...] = EVERYBODY):
    current = current_revision(translated.document, audiences)
    return aging_of(translated.content, translated, current)


def test_a_version_is_out_of_date_where_the_current_revision_says_something_else(
    document, published, clause, amara
):
    assert aged(published) is None
    reword_clause(
        clause, text="to anchor it in a budget;", heading="Anchor it", version=clause.version, by=amara
    )
    add_clause(document.sections.get(position=1), text="to go on;", by=amara)
    remove_clause(document.clauses.get(heading="Count"), by=amara)
    next_revision(document, amara)
    found = aged(published)
    assert found is not None
    assert [part.name for part in found.changed] == ["e1"]
    assert [part.name for part in found.gone] == ["e2"]
    assert [part.name for part in found.added] == ["e2"]
    assert (found.is_stale, found.count, found.current.number) == (True, 3, 2)


def test_the_same_words_under_a_new_number_are_not_out_of_date(document, published, amara, clause):
    before = clause.text
    reword_clause(clause, text="other;", heading=clause.heading, version=1, by=amara)
    next_revision(document, amara)
    clause.refresh_from_db()
    reword_clause(clause, text=before, heading=clause.heading, version=clause.version, by=amara)
    next_revision(document, amara)
    found = aged(published)
    assert found is not None
    assert (found.is_stale, found.current.number) == (False, 3)


def test_nobody_learns_of_a_newer_revision_that_they_may_not_read(document, published, clause, amara):
    reword_clause(clause, text="to do more;", heading="Anchor it", version=clause.version, by=amara)
    next_revision(document, amara, audience="participants")
    assert aged(published, ("public",)) is None
    assert aged(published) is not None


def test_a_further_revision_takes_over_what_was_translated_and_says_what_to_look_at(
    document, published, spanish, clause, amara
):
    translate_all(spanish, by=amara)
    reword_clause(
        clause, text="to anchor it in a budget;", heading="Anchor it", version=clause.version, by=amara
    )
    begun = begin_translation(next_revision(document, amara), "es", by=amara)
    states = {line.part.name: line.done for line in lines_of(begun)}
    assert states == {
        "head": Done.DONE,
        "s1": Done.DONE,
        "p1": Done.DONE,
        "s2": Done.DONE,
        "e1": Done.CHANGED,
        "e2": Done.DONE,
    }
    with pytest.raises(Incomplete):
        mark_ready(begun, by=amara)
    line = next(line for line in lines_of(begun) if line.part.name == "e1")
    assert line.row is not None
    assert line.row.source["text"] == "to anchor it in a decision;"
    save_part(begun, line.part.key, line.words, seen=line.number, by=amara)  # it holds as it is
    assert mark_ready(begun, by=amara).state == Translation.State.READY


def test_the_adopted_text_is_current_whatever_came_before(adopted, published, amara):
    assert current_revision(adopted, EVERYBODY) == published
    made = published_in(published, by=amara)
    assert made.content["translation_of"]["digest"] == adopted.frozen_revision.digest


def test_a_frozen_text_can_be_translated_and_a_translation_changes_nothing_in_it(frozen, published, amara):
    before = Revision.objects.values_list("digest", flat=True)[0]
    published_in(published, by=amara)
    assert Revision.objects.values_list("digest", flat=True)[0] == before
    unfreeze(frozen, by=amara)
