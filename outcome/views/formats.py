"""A revision as a file: PDF, DOCX, Markdown, a plain page, Akoma Ntoso, and as an entry of a bibliography."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.kept_pages import kept_for_visitors
from academy.languages import direction_of
from academy.models import Edition
from academy.requests import EditionRequest
from academy.zones import zone_named
from outcome.models import Procedure, Revision
from outcome.publishing import akoma_ntoso, citing, markdown, pdf, word
from outcome.publishing.publication import Publication, Standing, publication_of
from outcome.views.fetching import get_revision


@dataclass(frozen=True)
class Format:
    """A form of the document: what it is called, its media type, and who makes it."""

    title: str | Promise
    media: str
    make: Callable[[Publication], bytes | str]
    is_citation: bool = False


def _page(publication: Publication) -> str:
    """One page without anything around it, to be kept or printed."""
    context = {"publication": publication, "direction": direction_of(publication.standing.language)}
    return render_to_string("outcome/publishing/page.html", context)


FORMATS: dict[str, Format] = {
    "pdf": Format(gettext_lazy("PDF"), "application/pdf", pdf.pdf),
    "docx": Format(
        gettext_lazy("Word"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        word.docx,
    ),
    "html": Format(gettext_lazy("plain page"), "text/html; charset=utf-8", _page),
    "md": Format(gettext_lazy("Markdown"), "text/markdown; charset=utf-8", markdown.markdown),
    "xml": Format(gettext_lazy("Akoma Ntoso"), "application/akn+xml", akoma_ntoso.akoma_ntoso),
    "bib": Format(gettext_lazy("BibTeX"), "application/x-bibtex; charset=utf-8", citing.bibtex, True),
    "ris": Format(
        gettext_lazy("RIS"), "application/x-research-info-systems; charset=utf-8", citing.ris, True
    ),
}


def taken_along(published: Publication, address_in: Callable[[str], str]) -> dict[str, Any]:
    """What pages say of the forms in which a text is to be had, and of how it is cited.

    Args:
        address_in: the address of the text in a form, such as "pdf".
    """
    forms = [(str(one.title), address_in(form), one.is_citation) for form, one in FORMATS.items()]
    return {
        "formats": [(title, address) for title, address, is_citation in forms if not is_citation],
        "citations": [(title, address) for title, address, is_citation in forms if is_citation],
        "has_remarks": published.has_remarks,
        "citation": citing.citation(published),
    }


@require_safe
@kept_for_visitors
def revision_file(request: EditionRequest, edition: Edition, number: int, form: str) -> HttpResponse:
    """A revision that the reader may read, as a file; `?remarks=without` leaves the explanatory remarks out."""
    if form not in FORMATS:
        raise Http404(_("The document is not to be had in this form."))
    found = get_revision(request, edition, number)
    with_remarks = request.GET.get("remarks") != "without"
    made = FORMATS[form].make(publication(request, edition, found, with_remarks=with_remarks))
    name = f"{edition.slug}-outcome-document-{number}"
    is_public = found.audience == Revision.Audience.PUBLIC
    return file_response(made, form, name, with_remarks=with_remarks, is_public=is_public)


def file_response(
    made: bytes | str, form: str, name: str, *, with_remarks: bool, is_public: bool
) -> HttpResponse:
    """A file of the document, to be kept under a name that says what it is."""
    response = HttpResponse(made, content_type=FORMATS[form].media)
    name = f"{name}{'' if with_remarks else '-without-remarks'}.{form}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    if not is_public:
        response["Cache-Control"] = "private, no-store"
    return response


def adopted_day(found: Revision, zone: ZoneInfo) -> date | None:
    """The day on which a revision was adopted, in the academy's zone; none for one that was not."""
    adopted = (
        Procedure.objects.filter(revision=found, state=Procedure.State.ADOPTED).order_by("closed_at").first()
    )
    return adopted.closed_at.astimezone(zone).date() if adopted and adopted.closed_at else None


def publication(
    request: EditionRequest,
    edition: Edition,
    found: Revision,
    *,
    with_remarks: bool = True,
    as_draft: bool = False,
) -> Publication:
    """The revision with what is said of it besides its words; `as_draft`: as it was before it was adopted."""
    address = request.build_absolute_uri(reverse("outcome:revision", args=(edition.slug, found.number)))
    zone = zone_named(edition.time_zone)
    adopted_on = None if as_draft else adopted_day(found, zone)
    published = found.published_at.astimezone(zone)
    standing = Standing(
        edition=str(edition),
        number=found.number,
        label=found.label,
        words=_standing_words(found, adopted_on, published.date()),
        digest=found.digest,
        address=address,
        published_at=published,
        adopted_on=adopted_on,
        language=get_language() or "en",
    )
    return publication_of(found.content, standing, with_remarks=with_remarks)


def _standing_words(found: Revision, adopted_on: date | None, published_on: date) -> str:
    words = {"number": found.number, "label": found.label}
    if adopted_on:
        return _("Adopted on %(day)s (revision %(number)s)") % {
            **words,
            "day": date_format(adopted_on, "j F Y"),
        }
    return _("Revision %(number)s, %(label)s, of %(day)s; a draft that was not adopted") % {
        **words,
        "day": date_format(published_on, "j F Y"),
    }
