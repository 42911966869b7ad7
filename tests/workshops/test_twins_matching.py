"""Which findings are proposed as the same: likeness, mutual best, the measured threshold, lines across groups. Pure."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from uuid import UUID, uuid5

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from academy.management.content import content
from workshops.twins.matching import THRESHOLD, Said, lines_of, proposals
from workshops.twins.similarity import folded, likeness

SPACE = UUID(int=7)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def said(name, group, text, language="en"):
    return Said(uuid5(SPACE, name), group, language, text)


CORPUS = [
    said("budget-1", ONE, "The commitment needs a line in the yearly budget of the town."),
    said("budget-2", TWO, "Without a budget line a commitment is only paper."),
    said("report-1", ONE, "Fix the date on which the council reports back to residents."),
    said("report-2", TWO, "Reporting back has a set date before the first meeting."),
    said("kerb-1", ONE, "Parents mapped every kerb on the way to school."),
    said("water-2", TWO, "A court judgment about water made our lawyers allies."),
    said("vivienda-1", ONE, "La vivienda es un derecho y el municipio debe protegerla.", "es"),
    said("vivienda-2", TWO, "El municipio protege el derecho a la vivienda.", "es"),
    said("agua-2", TWO, "Los jóvenes proponen dos temas cada año.", "es"),
]
EXPECTED = {
    frozenset(uuid5(SPACE, f"{name}-{number}") for number in (1, 2))
    for name in ("budget", "report", "vivienda")
}


def pairs(found):
    return {each.pair for each in found}


def test_in_two_languages_the_pairs_that_a_reader_would_join_are_proposed_and_no_others():
    assert pairs(proposals(CORPUS)) == EXPECTED


@settings(max_examples=15, deadline=None)
@given(st.permutations(CORPUS))
def test_the_order_of_what_was_said_does_not_matter(shuffled):
    assert proposals(shuffled) == proposals(CORPUS)


def test_nothing_is_proposed_across_languages():
    same = "Housing is a right."
    assert proposals([said("a", ONE, same, "en"), said("b", TWO, same, "fr")]) == []
    assert len(proposals([said("a", ONE, same, "en"), said("b", TWO, same, "en")])) == 1


def test_nothing_is_proposed_within_a_group():
    assert proposals([said("a", ONE, "Housing is a right."), said("b", ONE, "Housing is a right.")]) == []


def test_what_was_decided_is_not_proposed_again_and_the_next_best_is():
    first = frozenset((CORPUS[0].key, CORPUS[1].key))
    again = proposals(CORPUS, decided={first})
    assert first not in pairs(again)
    nearly = said("budget-3", TWO, "The yearly budget of the town has a line for it.")
    assert frozenset((CORPUS[0].key, nearly.key)) in pairs(proposals([*CORPUS, nearly], decided={first}))


def test_three_groups_are_compared_two_by_two():
    third = said("budget-4", THREE, "A line in the yearly budget: without it a commitment is paper.")
    assert pairs(proposals([*CORPUS, third])) >= {
        frozenset((third.key, CORPUS[0].key)),
        frozenset((third.key, CORPUS[1].key)),
    }


@pytest.mark.parametrize("texts", [["", "?!"], ["…", "the of and"], ["  ", "\n"]])
def test_texts_without_words_are_like_nothing(texts):
    assert likeness(texts[:1], texts[1:], language="en") == [[0.0]]
    assert likeness([], texts, language="en") == []


@pytest.mark.parametrize(
    ("language", "one", "other", "unlike"),
    [
        ("en", "Reporting back", "The council reports back", "Parents mapped kerbs"),
        ("fr", "Une évaluation chaque année", "évaluations annuelles", "des jeunes au conseil"),
        ("ar", "الحَقُّ في السكن", "حق السكن للجميع", "ميزانية البلدية"),
        ("zh", "市政府必须保障住房权利", "住房权利需要保障", "青年参与会议"),
        ("th", "สิทธิในที่อยู่อาศัย", "ที่อยู่อาศัยเป็นสิทธิ", "งบประมาณของเมือง"),
        ("xx", "ukuthula ekhaya", "ikhaya lokuthula", "imali yedolobha"),
    ],
)
def test_words_are_found_in_many_writings(language, one, other, unlike):
    row = likeness([one], [other, unlike], language=language)[0]
    assert row[0] > row[1]
    assert row[0] >= THRESHOLD


def test_case_accents_and_vowel_signs_make_no_difference():
    assert folded("ÉVALUATION") == folded("évaluation") == "evaluation"
    assert folded("الحَقُّ") == folded("الحق")
    # A mark that is part of the letter stays.
    assert folded("ที่") == "ที่"


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.text(max_size=60), min_size=1, max_size=5),
    st.lists(st.text(max_size=60), min_size=1, max_size=5),
)
def test_likeness_lies_between_0_and_1_and_is_the_same_from_both_sides(left, right):
    there = likeness(left, right, language="en")
    back = likeness(right, left, language="en")
    assert all(0 <= cell <= 1.0001 for row in there for cell in row)
    assert all(
        there[row][column] == pytest.approx(back[column][row], abs=1e-4)
        for row in range(len(left))
        for column in range(len(right))
    )


# --- The threshold, measured on the demo ----------------------------------------------------------------------------

# What a reader would lay side by side in the demo's English findings: the same thing, or its opposite.
READER = {
    frozenset(pair.split("-"))
    for pair in [
        "f002-f024",
        "f011-f034",
        "f014-f039",
        "f017-f041",
        "f051-f070",
        "f053-f072",
        "f055-f071",
        "f057-f076",
        "f061-f081",
        "f085-f103",
        "f088-f105",
        "f098-f116",
        "f006-f029",
        "f056-f075",
        "f096-f115",
        "f087-f104",
        "f095-f118",
    ]
}


def proposed_in_the_demo():
    entries = content("demo-findings")
    texts = defaultdict(list)
    for entry in entries:
        texts[entry["language"]].append(entry["text"])
    names = {uuid5(SPACE, entry["key"]): entry["key"] for entry in entries}
    places = defaultdict(list)
    for entry in entries:
        if entry["state"] in {"merged", "parked"}:
            continue
        merged = [
            e["text"]
            for e in entries
            if e.get("merged_into") == entry["key"] and e["language"] == entry["language"]
        ]
        group = UUID(int=entry["group"])
        words = " ".join([entry["text"], *merged])
        places[entry["workshop"], entry["part"], entry["question"]].append(
            said(entry["key"], group, words, entry["language"])
        )
    found = [pair for place in places.values() for pair in pairs(proposals(place, all_texts=texts))]
    return {frozenset(names[key] for key in pair) for pair in found}


def test_of_the_demos_proposals_more_than_half_are_right_and_most_of_what_a_reader_joins_is_proposed():
    found = proposed_in_the_demo()
    right = found & READER
    assert (len(found), len(right), len(READER)) == (20, 11, 17)


# --- Lines ------------------------------------------------------------------------------------------------------------


def test_findings_that_are_joined_through_others_are_one_line():
    keys = [UUID(int=number) for number in range(6)]
    links = [(keys[0], keys[3]), (keys[3], keys[5]), (keys[1], keys[4])]
    assert lines_of(keys, links) == [[keys[0], keys[3], keys[5]], [keys[1], keys[4]], [keys[2]]]


@settings(max_examples=50)
@given(st.data())
def test_every_finding_stands_in_exactly_one_line_whatever_the_order_of_the_links(data):
    keys = [UUID(int=number) for number in range(8)]
    links = data.draw(st.lists(st.sampled_from(list(combinations(keys, 2))), max_size=10))
    lines = lines_of(keys, links)
    assert sorted(key for line in lines for key in line) == keys
    assert lines == lines_of(keys, data.draw(st.permutations(links)))


def test_a_link_to_a_finding_that_is_not_there_joins_nothing():
    assert lines_of([ONE, TWO], [(ONE, THREE)]) == [[ONE], [TWO]]
