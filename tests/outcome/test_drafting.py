"""Writing the document: who may, what is refused, and that a refusal changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from academy.errors import Invalid, NotAllowed
from academy.history import verify_history
from outcome.drafting import (
    AlreadyStarted,
    Overtaken,
    WrongPlace,
    add_clause,
    move_clause,
    remove_clause,
    restore_clause,
    reword_clause,
    start_document,
    write_remark,
)
from outcome.models import Clause, Document, Revision, Section
from outcome.revisions import NothingNew, clauses_of, document_content, publish_revision, verify_document

if TYPE_CHECKING:
    from academy.models import Edition, User


def headings(document: Document) -> list[tuple[int | None, str]]:
    return [(c["number"], c["heading"]) for _section, c in clauses_of(document_content(document))]


def test_a_second_document_is_refused(document: Document, amara: User) -> None:
    with pytest.raises(AlreadyStarted):
        start_document(document.edition, title="Another", by=amara)
    assert Document.objects.count() == 1


def test_only_organisers_write(document: Document, bruno: User, dawit: User) -> None:
    for person in (bruno, dawit):
        with pytest.raises(NotAllowed):
            add_clause(document.sections.get(position=1), text="to act;", by=person)
    assert headings(document) == [(None, ""), (1, "Anchor it"), (2, "Count")]


def test_numbers_are_derived_from_the_order(document: Document, clause: Clause, amara: User) -> None:
    last = document.sections.get(position=3)
    add_clause(last, heading="Report", text="to report;", by=amara)
    assert headings(document) == [(None, ""), (1, "Anchor it"), (2, "Count"), (3, "Report")]
    move_clause(clause, before=None, by=amara)
    assert headings(document) == [(None, ""), (1, "Count"), (2, "Anchor it"), (3, "Report")]
    remove_clause(document.clauses.get(heading="Count"), by=amara)
    assert headings(document) == [(None, ""), (1, "Anchor it"), (2, "Report")]


def test_an_overtaken_edit_is_refused_and_changes_nothing(clause: Clause, amara: User) -> None:
    reword_clause(clause, text="to anchor it in the budget;", heading="Anchor it", version=1, by=amara)
    before = Clause.objects.values().order_by("pk")
    seen = list(before)
    with pytest.raises(Overtaken) as caught:
        reword_clause(clause, text="to forget it;", heading="Forget", remark="No.", version=1, by=amara)
    assert (list(before.all()), caught.value.clause.text) == (seen, "to anchor it in the budget;")


def test_an_edit_of_the_remark_alone_overtakes_as_well(clause: Clause, amara: User) -> None:
    reword_clause(
        clause, text=clause.text, heading=clause.heading, remark="It was lost.", version=1, by=amara
    )
    with pytest.raises(Overtaken):
        reword_clause(clause, text=clause.text, heading=clause.heading, remark="Gone.", version=1, by=amara)
    assert Clause.objects.get(parent=clause).text == "It was lost."


def test_saving_the_same_words_changes_no_version(clause: Clause, amara: User) -> None:
    reword_clause(
        clause, text=clause.text, heading=clause.heading, remark="It was dropped.", version=1, by=amara
    )
    assert Clause.objects.get(pk=clause.pk).version == 1


def test_an_empty_remark_takes_the_remark_away_and_a_new_one_brings_it_back(
    clause: Clause, amara: User
) -> None:
    reword_clause(clause, text=clause.text, heading=clause.heading, remark="", version=1, by=amara)
    assert _remark(clause) is None
    write_remark(clause, text="It was dropped.", by=amara)
    assert (_remark(clause), Clause.objects.filter(parent=clause).count()) == ("It was dropped.", 1)


def _remark(clause: Clause) -> str | None:
    found = next(c for _s, c in clauses_of(document_content(clause.document)) if c["id"] == str(clause.pk))
    return found["remark"]["text"] if found["remark"] else None


def test_a_removed_clause_comes_back_with_its_remark_and_nothing_else(clause: Clause, amara: User) -> None:
    document = clause.document
    before = document_content(document)
    remove_clause(clause, by=amara)
    assert headings(document) == [(None, ""), (1, "Count")]
    restore_clause(clause, by=amara)
    assert document_content(document) == before


def test_a_removed_clause_is_neither_moved_nor_reworded(clause: Clause, amara: User) -> None:
    removed = remove_clause(clause, by=amara)
    with pytest.raises(WrongPlace):
        move_clause(removed, before=None, by=amara)
    with pytest.raises(Overtaken):
        reword_clause(removed, text="to act;", heading="", version=removed.version, by=amara)


def test_a_clause_stays_in_its_section(document: Document, clause: Clause, amara: User) -> None:
    with pytest.raises(WrongPlace):
        move_clause(clause, before=document.clauses.get(kind="preamble"), by=amara)
    assert headings(document) == [(None, ""), (1, "Anchor it"), (2, "Count")]


@pytest.mark.parametrize(
    "words",
    [
        {"text": "x" * 4001},
        {"text": "  "},
        {"text": "to\x07act;"},
        {"text": "to \u202eact;"},
        {"heading": "x" * 121},
    ],
    ids=["too long", "blank", "bell", "reversing mark", "long title"],
)
def test_words_that_cannot_be_kept_are_refused(clause: Clause, amara: User, words: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        reword_clause(clause, **{"text": "to act;", "heading": "Act", "version": 1, "by": amara, **words})
    assert Clause.objects.get(pk=clause.pk).text == "to anchor it in a decision;"


def test_a_remark_in_the_preamble_is_refused(document: Document, amara: User) -> None:
    with pytest.raises(WrongPlace):
        add_clause(document.sections.get(kind=Section.Kind.PREAMBLE), text="We met.", remark="Why.", by=amara)


def test_publishing_twice_without_a_change_is_refused(published: Revision, amara: User) -> None:
    for audience in ("public", "participants", "organisers"):
        with pytest.raises(NothingNew):
            publish_revision(published.document, label="Again", audience=audience, by=amara)
    assert Revision.objects.count() == 1


def test_the_same_text_may_be_published_for_more_readers(document: Document, amara: User) -> None:
    first = publish_revision(document, label="Inside", audience="organisers", by=amara)
    second = publish_revision(document, label="Outside", audience="public", by=amara)
    assert (second.number, second.parent, second.digest) == (2, first, first.digest)


def test_an_unknown_audience_is_refused(document: Document, amara: User) -> None:
    with pytest.raises(Invalid):
        publish_revision(document, label="Zero draft", audience="press", by=amara)
    assert Revision.objects.count() == 0


def test_what_was_written_verifies(
    edition: Edition, published: Revision, clause: Clause, amara: User
) -> None:
    reword_clause(clause, text="to act;", heading="Act", remark="", version=1, by=amara)
    write_remark(clause, text="Why.", by=amara)
    remove_clause(clause, by=amara)
    restore_clause(clause, by=amara)
    assert [*verify_history(edition), *verify_document(edition)] == []
