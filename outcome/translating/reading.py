"""What readers see of language versions: which there are, of what, by whom, and whether they are still current."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from academy.languages import direction_of, language_name
from academy.models import Edition, Participant
from academy.ordering import sort_key
from outcome.models import LanguageVersion, Revision, Translation, Translator
from outcome.translating.aging import Aging, aging_of
from outcome.translating.publishing import named_in


@dataclass(frozen=True)
class Beside:
    """The newest published version of one language beside a revision."""

    language: str
    number: int
    published_at: datetime
    address: str

    @property
    def name(self) -> str:
        return language_name(self.language)

    @property
    def direction(self) -> str:
        return direction_of(self.language)


def languages_beside(revision: Revision) -> list[Beside]:
    """The languages that a revision can be read in, besides its own; in one query."""
    rows = (
        LanguageVersion.objects.filter(translation__revision=revision)
        .select_related("translation__revision__document__edition")
        .defer("content", "translation__revision__content")
        .order_by("number")
    )
    newest = {row.translation.language: row for row in rows}
    found = [
        Beside(language, row.number, row.published_at, row.get_absolute_url())
        for language, row in newest.items()
    ]
    return sorted(found, key=lambda one: sort_key(one.name))


def readable_versions(edition: Edition, audiences: tuple[str, ...]) -> list[LanguageVersion]:
    """Every published version that somebody of these audiences may read, the newest first, without contents."""
    rows = LanguageVersion.objects.filter(
        translation__revision__document__edition=edition, translation__revision__audience__in=audiences
    )
    return list(
        rows.select_related("translation__revision__document__edition")
        .defer("content", "translation__revision__content")
        .order_by("-translation__revision__number", "translation__language", "-number")
    )


def translators_shown(version: LanguageVersion) -> list[str]:
    """The names that stand at a version: of those who want it, as others may see them; who is protected stands there
    by the pseudonym, and who is not listed not at all."""
    keys = named_in(version.content)
    edition = version.translation.revision.document.edition_id
    named = Translator.objects.filter(pk__in=keys, translation=version.translation_id, is_named=True)
    people = Participant.objects.as_shown().filter(edition=edition, user__in=named.values("user"))
    return sorted(row.shown_name for row in people if row.shown_name)


def agings_of(translations: Iterable[Translation], current: Revision | None) -> dict[Any, Aging | None]:
    """{translation: what became of its authoritative text since}; each with its revision."""
    return {row.pk: aging_of(row.revision.content, row.revision, current) for row in translations}
