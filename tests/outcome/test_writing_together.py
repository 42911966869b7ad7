"""Writing together: rows and log agree, commands meet typing, and no words are lost, doubled or misplaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from academy.errors import NotAllowed
from academy.history import verify_history
from academy.models import HistoryEntry
from outcome.adoption import NotPublished, freeze
from outcome.drafting import (
    Overtaken,
    WrongPlace,
    add_clause,
    move_clause,
    remove_clause,
    restore_clause,
    reword_clause,
)
from outcome.live import taking
from outcome.live.showing import show_written
from outcome.live.taking import FIXED, MOVED
from outcome.models import Clause, Document, LogLine, Source
from outcome.provenance import cite
from outcome.restructuring import (
    NotInside,
    NotLive,
    SplitMeanwhile,
    begin_clause,
    begin_remark,
    merge_clauses,
    moved_place,
    open_for_writing,
    place_clause,
    split_clause,
)
from outcome.revisions import document_content, publish_revision, verify_document
from tests.outcome.writers import Writer

if TYPE_CHECKING:
    from academy.models import User
    from workshops.models import Finding

TEXT = "to anchor it in a decision;"


@pytest.fixture
def live(document: Document, amara: User) -> Document:
    return open_for_writing(document, by=amara)


@pytest.fixture
def pair(live: Document, amara: User) -> tuple[Writer, Writer]:
    """The organiser at two machines."""
    return Writer(amara, live, 1001), Writer(amara, live, 1002)


def words(clause: Clause) -> str:
    show_written(clause.document)
    return Clause.objects.get(pk=clause.pk).text


def assert_whole(document: Document) -> None:
    """Rows, log and history agree."""
    show_written(document)
    assert [*verify_history(document.edition), *verify_document(document.edition)] == []


def test_a_document_is_made_live_once_and_says_the_same(document: Document, amara: User) -> None:
    before = document_content(document)
    first = open_for_writing(document, by=amara)
    again = open_for_writing(document, by=amara)
    assert (first.epoch, first.head) == (again.epoch, again.head)
    assert document_content(document) == before
    writer = Writer(amara, document, 1001)
    assert {c.text for c in document.clauses.all()} == {writer.text_of(c.pk) for c in document.clauses.all()}
    assert_whole(document)


def test_only_organisers_make_it_live(document: Document, dawit: User) -> None:
    with pytest.raises(NotAllowed):
        open_for_writing(document, by=dawit)
    assert LogLine.objects.count() == 0


def test_what_two_people_type_into_one_clause_is_all_there(live, clause, pair):
    one, other = pair
    one.type(clause.pk, 3, "really ")
    other.type(clause.pk, len(TEXT), " gladly")
    assert [a.seq for a in one.send()] == [live.head + 1]
    assert [a.seq for a in other.send()] == [live.head + 2]
    assert words(clause) == "to really anchor it in a decision; gladly"
    for writer in pair:
        writer.hear()
    assert one.text_of(clause.pk) == other.text_of(clause.pk) == words(clause)
    assert_whole(live)


def test_a_burst_of_typing_is_one_entry_for_its_writer(live, clause, pair, amara):
    for place, letter in enumerate("really "):
        pair[0].write(clause.pk, 3 + place, letter)
    show_written(live)
    show_written(live)
    entries = HistoryEntry.objects.filter(verb="clause reworded", object_id=str(clause.pk))
    assert [entry.actor.user for entry in entries] == [amara]
    assert entries[0].data["line"] == LogLine.objects.latest("seq").seq


def test_a_form_changes_only_the_words_that_differ(live, clause, pair, amara):
    """Somebody without a script saves a form while a colleague types: both are in the text."""
    pair[0].type(clause.pk, len(TEXT) - 1, " soon")
    version = Clause.objects.get(pk=clause.pk).version
    reword_clause(clause, text="to anchor it in a budget;", heading="Anchor it", version=version, by=amara)
    pair[0].send()
    assert words(clause) == "to anchor it in a budget soon;"
    assert_whole(live)


def test_a_form_that_did_not_see_what_was_typed_is_told_so(live, clause, pair, amara):
    pair[0].write(clause.pk, 3, "really ")
    with pytest.raises(Overtaken) as refusal:
        reword_clause(clause, text="to act;", heading="", version=1, by=amara)
    assert refusal.value.clause.text == "to really anchor it in a decision;"


def test_publishing_takes_in_what_was_typed_a_moment_ago(live, clause, pair, amara):
    pair[0].write(clause.pk, 3, "really ")
    revision = publish_revision(live, label="Zero draft", audience="public", by=amara)
    texts = [c["text"] for section in revision.content["sections"] for c in section["clauses"]]
    assert "to really anchor it in a decision;" in texts
    assert_whole(live)


def test_what_was_typed_after_a_revision_is_not_frozen_with_it(live, clause, pair, amara):
    publish_revision(live, label="Zero draft", audience="public", by=amara)
    pair[0].write(clause.pk, 3, "really ")
    with pytest.raises(NotPublished):
        freeze(live, by=amara)


def test_after_freezing_nothing_enters_the_log(live, clause, pair, amara):
    publish_revision(live, label="Zero draft", audience="public", by=amara)
    freeze(live, by=amara)
    head = LogLine.objects.count()
    assert [a.refused for a in pair[0].write(clause.pk, 3, "really ")] == [FIXED]
    assert LogLine.objects.count() == head
    assert_whole(live)


# --- Commands meet typing ---------------------------------------------------------------------------------------------


def test_moving_a_clause_leaves_what_is_typed_in_it(live, clause, pair, amara):
    pair[0].type(clause.pk, 3, "really ")
    move_clause(clause, before=None, by=amara)
    pair[0].send()
    assert words(clause) == "to really anchor it in a decision;"
    pair[1].hear()
    assert pair[1].blocks[str(clause.pk)]["order"] == Clause.objects.get(pk=clause.pk).order
    assert_whole(live)


def test_a_clause_moves_to_another_strand_with_its_remark(live, clause, pair, amara):
    target = live.sections.get(position=2)
    place_clause(clause, section=target, before=None, by=amara)
    assert {c.section_id for c in Clause.objects.filter(pk=clause.pk) | clause.remarks.all()} == {target.pk}
    with pytest.raises(WrongPlace):
        place_clause(clause, section=live.sections.get(position=0), before=None, by=amara)
    assert_whole(live)


def test_what_is_typed_in_the_head_of_a_split_clause_stays_there(live, clause, pair, amara):
    pair[0].type(clause.pk, 3, "really ")
    second = split_clause(clause, seen=TEXT, at=TEXT.index("in a"), by=amara)
    assert [a.refused for a in pair[0].send()] == [""]
    assert (words(clause), words(second)) == ("to really anchor it", "in a decision;")
    assert_whole(live)


def test_what_is_typed_in_the_tail_of_a_split_clause_is_not_taken_into_the_head(live, clause, pair, amara):
    """The writer is told, and puts it where it belongs: it would land in the wrong clause."""
    pair[0].type(clause.pk, TEXT.index("decision"), "good ")
    second = split_clause(clause, seen=TEXT, at=TEXT.index("in a"), by=amara)
    assert [a.refused for a in pair[0].send()] == [MOVED]
    assert (words(clause), words(second)) == ("to anchor it", "in a decision;")
    assert_whole(live)


def test_the_check_for_moved_words_is_what_keeps_them_out(live, clause, pair, amara, monkeypatch):
    """The control: without it the same words land in the head."""
    monkeypatch.setattr("outcome.live.taking._writes_among_moved", lambda *args: False)
    pair[0].type(clause.pk, TEXT.index("decision"), "good ")
    split_clause(clause, seen=TEXT, at=TEXT.index("in a"), by=amara)
    pair[0].send()
    assert "good" in words(clause)


def test_a_split_between_the_look_at_the_log_and_the_writing_is_seen(live, clause, pair, amara, monkeypatch):
    """Another process splits the clause after the words were judged good: they are judged again."""
    judge, split = taking._judge_all, []

    def judge_then_split(*args):
        answers = judge(*args)
        if not split:
            split.append(split_clause(clause, seen=TEXT, at=TEXT.index("in a"), by=amara))
        return answers

    monkeypatch.setattr(taking, "_judge_all", judge_then_split)
    pair[0].type(clause.pk, TEXT.index("decision"), "good ")
    assert [a.refused for a in pair[0].send()] == [MOVED]
    assert (words(clause), words(split[0])) == ("to anchor it", "in a decision;")
    assert_whole(live)


def test_whoever_saw_the_split_types_at_its_edge(live, clause, pair, amara):
    split_clause(clause, seen=TEXT, at=TEXT.index("in a"), by=amara)
    pair[0].hear()
    end = len(pair[0].text_of(clause.pk))
    assert [a.refused for a in pair[0].write(clause.pk, end, "now")] == [""]
    assert words(clause) == "to anchor it now"


def test_splitting_at_the_same_place_twice_splits_once(live, clause, pair, amara):
    at = TEXT.index("in a")
    second = split_clause(clause, seen=TEXT, at=at, by=amara)
    with pytest.raises((SplitMeanwhile, NotInside)):
        split_clause(clause, seen=TEXT, at=at, by=amara)
    standing = Clause.objects.standing().filter(section=clause.section_id, parent=None)
    assert [c.text for c in standing] == ["to anchor it", "in a decision;", "to count who is left behind;"]
    assert [c.pk for c in standing][1] == second.pk
    assert_whole(live)


def test_two_splits_of_one_clause_at_two_places_give_three_clauses(live, clause, amara):
    split_clause(clause, seen=TEXT, at=TEXT.index("in a"), by=amara)
    split_clause(clause, seen=TEXT, at=TEXT.index("it in"), by=amara)
    standing = Clause.objects.standing().filter(section=clause.section_id, parent=None)
    assert [c.text for c in standing][:3] == ["to anchor", "it", "in a decision;"]
    assert_whole(live)


def test_the_place_of_a_split_follows_what_was_typed_before_it(live, clause, pair, amara):
    pair[0].write(clause.pk, 3, "really and truly ")
    second = split_clause(clause, seen=TEXT, at=TEXT.index("decision"), by=amara)
    assert words(clause) == "to really and truly anchor it in a"
    assert words(second) == "decision;"


@pytest.mark.parametrize("at", [0, len(TEXT), 2 * len(TEXT), -1])
def test_a_clause_is_split_between_words(live, clause, amara, at):
    with pytest.raises(NotInside):
        split_clause(clause, seen=TEXT, at=at, by=amara)
    assert words(clause) == TEXT


def test_both_halves_rest_on_what_the_clause_rested_on(live, clause, finding: Finding, amara):
    cite(clause, finding, relation=Source.Relation.QUALIFIES, by=amara)
    second = split_clause(clause, seen=TEXT, at=TEXT.index("in a"), by=amara)
    relations = Source.objects.filter(finding=finding).values_list("clause", "relation")
    assert set(relations) == {(clause.pk, "qualifies"), (second.pk, "qualifies")}
    assert_whole(live)


def test_a_merged_clause_gives_its_words_remark_and_sources(live, clause, finding: Finding, amara):
    target = live.clauses.get(heading="Count")
    cite(clause, finding, by=amara)
    merge_clauses(clause, into=target, by=amara)
    assert words(target) == "to count who is left behind; to anchor it in a decision;"
    assert target.remarks.get().text == "It was dropped."
    assert set(Source.objects.filter(finding=finding).values_list("clause", flat=True)) == {
        clause.pk,
        target.pk,
    }
    row = Clause.objects.get(pk=clause.pk)
    assert (row.removed, row.merged_into_id, row.text) == (True, target.pk, TEXT)
    assert_whole(live)


@pytest.mark.parametrize("at", [0, 3, len(TEXT)])
def test_what_is_typed_into_a_clause_while_it_is_merged_is_given_back(live, clause, pair, amara, at):
    target = live.clauses.get(heading="Count")
    pair[0].type(clause.pk, at, "really ")
    merge_clauses(clause, into=target, by=amara)
    assert [a.refused for a in pair[0].send()] == [MOVED]
    assert words(target) == "to count who is left behind; to anchor it in a decision;"
    assert_whole(live)


def test_a_merged_clause_comes_back_with_its_words(live, clause, amara):
    merge_clauses(clause, into=live.clauses.get(heading="Count"), by=amara)
    restore_clause(clause, by=amara)
    assert words(clause) == TEXT
    assert_whole(live)


def test_what_is_typed_into_a_clause_while_it_is_removed_comes_back_with_it(live, clause, pair, amara):
    pair[0].type(clause.pk, 3, "really ")
    remove_clause(clause, by=amara)
    assert [a.refused for a in pair[0].send()] == [""]
    assert words(clause) == "to really anchor it in a decision;"
    restore_clause(clause, by=amara)
    assert "to really anchor it in a decision;" in str(document_content(live))
    assert_whole(live)


def test_an_empty_clause_counts_once_it_has_words(live, clause, pair, amara):
    before = document_content(live)
    fresh = begin_clause(clause.section, after=clause, by=amara)
    remark = begin_remark(fresh, by=amara)
    assert document_content(live) == before
    add_clause(clause.section, text="to end;", heading="End", by=amara)
    pair[0].hear()
    assert {str(fresh.pk), str(remark.pk)} <= set(pair[0].blocks.keys())
    assert_whole(live)


def test_commands_wait_until_the_document_is_written_together(document, clause, amara):
    with pytest.raises(NotLive):
        split_clause(clause, seen=TEXT, at=10, by=amara)
    with pytest.raises(NotLive):
        begin_clause(clause.section, by=amara)


@pytest.mark.parametrize(
    ("seen", "at", "now", "expected"),
    [
        ("a b c", 2, "a b c", 2),
        ("a b c", 3, "x a b c", 5),
        ("ä 😀 c", 3, "ä 😀 c d", 3),
    ],
)
def test_a_place_is_found_again(seen, at, now, expected):
    assert moved_place(seen, at, now) == expected
