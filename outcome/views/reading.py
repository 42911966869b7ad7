"""Reading the document: the newest revision, every revision, and what changed between two of them."""

from itertools import pairwise
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from academy.canonical import digest
from academy.kept_pages import kept_for_visitors
from academy.models import Edition
from academy.permissions import takes_part
from academy.requests import EditionRequest, status_of
from outcome import diffing
from outcome.amending.permissions import may_amend, may_comment, rules_of
from outcome.amending.reading import fingerprint, notes_on, with_notes
from outcome.coverage import coverage_of, readable_findings
from outcome.following.reading import by_clause
from outcome.forms import ComparisonForm
from outcome.models import Procedure, Revision
from outcome.permissions import may_draft
from outcome.provenance import published_fates
from outcome.revisions import clauses_of, open_when_published
from outcome.translating.languages import authoritative_language
from outcome.translating.reading import languages_beside
from outcome.views.fetching import (
    canonical_json,
    document_of,
    get_revision,
    last_procedure,
    newest_revision,
    readable_revisions,
)
from outcome.views.formats import publication, taken_along
from programme.views.scope import zones_of
from workshops.models import Workshop


@require_safe
@kept_for_visitors
def document(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The newest revision that the reader may read."""
    found = newest_revision(request, edition)
    if found is None:
        drafts = may_draft(request.user, edition)
        return render(
            request, "outcome/empty.html", {"after": _last_workshop_day(edition), "may_draft": drafts}
        )
    return _show(request, edition, found, {})


@require_safe
@kept_for_visitors
def revision(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """One revision; an old one says so, and leads to the newest."""
    found = get_revision(request, edition, number)
    newest = readable_revisions(request, edition)[0]
    return _show(
        request, edition, found, {"newer": newest if newest.number > found.number else None, "is_fixed": True}
    )


def _show(request: EditionRequest, edition: Edition, found: Revision, more: dict[str, Any]) -> HttpResponse:
    numbers = [r.number for r in readable_revisions(request, edition) if r.number < found.number]
    partaking = takes_part(request.user, edition)
    content = found.content
    procedure = last_procedure(edition)
    beside = _margin(request, edition, found) if partaking else {}
    is_adopted = (
        procedure is not None
        and procedure.state == Procedure.State.ADOPTED
        and procedure.revision_id == found.pk
    )
    if is_adopted:
        beside |= _following(edition, beside.get("content", content))
    return render(
        request,
        "outcome/document.html",
        {
            "document": document_of(edition),
            "revision": found,
            "content": content,
            **beside,
            "previous": max(numbers, default=None),
            "encouragements": sum(clause["number"] is not None for _section, clause in clauses_of(content)),
            "sources": len({s["finding"] for _section, c in clauses_of(content) for s in c["sources"]}),
            "coverage": _coverage(request, edition, found) if partaking else None,
            "procedure": procedure,
            "is_adopted": is_adopted,
            "takes_part": partaking,
            "left_open": open_when_published(found),
            "may_draft": may_draft(request.user, edition),
            "zones": zones_of(request, edition),
            "beside": languages_beside(found),
            "authoritative_code": authoritative_language(),
            **_to_take_along(request, edition, found),
            **more,
        },
    )


def _to_take_along(request: EditionRequest, edition: Edition, found: Revision) -> dict[str, Any]:
    """The forms in which the revision is to be had, and how it is cited."""
    published = publication(request, edition, found)
    numbered = [p.name for chapter in published.chapters for p in chapter.passages if p.number]
    slug, number = edition.slug, found.number
    return {
        **taken_along(published, lambda form: reverse("outcome:revision_file", args=(slug, number, form))),
        "data_address": reverse("outcome:revision_json", args=(slug, number)),
        "clause_address": f"{published.standing.address}#{numbered[0] if numbered else 'p1'}",
    }


def _following(edition: Edition, content: dict[str, Any]) -> dict[str, Any]:
    """The adopted text with the commitments to each clause; the same numbers are rendered once."""
    tallies = by_clause(edition)
    sections = [
        {
            **section,
            "clauses": [
                {**clause, "following": tallies.get(UUID(clause["id"]))} for clause in section["clauses"]
            ],
        }
        for section in content["sections"]
    ]
    told = {str(key): tally.counts for key, tally in tallies.items()}
    return {"content": {**content, "sections": sections}, "following": digest(told)}


def document_is_open(edition: Edition) -> bool:
    document = document_of(edition)
    return document is not None and document.is_open


def _margin(request: EditionRequest, edition: Edition, found: Revision) -> dict[str, Any]:
    """What is proposed and said on the clauses, for those who take part; the same value is rendered once."""
    document = document_of(edition)
    assert document is not None  # noqa: S101  # there is a revision of it
    notes = notes_on(document, found.content)
    rules = rules_of(document) if document.is_open else None
    adds = {
        "adds_amendments": may_amend(request.user, edition, rules),
        "adds_comments": may_comment(request.user, edition, rules),
    }
    return {
        "content": with_notes(found.content, notes),
        "has_notes": True,
        "margin": digest([fingerprint(notes), list(adds.values()), edition.slug]),
        **adds,
    }


def _coverage(request: EditionRequest, edition: Edition, found: Revision) -> Any:
    return coverage_of(readable_findings(request.user, edition), published_fates(edition, found.content))


def _last_workshop_day(edition: Edition) -> Any:
    """The day after whose workshops a first draft is written: the last one before a day without workshops."""
    days = sorted(set(Workshop.objects.filter(edition=edition).values_list("session__day__date", flat=True)))
    for day, following in pairwise(days):
        if (following - day).days > 1:
            return day
    return days[-1] if days else None


@require_safe
def revisions(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The revisions that the reader may read, with their digests, and the choice of two to compare."""
    return _list_revisions(request, edition, None)


@require_safe
def choose_comparison(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Leads from the choice of two revisions to their comparison."""
    form = ComparisonForm(request.GET, revisions=readable_revisions(request, edition))
    if form.is_valid():
        return redirect("outcome:compare", edition.slug, form.cleaned_data["old"], form.cleaned_data["new"])
    return _list_revisions(request, edition, form)


def _list_revisions(request: EditionRequest, edition: Edition, form: ComparisonForm | None) -> HttpResponse:
    found = readable_revisions(request, edition)
    if form is None and len(found) > 1:
        form = ComparisonForm(revisions=found, initial={"old": found[1].number, "new": found[0].number})
    context = {
        "document": document_of(edition),
        "revisions": found,
        "form": form,
        "zones": zones_of(request, edition),
        "may_draft": may_draft(request.user, edition),
    }
    return render(request, "outcome/revisions.html", context, status=status_of(form) if form else 200)


@require_safe
def revision_json(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """A revision's content with its digest, for those who want to recompute it."""
    found = get_revision(request, edition, number)
    return canonical_json(found.content, found.digest, is_public=found.audience == Revision.Audience.PUBLIC)


@require_safe
@kept_for_visitors
def compare(request: EditionRequest, edition: Edition, old: int, new: int) -> HttpResponse:
    """What changed from one revision to another, clause by clause; in either direction."""
    before = get_revision(request, edition, old)
    after = get_revision(request, edition, new)
    show = request.GET.get("show", "changes")
    if show not in ("changes", "all"):
        raise Http404(_("A comparison shows changes, or all."))
    sides = request.GET.get("view", "inline")
    if sides not in ("inline", "sides"):
        raise Http404(_("A comparison stands inline, or side by side."))
    sections = diffing.compare(before.content, after.content)
    return render(
        request,
        "outcome/compare.html",
        {
            "document": document_of(edition),
            "old": before,
            "new": after,
            "sections": sections,
            "lead": after.content["lead"],
            "counts": diffing.counts_of(sections),
            "changes": sum(change.changed for section in sections for change in section.clauses),
            "shows_all": show == "all",
            "in_sides": sides == "sides",
            "restores": may_draft(request.user, edition) and document_is_open(edition),
            "takes_part": takes_part(request.user, edition),
            "zones": zones_of(request, edition),
        },
    )
