"""A revision in Spanish, for the tests of translating."""

from __future__ import annotations

from typing import TYPE_CHECKING

from outcome.translating.beginning import begin_translation
from outcome.translating.progress import lines_of
from outcome.translating.publishing import fingerprint, publish_translation, translated_words
from outcome.translating.writing import mark_ready, save_part

if TYPE_CHECKING:
    from academy.models import User
    from outcome.models import LanguageVersion, Revision, Translation
    from outcome.translating.parts import Part


def in_spanish(part: Part, mark: str = "es") -> dict[str, str]:
    """Words for every field of a part, each with a mark by which it is known again."""
    return {name: f"{mark}: {words}" for name, words in part.fields.items()}


def translate_all(translation: Translation, *, by: User, mark: str = "es") -> None:
    """Save every part that is not translated yet."""
    for line in lines_of(translation):
        if not line.is_done:
            words = in_spanish(line.part, mark)
            save_part(translation, line.part.key, words, seen=line.number, by=by)


def publish_it(translation: Translation, *, by: User, note: str = "") -> LanguageVersion:
    """Call it ready and publish it."""
    mark_ready(translation, by=by)
    return publish_translation(translation, seen=fingerprint(translated_words(translation)), note=note, by=by)


def published_in(revision: Revision, *, by: User, language: str = "es", mark: str = "es") -> LanguageVersion:
    """A revision in another language, published."""
    begun = begin_translation(revision, language, by=by)
    translate_all(begun, by=by, mark=mark)
    return publish_it(begun, by=by)
