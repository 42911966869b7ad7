"""Releases: everything frozen, sealed, without the names of participants."""

import json

import pytest
from django.db import IntegrityError, transaction

from academy.canonical import digest
from academy.errors import NotAllowed
from academy.models import User
from programme.models import Release, Session
from programme.releases import NothingToRelease, current_release, release, verify_releases


def test_a_release_freezes_titles_and_questions(edition, amara):
    before = current_release(edition)
    Session.objects.filter(edition=edition, slug="day-1-opening").update(title="Welcome")
    after = release(edition, label="second", by=amara)
    assert (before.number, after.number) == (1, 2)
    assert "Opening ceremony" in json.dumps(before.content)
    assert "Opening ceremony" not in json.dumps(after.content)
    assert "What moves a local government" in json.dumps(after.content)


def test_nothing_new_is_not_released(edition, amara):
    with pytest.raises(NothingToRelease):
        release(edition, label="again", by=amara)
    assert Release.objects.count() == 1


def test_only_an_organiser_releases(edition, dawit):
    Session.objects.filter(edition=edition, slug="day-1-opening").update(title="Welcome")
    with pytest.raises(NotAllowed):
        release(edition, label="mine", by=dawit)
    assert Release.objects.count() == 1


def test_a_release_is_neither_changed_nor_removed(edition):
    made = current_release(edition)
    made.label = "another"
    for change in (made.save, lambda: Release.objects.filter(pk=made.pk)._raw_delete("default")):
        with pytest.raises(IntegrityError, match="released programme is not changed"), transaction.atomic():
            change()
    assert Release.objects.get().label == "version: 9 November 2021"


def test_a_character_changed_behind_the_seal_is_found(edition, unsealed):
    made = current_release(edition)
    assert digest(made.content) == made.digest
    made.content["edition"]["title"] += "."
    with unsealed("programme_release"):
        made.save()
    assert [m.object for m in verify_releases(edition)] == ["programme release 1"]


def test_a_release_refers_to_participants_and_never_names_them(academy_at):
    edition = academy_at("registration")
    amara = User.objects.get(email="amara@example.org")
    Session.objects.filter(edition=edition, slug="day-1-opening").update(title="Welcome")
    content = json.dumps(release(edition, label="with people", by=amara).content)
    people = list(edition.participants.filter(session_roles__isnull=False).distinct())
    assert len(people) == 14
    assert all(str(person.pk) in content for person in people)
    assert [person.name for person in people if person.name in content] == []
