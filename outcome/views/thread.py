"""The thread as readers see it: sources and coverage, and what became of one finding.

Everybody sees how many findings became what, and those that the newest public revision rests on; the words of the
others, and what happened to a finding in its room, are for those who take part.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.models import Edition
from academy.permissions import takes_part
from academy.requests import EditionRequest
from outcome.coverage import (
    cited_findings,
    counted_findings,
    coverage_by_day,
    coverage_by_question,
    coverage_of,
    readable_findings,
)
from outcome.forms import BECAME, FindingsFilter
from outcome.models import Revision
from outcome.provenance import MERGED, Fate, published_fates, standing_for
from outcome.revisions import clauses_of
from outcome.views.fetching import newest_revision
from programme.views.scope import zones_of
from workshops.models import Finding, Workshop
from workshops.querysets import FindingQuerySet

PAGE = 50
# How the coverage asks for findings.
PLACES = {
    "strand": "group__workshop__strand__slug",
    "day": "group__workshop__session__day__slug",
    "group": "group",
}
BY = {"day": coverage_by_day, "question": coverage_by_question}


@dataclass(frozen=True)
class Told:
    """A finding with what became of it: the clauses that rest on it, and the finding that stands for it."""

    finding: Finding
    fate: Fate
    clauses: list[dict[str, Any]]
    # Why it is kept in view, if few hold it, but strongly.
    kept: tuple[str, ...] = ()

    @property
    def stands_for_it(self) -> Finding | None:
        return standing_for(self.finding)


def told(
    findings: list[Finding],
    fates: Mapping[UUID, Fate],
    revision: Revision | None,
    kept: Mapping[UUID, list[str]] | None = None,
) -> list[Told]:
    """The findings with what became of them, by a revision that the reader may read."""
    known = {UUID(c["id"]): c for _section, c in clauses_of(revision.content)} if revision else {}
    return [
        Told(
            f,
            fates[f.pk],
            [known[key] for key in fates[f.pk].clauses if key in known],
            tuple((kept or {}).get(f.pk, ())),
        )
        for f in findings
    ]


def chosen_page(
    request: EditionRequest, findings: FindingQuerySet, fates: Mapping[UUID, Fate], became: str
) -> Any:
    """The `Page` of findings that was asked for, of those of which this became (empty: of all)."""
    ordered = findings.order_by("group__workshop__number", "group__slug", "part__letter", "number")
    keys = [
        pk for pk in ordered.values_list("pk", flat=True) if not became or fates[pk].what == BECAME[became]
    ]
    page: Any = Paginator(keys, PAGE).get_page(request.GET.get("page"))
    rows = with_places(findings.filter(pk__in=list(page.object_list)))
    by_key = {finding.pk: finding for finding in rows}
    page.object_list = [by_key[pk] for pk in page.object_list]
    return page


def with_places(findings: FindingQuerySet) -> FindingQuerySet:
    """The findings with group, part, question and the finding that stands for them, without authors."""
    return findings.select_related(
        "group__workshop__strand", "part", "question", "merged_into", "disposition__into"
    ).defer("author", "merged_into__author", "disposition__into__author")


def readable_by(request: EditionRequest, edition: Edition, revision: Revision | None) -> FindingQuerySet:
    """The findings whose words this reader may see."""
    if takes_part(request.user, edition):
        return readable_findings(request.user, edition)
    return cited_findings(edition, revision.content if revision else None)


@require_safe
def findings(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Sources and coverage: what became of every finding, by strand and group, and one by one."""
    revision, partaking = newest_revision(request, edition), takes_part(request.user, edition)
    fates = published_fates(edition, revision.content if revision else None)
    readable = readable_by(request, edition, revision)
    workshops = Workshop.objects.filter(edition=edition, groups__findings__isnull=False).distinct()
    form = FindingsFilter(request.GET, workshops=workshops)
    if not form.is_valid():
        raise Http404(_("The findings cannot be filtered like this."))
    chosen = filtered(readable, form)
    page = chosen_page(request, chosen, fates, form.cleaned_data["became"])
    counted = readable if partaking else counted_findings(edition) | readable
    by = request.GET.get("by", "strand")
    if by != "strand" and by not in BY:
        raise Http404(_("The coverage is shown by strand, by day or by question."))
    return render(
        request,
        "outcome/findings.html",
        {
            "coverage": coverage_of(counted, fates),
            "by": by,
            "lines": BY[by](counted, fates) if by in BY else [],
            "narrowed": [name for name in (*PLACES, "question") if form.cleaned_data[name]],
            "takes_part": partaking,
            "form": form,
            "page": page,
            "told": told(list(page.object_list), fates, revision),
            "revision": revision,
        },
    )


def filtered(findings: FindingQuerySet, form: FindingsFilter) -> FindingQuerySet:
    """The findings of the workshop, kind, strand, day, group and question that were chosen."""
    if workshop := form.cleaned_data["workshop"]:
        findings = findings.filter(group__workshop=workshop)
    if kind := form.cleaned_data["kind"]:
        findings = findings.filter(kind=kind)
    if question := form.cleaned_data["question"]:
        findings = findings.filter(question=None if question == "none" else question)
    for name, path in PLACES.items():
        if asked := form.cleaned_data[name]:
            findings = findings.filter(Q((path, asked)))
    return findings


@require_safe
def finding(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """One finding: what it says, where it was said, what happened to it, what became of it."""
    revision, partaking = newest_revision(request, edition), takes_part(request.user, edition)
    readable = readable_by(request, edition, revision)
    found = get_object_or_404(with_places(readable), pk=pk)
    fates = published_fates(edition, revision.content if revision else None)
    return render(
        request,
        "outcome/finding.html",
        {
            "told": told([found], fates, revision)[0],
            "revision": revision,
            "events": _events(found) if partaking else [],
            "takes_part": partaking,
            "merged": readable.filter(Q(merged_into=found) | Q(disposition__into=found)).order_by("number"),
            "zones": zones_of(request, edition),
            "is_merged": fates[found.pk].what == MERGED,
        },
    )


def _events(found: Finding) -> list[dict[str, Any]]:
    """The lines of the ledger about this finding, oldest first, without persons."""
    rows = found.events.order_by("number").values("verb", "data", "at")
    return [
        {"verb": row["verb"], "at": row["at"], "text": row["data"]["text"], "reason": row["data"]["reason"]}
        for row in rows
    ]
