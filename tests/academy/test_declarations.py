"""What is kept about people is declared, all of it, and the register is written from that."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import models

from academy.models import User
from academy.privacy.declarations import declarations, not_about_people
from academy.privacy.register import register_in_words, summary

TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.EmailField,
    models.GenericIPAddressField,
)


def undeclared(tables: list[Any], declared: set[str], harmless: set[str]) -> list[str]:
    """The models that nobody says anything about."""
    return sorted(m._meta.label for m in tables if m._meta.label not in declared | harmless)


def unnamed(tables: list[Any]) -> list[str]:
    """The texts of declared models that no declaration of theirs names as personal, shown, or about nobody."""
    named: dict[str, set[str]] = {}
    for one in declarations():
        named.setdefault(one.model, set()).update(one.fields, one.plain, one.shows)
    return sorted(
        f"{table._meta.label}.{field.name}"
        for table in tables
        if table._meta.label in named
        for field in table._meta.concrete_fields
        if isinstance(field, TEXTS) and not field.choices and field.name not in named[table._meta.label]
    )


def test_every_model_is_declared_or_said_to_hold_nothing_about_anybody():
    declared = {one.model for one in declarations()}
    harmless = set(not_about_people())
    assert undeclared(list(apps.get_models()), declared, harmless) == []
    assert declared & harmless == set()
    assert sorted((declared | harmless) - {model._meta.label for model in apps.get_models()}) == []


def test_a_model_that_leads_to_a_person_is_never_said_to_hold_nothing():
    """Who is one step away from an account or a registration is declared, whatever else is said."""
    people = {"academy.User", "academy.Participant"}
    near = {
        model._meta.label
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model
        and field.related_model._meta.label in people
    }
    # The log of the admin is about others too; it is declared for the one it is about.
    assert sorted(near & set(not_about_people())) == []


def test_a_text_that_is_added_to_a_declared_model_has_to_be_named():
    assert unnamed(list(apps.get_models())) == []


def test_the_search_for_what_is_undeclared_finds_it():
    """The control: with one declaration taken away, its model and its texts are found."""
    without = {one.model for one in declarations()} - {"academy.AccessNeed"}
    assert undeclared(list(apps.get_models()), without, set(not_about_people())) == ["academy.AccessNeed"]


def test_every_field_that_is_named_exists_and_has_words():
    for one in declarations():
        for path in (*one.fields, *one.plain, *one.shows):
            assert one.label(path)


def test_keys_are_given_once():
    keys = [one.key for one in declarations()]
    assert len(keys) == len(set(keys))


def test_the_register_in_the_docs_is_what_the_apps_declare():
    """If this fails: `python manage.py processing --write`."""
    path = settings.BASE_DIR / "docs" / "processing.md"
    assert path.read_text(encoding="utf-8") == register_in_words()


def test_the_register_says_all_that_the_law_asks_for():
    text = register_in_words()
    for one in declarations():
        assert f"## {one.title}\n" in text
    for line in ("- Data: ", "- For what: ", "- Basis: ", "- Read by: ", "- Kept: ", "- Erasure: "):
        assert text.count(line) == len(declarations())


def test_participants_read_the_register_on_the_privacy_page(edition, client_of):
    page = client_of(None).get(f"/{edition.slug}/privacy/").content.decode()
    assert [str(title) for title, *_rest in summary() if str(title) not in page] == []


@pytest.mark.django_db
def test_nothing_is_over_in_an_empty_academy():
    moment = datetime(2050, 1, 1, tzinfo=UTC)
    assert [one.key for one in declarations() if one.kept.over and one.kept.over(moment).exists()] == []


@pytest.mark.django_db
def test_secrets_are_never_shown(amara):
    secret = {"password", "salt", "token_digest", "data", "session_key", "session_data"}
    shown = {path.rpartition("__")[2] for one in declarations() for path in one.shows}
    assert shown & secret == set()
    assert "key" not in shown
    assert User.objects.filter(pk=amara.pk).exists()
