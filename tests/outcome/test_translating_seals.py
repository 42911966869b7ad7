"""Published language versions against whoever may do everything; and what `verify` says of tampering."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, connection, transaction

from academy import clock
from academy.canonical import digest
from academy.management.verification import verify_edition
from outcome.models import LanguageVersion, TranslatedPart, Translation
from outcome.translating import writing
from outcome.translating.beginning import name_translator
from tests.meeting import LITTLE, MUCH, Meeting
from tests.outcome.translations import published_in
from tests.servers import use_sqlite

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from academy.models import Edition, User
    from outcome.models import Revision

    Unseal = Callable[[str], AbstractContextManager[None]]


@pytest.fixture
def version(published: Revision, amara: User) -> LanguageVersion:
    return published_in(published, by=amara)


def contents() -> list[Any]:
    models = (Translation, TranslatedPart, LanguageVersion)
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def mismatches(edition: Edition) -> list[str]:
    """What does not match; the people of these tests were made behind the history's back."""
    return [found for found in map(str, verify_edition(edition)) if not found.startswith("participant ")]


def test_a_published_version_is_changed_by_nobody(version: LanguageVersion) -> None:
    before = contents()
    statements = [
        "UPDATE outcome_languageversion SET content = '{}'",
        "UPDATE outcome_languageversion SET digest = 'x'",
        "UPDATE outcome_languageversion SET note = 'x'",
        "DELETE FROM outcome_languageversion",
        "UPDATE outcome_translatedpart SET words = '{}'",
        "DELETE FROM outcome_translatedpart",
        "UPDATE outcome_translation SET language = 'fr'",
        "DELETE FROM outcome_translation",
    ]
    if connection.vendor == "postgresql":
        connection.check_constraints()  # what the test itself left to check would refuse it, too
        statements.append("TRUNCATE outcome_languageversion")
    for statement in statements:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    for model in (LanguageVersion, Translation, TranslatedPart):
        with pytest.raises(IntegrityError), transaction.atomic():
            model._base_manager.all()._raw_delete(using="default")
    assert contents() == before


def test_nothing_is_added_behind_the_review(version: LanguageVersion) -> None:
    part = TranslatedPart.objects.latest("pk")
    with pytest.raises(IntegrityError), transaction.atomic():
        TranslatedPart.objects.create(
            translation=version.translation,
            part=part.part,
            number=part.number + 1,
            words=part.words,
            source=part.source,
            written_at=part.written_at,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        LanguageVersion.objects.create(
            translation=version.translation,
            number=2,
            content=version.content,
            digest=version.digest,
            published_at=version.published_at,
        )


def test_with_the_seal_lifted_the_same_statements_change_it(
    version: LanguageVersion, unsealed: Unseal
) -> None:
    """The control: it is the seal that refuses them."""
    with unsealed("outcome_languageversion"):
        assert LanguageVersion.objects.update(note="changed") == 1


def test_an_honest_version_matches(
    edition: Edition, version: LanguageVersion, amara: User, dawit: User
) -> None:
    name_translator(version.translation, dawit, by=amara)
    assert mismatches(edition) == []


def test_with_the_seals_lifted_verify_names_the_version(
    edition: Edition, version: LanguageVersion, unsealed: Unseal
) -> None:
    with unsealed("outcome_languageversion"):
        LanguageVersion.objects.update(content={**version.content, "title": "Other"})
    name = "version 1 of revision 1 in the language es"
    assert mismatches(edition) == [f"{name}: its content was changed after it was published"]


def test_with_the_digest_recomputed_the_history_still_tells(
    edition: Edition, version: LanguageVersion, unsealed: Unseal
) -> None:
    content = {**version.content, "translation_of": {"digest": "0" * 64}}
    with unsealed("outcome_languageversion"):
        LanguageVersion.objects.update(content=content, digest=digest(content))
    name = "version 1 of revision 1 in the language es"
    assert mismatches(edition) == [
        f"language version {version.pk}: it was changed without an entry in the history",
        f"{name}: it is a translation of another text than that of its revision",
    ]


def test_verify_names_a_part_that_was_changed_and_a_version_that_is_gone(
    edition: Edition, version: LanguageVersion, unsealed: Unseal
) -> None:
    part = TranslatedPart.objects.earliest("pk")
    with unsealed("outcome_translatedpart"):
        TranslatedPart.objects.filter(pk=part.pk).update(words={"title": "Other"})
    with unsealed("outcome_languageversion"):
        LanguageVersion.objects.all().delete()
    assert mismatches(edition) == [
        f"translated part {part.pk}: it was changed without an entry in the history",
        f"language version {version.pk}: the history knows it, but it is gone",
    ]


# --- Two translators in the same moment -------------------------------------------------------------------------------

needs_threads = pytest.mark.skipif(
    use_sqlite(), reason="SQLite runs one writing transaction at a time, so there is no lock to take away"
)


def saved_at_once(
    spanish: Translation, by: User, at_once: Any, monkeypatch: pytest.MonkeyPatch, *, patience: float
) -> list[str]:
    """Two people save other words for the same part in the same moment; what each was answered."""
    both_have_read = Meeting(2, patience=patience)

    def now() -> datetime:
        both_have_read.wait()  # the time of writing is asked for after the reading, before the row
        return clock.now()

    monkeypatch.setattr(writing, "clock", SimpleNamespace(now=now))
    words = [{"title": "uno"}, {"title": "dos"}]
    said = at_once(2, lambda: writing.save_part(spanish, "head", words.pop(), seen=0, by=by))
    return sorted(type(one).__name__ for one in said)


@pytest.mark.django_db(transaction=True)
@needs_threads
def test_of_two_who_save_in_the_same_moment_one_is_told(
    spanish: Translation, amara: User, at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = saved_at_once(spanish, amara, at_once, monkeypatch, patience=LITTLE)
    assert said == ["PartOvertaken", "TranslatedPart"]
    assert TranslatedPart.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@needs_threads
def test_without_the_turn_nobody_is_told_and_the_database_refuses_one(
    spanish: Translation, amara: User, at_once: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with no lock on the language version both believe to be first; the constraint keeps one out."""
    monkeypatch.setattr(
        writing,
        "in_turn",
        lambda row: Translation.objects.select_related("revision__document__edition").get(pk=row.pk),
    )
    said = saved_at_once(spanish, amara, at_once, monkeypatch, patience=MUCH)
    assert said == ["IntegrityError", "TranslatedPart"]
