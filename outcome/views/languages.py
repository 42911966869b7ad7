"""The document in other languages: which there are, each published version with its files, and what is in work."""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.kept_pages import kept_for_visitors
from academy.languages import direction_of, in_words, language_name
from academy.models import Edition
from academy.ordering import sort_key
from academy.permissions import is_known, takes_part
from academy.requests import EditionRequest
from academy.zones import zone_named
from outcome.models import LanguageVersion, Revision, Translation, Translator
from outcome.permissions import audiences_of
from outcome.publishing.publication import Publication, Rendering, Standing, publication_of
from outcome.revisions import clauses_of
from outcome.translating.aging import Aging, aging_of, current_revision
from outcome.translating.forms import BeginTranslationForm
from outcome.translating.languages import authoritative_language
from outcome.translating.parts import Part
from outcome.translating.permissions import may_order
from outcome.translating.progress import progress_of_all
from outcome.translating.reading import (
    agings_of,
    languages_beside,
    readable_versions,
    translators_shown,
)
from outcome.views.fetching import canonical_json, document_of, get_revision
from outcome.views.formats import FORMATS, adopted_day, file_response, taken_along
from programme.views.scope import zones_of


def revisions_to_translate(edition: Edition) -> list[Revision]:
    """The revisions that can be translated, the adopted or frozen one first, then the newest."""
    rows = Revision.objects.filter(document__edition=edition).exclude(audience=Revision.Audience.ORGANISERS)
    document = document_of(edition)
    fixed = document.frozen_revision_id if document else None
    return sorted(rows.defer("content"), key=lambda row: (row.pk != fixed, -row.number))


