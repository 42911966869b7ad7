"""What changed between two revisions, without a database."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from academy.word_changes import Segment, changed_share, new_text, old_text, word_changes
from outcome.diffing import compare, counts_of

WORDS = st.lists(
    st.sampled_from(["to", "anchor", "the", "budget", ",", ";", " ", "  ", "\n", "year’s", "ä", "ح"])
).map("".join)
TEXTS = st.one_of(WORDS, st.text(max_size=60))


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_off_the_segments(old: str, new: str) -> None:
    segments = word_changes(old, new)
    assert (old_text(segments), new_text(segments)) == (old, new)


@given(TEXTS, TEXTS)
def test_no_segment_is_empty_and_no_kind_follows_itself(old: str, new: str) -> None:
    segments = word_changes(old, new)
    assert [s for s in segments if not s.text] == []
    assert [s.kind for s, following in pairwise(segments) if s.kind == following.kind] == []


@given(TEXTS)
def test_the_same_text_has_not_changed(text: str) -> None:
    assert word_changes(text, text) == ([Segment("same", text)] if text else [])
    assert changed_share(word_changes(text, text)) == 0


def test_a_replaced_phrase_is_one_deletion_before_one_insertion() -> None:
    assert word_changes("outlasts a term of office;", "outlasts the people who took it;") == [
        Segment("same", "outlasts "),
        Segment("deleted", "a term of office"),
        Segment("inserted", "the people who took it"),
        Segment("same", ";"),
    ]


def test_words_that_only_came_do_not_mark_a_blank_as_removed() -> None:
    assert {s.kind for s in word_changes("a b c", "x a y b z c")} == {"same", "inserted"}


def clause(key: str, text: str = "to act;", *, number: int | None = 1, **more: Any) -> dict[str, Any]:
    return {"id": key, "number": number, "heading": "", "text": text, "remark": None, "sources": [], **more}


def content(*sections: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "sections": [
            {"id": f"s{n}", "title": f"Section {n}", "colour": "teal", "kind": "strand", "clauses": clauses}
            for n, clauses in enumerate(sections)
        ]
    }


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[tuple[str, str, bool]]:
    return [(c.clause["id"], c.what, c.moved) for section in compare(old, new) for c in section.clauses]


def test_a_clause_between_others_is_new_and_the_others_stay() -> None:
    assert changes(content([clause("a"), clause("c")]), content([clause("a"), clause("b"), clause("c")])) == [
        ("a", "same", False),
        ("b", "new", False),
        ("c", "same", False),
    ]


def test_a_removed_clause_stands_where_it_stood() -> None:
    assert changes(content([clause("a"), clause("b"), clause("c")]), content([clause("a"), clause("c")])) == [
        ("a", "same", False),
        ("b", "removed", False),
        ("c", "same", False),
    ]


def test_only_the_clause_that_jumped_has_moved() -> None:
    old = content([clause(key) for key in "abcdef"])
    new = content([clause(key) for key in "fabcde"])
    assert [key for key, _what, moved in changes(old, new) if moved] == ["f"]


def test_a_clause_in_another_section_has_moved() -> None:
    assert changes(content([clause("a")], [clause("b")]), content([], [clause("a"), clause("b")])) == [
        ("a", "same", True),
        ("b", "same", False),
    ]


def test_a_clause_is_reworded_up_to_sixty_percent_and_replaced_above() -> None:
    old = content([clause("a", "to anchor it in a decision of the council;")])
    little = content([clause("a", "to anchor it in a decision of the assembly;")])
    much = content([clause("a", "to publish what became of every promise;")])
    assert (changes(old, little), changes(old, much)) == (
        [("a", "reworded", False)],
        [("a", "replaced", False)],
    )


def test_another_heading_or_remark_is_a_rewording() -> None:
    old = content([clause("a")])
    assert changes(old, content([clause("a", heading="Act")])) == [("a", "reworded", False)]
    assert changes(old, content([clause("a", remark={"id": "r", "text": "Why."})])) == [
        ("a", "reworded", False)
    ]


def test_another_source_is_a_change_of_a_clause_with_the_same_words() -> None:
    source = {"finding": "f1", "relation": "supports", "text": "Nobody counts them."}
    [section] = compare(content([clause("a")]), content([clause("a", sources=[source])]))
    [change] = section.clauses
    assert (change.what, change.changed, change.cited, change.uncited) == ("same", True, [source], [])


def test_a_relation_that_changed_is_a_source_that_came_and_one_that_went() -> None:
    was = {"finding": "f1", "relation": "supports", "text": "Nobody counts them."}
    now = {**was, "relation": "contradicts"}
    [section] = compare(content([clause("a", sources=[was])]), content([clause("a", sources=[now])]))
    assert (section.clauses[0].cited, section.clauses[0].uncited) == ([now], [was])


def test_counts_name_every_kind_of_change_once() -> None:
    old = content([clause("a"), clause("b"), clause("c", "to count;"), clause("d")])
    new = content([clause("d"), clause("a"), clause("c", "to count all;"), clause("e")])
    assert counts_of(compare(old, new)) == {
        "new": 1,
        "removed": 1,
        "reworded": 1,
        "replaced": 0,
        "moved": 1,
        "resourced": 0,
        "unchanged": 1,
    }


KEYS = st.lists(st.sampled_from("abcdefgh"), unique=True)


@given(KEYS, KEYS)
def test_every_clause_of_both_revisions_is_told_exactly_once(old: list[str], new: list[str]) -> None:
    told = changes(content([clause(key) for key in old]), content([clause(key) for key in new]))
    assert sorted(key for key, _what, _moved in told) == sorted({*old, *new})
    assert {key for key, what, _moved in told if what == "new"} == set(new) - set(old)
    assert {key for key, what, _moved in told if what == "removed"} == set(old) - set(new)
    stayed = [key for key, what, moved in told if what == "same" and not moved]
    assert stayed == [key for key in old if key in stayed]
