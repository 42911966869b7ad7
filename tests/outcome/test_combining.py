"""Several changes to the same words: what they make together, and which cannot be taken together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from academy.word_changes import new_text, old_text, word_changes
from outcome.amending.clauses import NOTHING, Words, changes_between, reach
from outcome.amending.combining import combine, combined, conflict, edits_of, rebased

BASE = "to anchor their commitment in a decision of the council, so that it outlasts a term of office;"
BUDGET = BASE.replace("of the council", "of the council and in the yearly budget")
PEOPLE = BASE.replace("a term of office", "the people who took it")
ASSEMBLY = BASE.replace("council", "assembly")
PARLIAMENT = BASE.replace("council", "parliament")
texts = st.lists(
    st.sampled_from(["to", "act", "and", "so", "that", ",", "“it”", "é", "\n", "1.", "x-y"]), max_size=12
).map(" ".join)


def words(text: str) -> Words:
    return Words(text=text)


@pytest.mark.parametrize(
    ("changes", "result", "clashes"),
    [
        ([BUDGET, PEOPLE], BUDGET.replace("a term of office", "the people who took it"), set()),
        ([ASSEMBLY, PEOPLE], ASSEMBLY.replace("a term of office", "the people who took it"), set()),
        ([ASSEMBLY, PARLIAMENT], ASSEMBLY, {(0, 1)}),
        ([ASSEMBLY, ASSEMBLY], ASSEMBLY, set()),
        ([PEOPLE, BASE, BUDGET], BUDGET.replace("a term of office", "the people who took it"), set()),
    ],
)
def test_changes_in_different_places_go_together_and_the_first_wins_where_they_clash(
    changes: list[str], result: str, clashes: set[tuple[int, int]]
) -> None:
    text, found = combined(BASE, changes)
    assert (text, set(found)) == (result, clashes)


def test_a_deletion_conflicts_with_every_change_of_the_clause() -> None:
    base = words(BASE)
    assert conflict(base, base, words(BUDGET), NOTHING)
    assert conflict(base, base, NOTHING, words(PEOPLE))
    assert not conflict(base, base, NOTHING, NOTHING)


@pytest.mark.parametrize(
    ("now", "earlier", "later", "expected"),
    [
        (PEOPLE, BUDGET, PEOPLE.replace("decision", "law"), False),
        (PEOPLE, PARLIAMENT, PEOPLE.replace("council", "assembly"), True),
        (PEOPLE, BASE.replace("a term of office", "a year"), PEOPLE.replace("council", "assembly"), False),
        (PEOPLE, BASE.replace("a term of office", "a year"), PEOPLE.replace("took", "broke"), True),
        (ASSEMBLY, PARLIAMENT, ASSEMBLY.replace("assembly", "citizens"), True),
        (ASSEMBLY, ASSEMBLY, ASSEMBLY.replace("assembly", "citizens"), True),
        (f"{BASE} We agree.", f"{BASE} At once.", f"{BASE} We agree. Today.", True),
        (f"{BASE} We agree.", f"{BASE} At once.", f"{BASE} At once. We agree.", False),
        (f"Together {BASE}", f"Jointly {BASE}", f"Today {BASE}", True),
        (f"Together {BASE}", BUDGET, f"Together now {BASE}", False),
    ],
)
def test_proposals_on_two_texts_conflict_where_they_want_the_same_words(
    now: str, earlier: str, later: str, expected: bool
) -> None:
    """What the text changed meanwhile counts only where the later proposal changes it again."""
    assert conflict(words(BASE), words(now), words(earlier), words(later)) is expected


def test_a_proposal_is_put_on_the_words_as_they_are_now() -> None:
    put = rebased(words(BASE), words(PEOPLE), words(BUDGET))
    assert (put.words.text, put.clashes) == (
        BUDGET.replace("a term of office", "the people who took it"),
        frozenset(),
    )


def test_what_clashes_with_the_words_now_stays_as_it_is_now() -> None:
    put = rebased(words(BASE), words(ASSEMBLY), words(PARLIAMENT))
    assert (put.words.text, set(put.clashes)) == (ASSEMBLY, {(0, 1)})


def test_the_more_words_change_the_further_it_reaches() -> None:
    far = [reach(words(BASE), words(text)) for text in (BASE, ASSEMBLY, PEOPLE, "")]
    assert (far == sorted(far), far[0], far[-1]) == (True, 0.0, 1.0)


@given(texts, texts)
def test_the_changes_of_a_text_lead_from_the_old_to_the_new(old: str, new: str) -> None:
    segments = word_changes(old, new)
    assert (old_text(segments), new_text(segments)) == (old, new)


@given(texts)
def test_equal_texts_have_no_changes(text: str) -> None:
    assert [segment.kind for segment in word_changes(text, text) if segment.kind != "same"] == []
    assert (edits_of(text, text), changes_between(words(text), words(text)).is_empty) == ((), True)


@given(texts, texts)
def test_one_change_alone_makes_exactly_its_words(base: str, new: str) -> None:
    assert combined(base, [new]) == (new, frozenset())
    assert combined(base, [new, new]) == (new, frozenset())
    assert combined(base, [base, new]) == (new, frozenset())


@given(texts, texts, texts)
def test_without_a_clash_the_order_of_changes_does_not_matter(base: str, one: str, other: str) -> None:
    forth, back = (
        combine(words(base), [words(one), words(other)]),
        combine(words(base), [words(other), words(one)]),
    )
    assert bool(forth.clashes) == bool(back.clashes)
    if not forth.clashes:
        assert forth.words == back.words


@given(texts, texts, texts)
def test_on_one_text_a_conflict_is_a_clash_and_it_is_mutual(base: str, one: str, other: str) -> None:
    there = words(base)
    found = conflict(there, there, words(one), words(other))
    if one and other:
        assert found == bool(combined(base, [one, other])[1])
    assert found == conflict(there, there, words(other), words(one))


@given(texts, texts, texts)
def test_who_wants_the_same_words_conflicts_with_nobody(base: str, now: str, wanted: str) -> None:
    assert not conflict(words(base), words(now), words(wanted), words(wanted))


@given(texts, texts, texts, texts)
def test_who_changes_nothing_conflicts_with_nobody(base: str, now: str, one: str, other: str) -> None:
    if one:
        assert not conflict(words(base), words(now), words(one), words(now)) or not now
    if other:
        assert not conflict(words(base), words(now), words(base), words(other)) or not base
