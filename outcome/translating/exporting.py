"""Published language versions as values for programs and feeds: what everybody may read, and nobody's name unasked."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from academy.languages import in_words, language_name
from academy.models import Edition, Participant
from outcome.models import LanguageVersion, Revision, Translator
from outcome.translating.aging import Aging, current_revision
from outcome.translating.languages import authoritative_language
from outcome.translating.publishing import named_in
from outcome.translating.reading import agings_of

Address = Callable[[str], str]
EVERYBODY = (Revision.Audience.PUBLIC,)


@dataclass(frozen=True)
class Told:
    """A published version with what is known of it now.

    Args:
        newest: the number of the newest version of the same language and revision.
        aging: what the current text says otherwise; None for a translation of the current one.
        translators: the names of those who want to be named, as they are shown.
    """

    row: LanguageVersion
    newest: int
    aging: Aging | None
    translators: tuple[str, ...]


def public_versions(edition: Edition) -> list[LanguageVersion]:
    """The versions of the revisions that everybody may read, the newest first, without their contents."""
    rows = LanguageVersion.objects.filter(
        translation__revision__document__edition=edition, translation__revision__audience__in=EVERYBODY
    )
    return list(
        rows.select_related("translation__revision__document__edition")
        .defer("content", "translation__revision__content")
        .order_by("-published_at", "pk")
    )


def told_of(
    edition: Edition, rows: Sequence[LanguageVersion], known: Iterable[LanguageVersion]
) -> list[Told]:
    """What is known of some of the versions, in a number of queries that does not depend on how many they are.

    Args:
        known: all versions, of which the newest are found.
    """
    newest: dict[Any, int] = {}
    for one in known:
        newest[one.translation_id] = max(one.number, newest.get(one.translation_id, 0))
    keys = [row.pk for row in rows]
    full = {
        row.pk: row
        for row in LanguageVersion.objects.filter(pk__in=keys).select_related(
            "translation__revision__document__edition"
        )
    }
    translations = {row.translation_id: row.translation for row in full.values()}
    document = next((row.revision.document for row in translations.values()), None)
    current = current_revision(document, EVERYBODY) if document else None
    agings = agings_of(translations.values(), current)
    names = _names(edition, full.values())
    return [
        Told(
            full[key],
            newest[full[key].translation_id],
            agings[full[key].translation_id],
            tuple(sorted(names[one] for one in named_in(full[key].content) if one in names)),
        )
        for key in keys
    ]


def _names(edition: Edition, rows: Iterable[LanguageVersion]) -> dict[str, str]:
    """{key of a translator: the name as it is shown}, of those who want to be named and are."""
    keys = {key for row in rows for key in named_in(row.content)}
    users = {
        str(pk): user
        for pk, user in Translator.objects.filter(pk__in=keys, is_named=True).values_list("pk", "user")
    }
    people = Participant.objects.as_shown().filter(edition=edition, user__in=set(users.values()))
    shown = {row.user_id: row.shown_name for row in people if row.shown_name}
    return {key: shown[user] for key, user in users.items() if user in shown}


def version_value(one: Told, address: Address, files: dict[str, str]) -> dict[str, Any]:
    """What everybody may know of a version; `address` makes a path a whole address.

    Args:
        files: {form: path} of the forms in which it is to be had.
    """
    row, revision = one.row, one.row.translation.revision
    return {
        "language": row.translation.language,
        "name": language_name(row.translation.language),
        "name_in_english": in_words([row.translation.language]),
        "version": row.number,
        "is_newest": row.number == one.newest,
        "published_at": row.published_at,
        "note": row.note,
        "title": row.content["title"],
        "digest": row.digest,
        "translation_of": {
            "revision": revision.number,
            "label": revision.label,
            "language": authoritative_language(),
            "digest": revision.digest,
        },
        "is_current": not (one.aging and one.aging.is_stale),
        "parts_out_of_date": one.aging.count if one.aging else 0,
        "translators": list(one.translators),
        "url": address(row.get_absolute_url()),
        "files": {form: address(path) for form, path in files.items()},
    }