@require_safe
def languages(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Which language versions there are, of which revision, how far those in work are, and which are out of date."""
    return list_languages(request, edition)


def list_languages(
    request: EditionRequest, edition: Edition, form: BeginTranslationForm | None = None, status: int = 200
) -> HttpResponse:
    """The list of language versions; with a form that was refused, what was chosen."""
    document, orders = document_of(edition), may_order(request.user, edition)
    audiences = audiences_of(request.user, edition)
    current = current_revision(document, audiences) if document else None
    found = _translations(request, edition)
    agings, progress = agings_of(found, current), progress_of_all(found)
    versions = readable_versions(edition, audiences)
    own = _given_to(request, found)
    rows = [
        {
            "translation": row,
            "progress": progress[row.pk],
            "aging": agings[row.pk],
            "versions": [one for one in versions if one.translation_id == row.pk],
            "name": language_name(row.language),
            "may_write": orders or row.pk in own,
        }
        for row in found
    ]
    inside = takes_part(request.user, edition)
    context = {
        "document": document,
        "current": current,
        "rows": [row for row in rows if row["versions"] or inside or row["may_write"]],
        "authoritative": in_words([authoritative_language()]),
        "takes_part": inside,
        "form": form
        or (BeginTranslationForm(revisions=revisions_to_translate(edition)) if orders and current else None),
        "zones": zones_of(request, edition),
    }
    return render(request, "outcome/languages.html", context, status=status)


def _translations(request: EditionRequest, edition: Edition) -> list[Translation]:
    """The language versions of revisions that the reader may read, or that are given to them; the newest first."""
    shown = Q(revision__audience__in=audiences_of(request.user, edition))
    if is_known(request.user):
        given = Translator.objects.filter(user=request.user, ended_at=None)
        shown |= Q(pk__in=given.values("translation"))
    rows = Translation.objects.filter(shown, revision__document__edition=edition)
    return sorted(
        rows.select_related("revision__document"),
        key=lambda row: (-row.revision.number, sort_key(language_name(row.language))),
    )


def _given_to(request: EditionRequest, found: list[Translation]) -> set[Any]:
    """Which of them are given to whoever asks."""
    if not is_known(request.user):
        return set()
    given = Translator.objects.filter(
        translation__in=[row.pk for row in found], user=request.user, ended_at=None
    )
    return set(given.values_list("translation", flat=True))


def get_version(
    request: EditionRequest, edition: Edition, number: int, language: str, version: int
) -> LanguageVersion:
    """A published version of a revision that the reader may read; 404 for every other."""
    revision = get_revision(request, edition, number)
    rows = LanguageVersion.objects.filter(translation__revision=revision, translation__language=language)
    rows = rows.select_related("translation__revision__document__edition")
    found: LanguageVersion = get_object_or_404(rows, number=version)
    return found


@require_safe
def newest_language_version(
    request: EditionRequest, edition: Edition, number: int, language: str
) -> HttpResponse:
    """Leads to the newest published version of a language."""
    revision = get_revision(request, edition, number)
    for one in languages_beside(revision):
        if one.language == language:
            return redirect(one.address)
    raise Http404(_("This revision is not to be had in this language."))


@require_safe
@kept_for_visitors
def language_version(
    request: EditionRequest, edition: Edition, number: int, language: str, version: int
) -> HttpResponse:
    """A published version of a language, which says that it is a translation, of what, and whether it is current."""
    found = get_version(request, edition, number, language, version)
    revision = found.translation.revision
    beside = languages_beside(revision)
    newest = next((one for one in beside if one.language == language), None)
    current = current_revision(revision.document, audiences_of(request.user, edition))
    published = publication_in(request, edition, found)
    aging = aging_of(revision.content, revision, current)
    files = files_of(found)
    context = {
        "version": found,
        "beside": beside,
        "newer": newest if newest and newest.number > found.number else None,
        "aging": aging,
        "stale": stale_lines(aging) if aging else [],
        "translators": translators_shown(found),
        "takes_part": takes_part(request.user, edition),
        "zones": zones_of(request, edition),
        "adopted_on": published.standing.adopted_on,
        **taken_along(published, lambda form: files[form]),
        "data_address": files["json"],
        "address": published.standing.address,
        "encouragements": sum(clause["number"] is not None for _s, clause in clauses_of(found.content)),
        **page_of_words(found.translation, found.content),
    }
    return render(request, "outcome/language_version.html", context)


def stale_lines(aging: Aging) -> list[dict[str, Any]]:
    """What differs in the current text, part by part, each with its place on this page if it has one."""
    words = (
        (aging.changed, _("says something else now")),
        (aging.moved, _("stands in another place now")),
        (aging.gone, _("is not in it any more")),
        (aging.added, _("is new in the current text")),
    )
    return [
        {"part": part, "what": what, "href": "" if part in aging.added else _place_of(part)}
        for parts, what in words
        for part in parts
    ]


def _place_of(part: Part) -> str:
    return {"head": "#main", "section": f"#section-{part.key}"}.get(part.kind, f"#clause-{part.key}")


def page_of_words(translation: Translation, words: Any) -> dict[str, Any]:
    """What the page of a text in another language needs besides it: its language, direction, and labels."""
    return {
        "revision": translation.revision,
        "content": words,
        "terms": words["terms"],
        "text_language": translation.language,
        "text_direction": direction_of(translation.language),
        "language_title": language_name(translation.language),
        "language_words": in_words([translation.language]),
        "authoritative": in_words([authoritative_language()]),
        "authoritative_code": authoritative_language(),
    }


def files_of(version: LanguageVersion) -> dict[str, str]:
    """{form: address} of the forms in which a version is to be had, and of its data."""
    revision = version.translation.revision
    place = (revision.document.edition.slug, revision.number, version.translation.language, version.number)
    files = {form: reverse("outcome:language_version_file", args=(*place, form)) for form in FORMATS}
    return {"json": reverse("outcome:language_version_json", args=place), **files}


@require_safe
def language_version_json(
    request: EditionRequest, edition: Edition, number: int, language: str, version: int
) -> HttpResponse:
    """A version's content with its digest, for those who want to recompute it."""
    found = get_version(request, edition, number, language, version)
    is_public = found.translation.revision.audience == Revision.Audience.PUBLIC
    return canonical_json(found.content, found.digest, is_public=is_public)


@require_safe
@kept_for_visitors
def language_version_file(
    request: EditionRequest, edition: Edition, number: int, *, language: str, version: int, form: str
) -> HttpResponse:
    """A version as a file; `?remarks=without` leaves the explanatory remarks out."""
    if form not in FORMATS:
        raise Http404(_("The document is not to be had in this form."))
    found = get_version(request, edition, number, language, version)
    with_remarks = request.GET.get("remarks") != "without"
    made = FORMATS[form].make(publication_in(request, edition, found, with_remarks=with_remarks))
    name = f"{edition.slug}-outcome-document-{number}-{language}-{version}"
    is_public = found.translation.revision.audience == Revision.Audience.PUBLIC
    return file_response(made, form, name, with_remarks=with_remarks, is_public=is_public)


def publication_in(
    request: EditionRequest, edition: Edition, found: LanguageVersion, *, with_remarks: bool = True
) -> Publication:
    """A version with what is said of it besides its words."""
    revision, language = found.translation.revision, found.translation.language
    zone = zone_named(edition.time_zone)
    adopted, published = adopted_day(revision, zone), found.published_at.astimezone(zone)
    own = reverse("outcome:revision", args=(edition.slug, revision.number))
    standing = Standing(
        edition=str(edition),
        number=revision.number,
        label=revision.label,
        words=_standing_words(found, published.date()),
        digest=found.digest,
        address=request.build_absolute_uri(found.get_absolute_url()),
        published_at=published,
        adopted_on=adopted,
        language=language,
        around=get_language() or "en",
        rendering=Rendering(
            version=found.number,
            language=authoritative_language(),
            digest=revision.digest,
            address=request.build_absolute_uri(own),
            made_on=published.date(),
            notice=found.content["terms"]["notice"],
        ),
    )
    return publication_of(found.content, standing, with_remarks=with_remarks)


def _standing_words(found: LanguageVersion, published_on: Any) -> str:
    revision = found.translation.revision
    return _(
        "Translation into %(language)s, version %(version)s of %(day)s. The authoritative text is revision %(number)s "
        "in %(authoritative)s, SHA-256 %(digest)s"
    ) % {
        "language": in_words([found.translation.language]),
        "version": found.number,
        "day": date_format(published_on, "j F Y"),
        "number": revision.number,
        "authoritative": in_words([authoritative_language()]),
        "digest": revision.digest,
    }
