"""The order of names is the one that people expect, and the same on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from academy.models import Participant
from academy.ordering import sort_key
from academy.profile import change_profile, profile_of
from tests.factories import make_participant, make_user

WANTED = [
    "ábel Ångström",
    "Abel Zorn",
    "d’Arc Jeanne",
    "Darko Ivić",
    "Łukasz Nowak",
    "Lütfi Ak",
    "Omar Ali",
    "Özlem Ünal",
    "Øystein Lie",
    "Zoë-Marie Roy",
    "Zoe Maro",
    "Жанна Агеева",
    "أحمد",
]


def test_capitals_accents_and_marks_do_not_count():
    assert [
        sort_key(name) for name in ("Özlem  ÜNAL", "O’Neill", "Jean-Luc", "Straße", "Ｆｕｌｌ", "Đorđe", "")
    ] == [
        "ozlem unal",
        "oneill",
        "jean luc",
        "strasse",
        "full",
        "dorde",
        "",
    ]


def test_the_list_is_in_the_order_that_people_expect(edition, client_of, amara):
    Participant.objects.all().delete()
    for number, name in enumerate(reversed(WANTED)):
        make_participant(make_user(f"p{number}"), edition, name=name)
    rows = Participant.objects.filter(edition=edition).order_by("name_key", "pk")
    assert [row.name for row in rows] == sorted(WANTED, key=sort_key)
    text = client_of(amara).get("/2022/people/").content.decode()
    assert [part.split('"')[0] for part in text.split('aria-label="Choose ')[1:]] == sorted(
        WANTED, key=sort_key
    )


@pytest.mark.parametrize(
    ("words", "name"), [("ozlem", "Özlem Ünal"), ("LUKASZ", "Łukasz Nowak"), ("ünal", "Özlem Ünal")]
)
def test_a_name_is_found_without_its_accents(edition, client_of, amara, words, name):
    for number, each in enumerate(WANTED):
        make_participant(make_user(f"p{number}"), edition, name=each)
    found = client_of(amara).post("/2022/search/people/", {"q": words}, follow=True).content.decode()
    assert [part.split('"')[0] for part in found.split('aria-label="Choose ')[1:]] == [name]


def test_a_mark_alone_finds_nobody_who_does_not_have_it(edition, client_of, amara):
    make_participant(make_user("p"), edition, name="Jean Roy")
    found = client_of(amara).post("/2022/search/people/", {"q": "'"}, follow=True).content.decode()
    assert 'aria-label="Choose Jean Roy"' not in found


def test_who_corrects_the_name_is_sorted_by_the_new_one(edition, amara):
    row = amara.participations.get()
    change_profile(row, replace(profile_of(row), name="Élan Vital"), by=amara)
    assert Participant.objects.get(pk=row.pk).name_key == "elan vital"


def test_every_row_has_the_key_of_its_name(edition, amara):
    wrong = [row.name for row in Participant.objects.all() if row.name_key != sort_key(row.name)]
    assert wrong == []


def test_the_first_page_takes_as_many_queries_for_many_as_for_few(edition, client_of, amara):
    client, counts = client_of(amara), []
    for start, stop in ((0, 3), (3, 120)):
        for number in range(start, stop):
            make_participant(make_user(f"p{number}"), edition, name=f"Éva {number}")
        client.get("/2022/people/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/2022/people/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
