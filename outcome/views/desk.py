"""The organisers' desk: the draft on one side, the findings on the other."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from academy.canonical import digest
from academy.models import Edition
from academy.requests import EditionRequest
from outcome.drafting import start_document
from outcome.forms import FindingsFilter, StartForm
from outcome.house_rules import hints
from outcome.live.showing import show_written
from outcome.models import Clause, Document, Section, Source
from outcome.provenance import fates
from outcome.revisions import document_content, latest_revision
from outcome.views.fetching import attempt, document_of, drafter
from outcome.views.thread import chosen_page, filtered
from workshops.models import Finding, Workshop


@dataclass
class Row:
    """A clause on the desk: its number, its remark, its neighbours for moving, what the house rules say."""

    clause: Clause
    number: int | None
    remark: Clause | None
    sources: int
    hints: list[str]
    up: UUID | None = None
    down: UUID | None = None
    is_first: bool = False
    is_last: bool = False


@dataclass
class Shelf:
    """A section on the desk, with what stands in it and what was removed from it."""

    section: Section
    rows: list[Row] = field(default_factory=list)
    removed: list[Clause] = field(default_factory=list)


def shelves_of(document: Document) -> list[Shelf]:
    """The draft, section by section, in three queries."""
    shelves = {s.pk: Shelf(s) for s in document.sections.select_related("strand").order_by("position")}
    clauses = list(Clause.objects.filter(document=document).order_by("section__position", "order", "id"))
    remarks = {c.parent_id: c for c in clauses if c.kind == Clause.Kind.REMARK and not c.removed}
    sources: defaultdict[UUID, int] = defaultdict(int)
    for key in Source.objects.filter(clause__document=document).values_list("clause", flat=True):
        sources[key] += 1
    number = 0
    for clause in clauses:
        if clause.kind == Clause.Kind.REMARK:
            continue
        if clause.removed:
            shelves[clause.section_id].removed.append(clause)
            continue
        number += clause.kind == Clause.Kind.ENCOURAGEMENT
        shown = number if clause.kind == Clause.Kind.ENCOURAGEMENT else None
        shelves[clause.section_id].rows.append(
            _row(clause, shown, remarks.get(clause.pk), sources[clause.pk])
        )
    for shelf in shelves.values():
        _name_neighbours(shelf.rows)
    return list(shelves.values())


def _row(clause: Clause, number: int | None, remark: Clause | None, sources: int) -> Row:
    said = hints(
        clause.kind, text=clause.text, heading=clause.heading, has_remark=remark is not None, sources=sources
    )
    return Row(clause, number, remark, sources, said)


def _name_neighbours(rows: list[Row]) -> None:
    """For each clause: before which one it would stand after a step up, and after a step down (None: at the end)."""
    for place, row in enumerate(rows):
        row.is_first, row.is_last = place == 0, place == len(rows) - 1
        row.up = rows[place - 1].clause.pk if place else None
        row.down = rows[place + 2].clause.pk if place + 2 < len(rows) else None


@require_safe
def desk(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The workbench: the draft with its clauses, and the findings that wait for a place in it."""
    drafter(request, edition)
    found = document_of(edition)
    if found is None:
        return render(request, "outcome/start.html", {"form": StartForm()})
    show_written(found)
    return show_desk(request, found)


def show_desk(
    request: EditionRequest, document: Document, form: BaseForm | None = None, status: int = 200
) -> HttpResponse:
    """The desk; with a form that was refused, its errors and what was ticked and typed."""
    edition = document.edition
    filters = _filter(request, edition)
    became = fates(edition)
    findings = Finding.objects.of_edition(edition).unattributed()
    page = chosen_page(request, filtered(findings, filters), became, filters.cleaned_data["became"])
    latest = latest_revision(document)
    shelves = shelves_of(document)
    sent: Any = form.data if form else QueryDict()
    return render(
        request,
        "outcome/desk.html",
        {
            "document": document,
            "shelves": shelves,
            "numbers": {row.clause.pk: row for shelf in shelves for row in shelf.rows},
            "latest": latest,
            "has_changed": latest is None or latest.digest != digest(document_content(document)),
            "filters": filters,
            "query": _query(request),
            "page": page,
            "cards": [_card(finding, became[finding.pk], shelves) for finding in page.object_list],
            "relations": Source.Relation.choices,
            "refused": form,
            "ticked": sent.getlist("finding"),
            "sent": sent,
        },
        status=status,
    )


def _card(finding: Finding, fate: Any, shelves: list[Shelf]) -> dict[str, Any]:
    rows = [row for shelf in shelves for row in shelf.rows if row.clause.pk in fate.clauses]
    return {"finding": finding, "fate": fate, "rows": rows, "key": str(finding.pk)}


def _query(request: EditionRequest) -> str:
    """The filter of the findings as part of an address, for coming back to the same list."""
    kept = request.GET.copy()
    for name in list(kept):
        if name not in ("workshop", "kind", "became", "page"):
            del kept[name]
    return f"?{kept.urlencode()}" if kept else ""


def _filter(request: EditionRequest, edition: Edition) -> FindingsFilter:
    """The filter of the finding browser: open findings unless something else is asked for."""
    asked = request.GET.copy()
    asked.setdefault("became", "open")
    workshops = Workshop.objects.filter(edition=edition, groups__findings__isnull=False).distinct()
    form = FindingsFilter(asked, workshops=workshops)
    if not form.is_valid():
        raise Http404(_("The findings cannot be filtered like this."))
    return form


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Begin the document: its title and its opening words."""
    by = drafter(request, edition)
    if request.method != "POST":
        return redirect("outcome:desk", edition.slug)
    form = StartForm(request.POST)
    done = attempt(form, lambda: start_document(edition, **form.cleaned_data, by=by))
    if done.made:
        messages.success(request, _("The document is begun: a preamble, and a section for each strand."))
        return redirect("outcome:desk", edition.slug)
    return render(request, "outcome/start.html", {"form": form}, status=done.status)
