"""Whether a copy is a published translation: known by its digest, and never what was adopted."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from academy.languages import in_words
from outcome.models import LanguageVersion, Revision


def version_with(digest: str, readable: Iterable[Revision]) -> LanguageVersion | None:
    """The published translation with this digest, of the revisions that whoever asks may read."""
    rows = LanguageVersion.objects.filter(
        digest=digest, translation__revision__in=[row.pk for row in readable]
    )
    return rows.select_related("translation").defer("content").first()


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
