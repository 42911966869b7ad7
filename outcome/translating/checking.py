"""Whether a copy is a published translation, known by its digest or its words; it is never what was adopted."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from academy.languages import in_words
from outcome.matching import Match, match, reasons_of
from outcome.models import LanguageVersion, Revision


def version_with(digest: str, readable: Iterable[Revision]) -> LanguageVersion | None:
    """The published translation with this digest, of the revisions that whoever asks may read."""
    rows = LanguageVersion.objects.filter(
        digest=digest, translation__revision__in=[row.pk for row in readable]
    )
    return rows.select_related("translation").defer("content").first()


@dataclass(frozen=True)
class Rendered:
    """The published translation that the words of a copy come nearest to."""

    version: LanguageVersion
    match: Match

    @property
    def is_same(self) -> bool:
        return self.match.is_same


def rendered_in(
    words: list[str], readable: Iterable[Revision], around: Callable[[LanguageVersion], Iterable[str]]
) -> Rendered | None:
    """The published translation whose words are those of a copy, or nearly; None if it is like none.

    Of several, the one in which the fewest passages are missing; of the same, the newest.

    Args:
        readable: the revisions that whoever asks may read.
        around: what our files and pages say of a version.
    """
    rows = LanguageVersion.objects.filter(translation__revision__in=[row.pk for row in readable])
    rows = rows.select_related("translation__revision__document__edition")
    best: Rendered | None = None
    for version in rows.order_by("-published_at", "-number"):
        found = Rendered(version, match(words, version.content, around(version)))
        if found.match.is_alike and (best is None or _lacks(found) < _lacks(best)):
            best = found
    return best


def reasons_about(found: Rendered, words: list[str], readable: Iterable[Revision]) -> list[str]:
    """Where a copy differs from the translation that it comes nearest to."""
    row = found.version.translation
    revision = next(one for one in readable if one.pk == row.revision_id)
    facts = {"language": in_words([row.language]), "version": found.version.number, "number": revision.number}
    first = _(
        "It is most like the translation into %(language)s, version %(version)s, of revision %(number)s, and differs "
        "from it:"
    )
    more = _("It holds words that do not belong to the translation: “%(words)s”.")
    return [first % facts, *reasons_of(found.match, words, more=more)]


def _lacks(found: Rendered) -> tuple[int, int]:
    return len(found.match.missing), len(found.match.extra)


def words_of(version: LanguageVersion, readable: Iterable[Revision], adopted: Any) -> tuple[str, str]:
    """(title, sentence) about a translation.

    Args:
        adopted: the key of the adopted revision, if there is one.
    """
    row = version.translation
    revision = next(one for one in readable if one.pk == row.revision_id)
    title = (
        _("This is a translation of the adopted text")
        if revision.pk == adopted
        else _("This is a translation, and not what was adopted")
    )
    facts = {"language": in_words([row.language]), "version": version.number, "number": revision.number}
    sentence = _(
        "It is the translation into %(language)s, version %(version)s, of revision %(number)s, to the letter. "
        "Only the authoritative text can be adopted."
    )
    return title, sentence % facts
