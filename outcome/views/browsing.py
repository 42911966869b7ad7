"""All findings of an academy: filtered, searched, counted, page by page, and as files.

The words of findings are for those who take part, but for those that a public revision rests on."""

import json
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.models import Edition
from academy.permissions import takes_part
from academy.requests import EditionRequest
from academy.spreadsheets import csv_table, sheet_name, xlsx_table
from outcome.browsing import Chosen, NoSuchChoice, cells_of, choose, headings, rows_of
from outcome.browsing_forms import BrowseForm
from outcome.models import Revision
from outcome.provenance import Fate, published_fates
from outcome.revisions import clauses_of
from outcome.views.fetching import newest_revision
from outcome.views.thread import PAGE, readable_by, told, with_places
from workshops.agreement import Agreement, agreements_of, kept_in_view
from workshops.models import Finding
from workshops.profiles import profiles_of
from workshops.querysets import FindingQuerySet

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Browsed:
    """What an address asks for, as this reader may see it."""

    def __init__(self, request: EditionRequest, edition: Edition) -> None:
        self.revision: Revision | None = newest_revision(request, edition)
        self.partakes = takes_part(request.user, edition)
        self.fates: dict[Any, Fate] = published_fates(
            edition, self.revision.content if self.revision else None
        )
        self.readable: FindingQuerySet = readable_by(request, edition, self.revision)
        self.agreements: dict[UUID, Agreement] = agreements_of(edition) if self.partakes else {}
        self.kept = kept_in_view(self.agreements)
        profiles = profiles_of(edition) if self.partakes else None
        self.form = BrowseForm(request.GET, edition=edition, readable=self.readable, profiles=profiles)
        if not self.form.is_valid():
            raise NoSuchChoice
        self.chosen: Chosen = choose(
            self.readable,
            self.form.asked(),
            fates=self.fates,
            profiles=profiles or {},
            agreements=self.agreements,
        )

    def rows(self, keys: list[Any]) -> list[Finding]:
        """These findings with their places, in this order."""
        found = with_places(self.readable.filter(pk__in=keys)).select_related("group__session__day")
        by_key = {row.pk: row for row in found}
        return [by_key[key] for key in keys if key in by_key]

    def called(self) -> dict[UUID, str]:
        """{clause that the reader may read: its number and short title, or its first words}."""
        clauses = clauses_of(self.revision.content) if self.revision else ()
        return {
            UUID(clause["id"]): f"{clause['number'] or ''} {clause['heading'] or clause['text'][:80]}".strip()
            for _section, clause in clauses
        }

    @property
    def kept_open(self) -> int:
        """How many findings that few hold strongly have no place in the document and were not set aside."""
        return sum(self.fates[key].what == "open" for key in self.kept if key in self.fates)


@require_safe
def browse(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The findings of all days, as an address asks for them."""
    browsed = Browsed(request, edition)
    page: Any = Paginator(browsed.chosen.keys, PAGE).get_page(request.GET.get("page"))
    page.object_list = browsed.rows(list(page.object_list))
    query = request.GET.copy()
    query.pop("page", None)
    return render(
        request,
        "outcome/browse.html",
        {
            "takes_part": browsed.partakes,
            "form": browsed.form,
            "page": page,
            "tally": browsed.chosen.tally,
            "told": told(page.object_list, browsed.fates, browsed.revision, browsed.kept),
            "kept_open": browsed.kept_open,
            "revision": browsed.revision,
            "query": query.urlencode(),
        },
    )


@require_safe
def findings_file(request: EditionRequest, edition: Edition, kind: str) -> HttpResponse:
    """The chosen findings as CSV, XLSX or JSON, without who said them."""
    browsed = Browsed(request, edition)

    def address(finding: Finding) -> str:
        return request.build_absolute_uri(reverse("outcome:finding", args=(edition.slug, finding.pk)))

    rows = rows_of(browsed.rows(browsed.chosen.keys), browsed.fates, browsed.called(), browsed.kept, address)
    if kind == "json":
        body = {"edition": edition.slug, "count": len(rows), "findings": rows}
        content, media = json.dumps(body, ensure_ascii=False, indent=1).encode(), "application/json"
    elif kind == "csv":
        content, media = csv_table(headings(), map(cells_of, rows)), "text/csv; charset=utf-8"
    else:
        content, media = xlsx_table(headings(), map(cells_of, rows), sheet_name(_("Findings"))), XLSX_TYPE
    response = HttpResponse(content, content_type=media)
    response["Content-Disposition"] = f'attachment; filename="{edition.slug}-findings.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response
