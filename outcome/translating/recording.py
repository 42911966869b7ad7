"""What the history commits to of language versions, and that they are as it says. Translators stand in none of it."""

from collections.abc import Iterator
from typing import Any

from academy.canonical import digest_or_none
from academy.history import Mismatch, verify_contents
from academy.models import Edition
from outcome.models import LanguageVersion, TranslatedPart, Translation


def translation_words(row: Translation) -> dict[str, Any]:
    """What the history commits to of the work on a language version."""
    return {
        "revision": str(row.revision_id),
        "language": row.language,
        "state": row.state,
        "asks": row.asks,
    }


def part_words(row: TranslatedPart) -> dict[str, Any]:
    """What the history commits to of a part that was saved."""
    return {
        "translation": str(row.translation_id),
        "part": row.part,
        "number": row.number,
        "words": row.words,
        "source": row.source,
    }


def version_words(row: LanguageVersion) -> dict[str, Any]:
    """What the history commits to of a published version; its content stands in it by its digest."""
    return {
        "translation": str(row.translation_id),
        "number": row.number,
        "note": row.note,
        "digest": row.digest,
    }


def verify_translations(edition: Edition) -> Iterator[Mismatch]:
    """Yield the language versions, and the parts of them, that are not as they were saved or published."""
    translations = Translation.objects.filter(revision__document__edition=edition)
    yield from verify_contents(
        edition, Translation, {str(row.pk): translation_words(row) for row in translations}
    )
    parts = TranslatedPart.objects.filter(translation__revision__document__edition=edition)
    yield from verify_contents(edition, TranslatedPart, {str(row.pk): part_words(row) for row in parts})
    versions = list(
        LanguageVersion.objects.filter(translation__revision__document__edition=edition)
        .select_related("translation__revision")
        .defer("translation__revision__content")
    )
    yield from verify_contents(
        edition, LanguageVersion, {str(row.pk): version_words(row) for row in versions}
    )
    for row in versions:
        yield from _verify_version(row)


def _verify_version(row: LanguageVersion) -> Iterator[Mismatch]:
    revision, content = row.translation.revision, row.content if isinstance(row.content, dict) else {}
    name = f"version {row.number} of revision {revision.number} in the language {row.translation.language}"
    if digest_or_none(row.content) != row.digest:
        yield Mismatch(name, "its content was changed after it was published")
    of = content.get("translation_of")
    if not isinstance(of, dict) or of.get("digest") != revision.digest:
        yield Mismatch(name, "it is a translation of another text than that of its revision")
    if content.get("language") != row.translation.language or content.get("version") != row.number:
        yield Mismatch(name, "it says that it is another version, or in another language")
